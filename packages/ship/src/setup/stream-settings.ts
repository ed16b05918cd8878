import type { Flavour } from './names.ts';

/**
 * Index settings of one stream. In OpenSearch a stream with content has no request cache: the cache serves counts to
 * roles that see different fields, so that a role without access to content could guess its words.
 */
export function settingsOf(
  flavour: Flavour,
  policy: string | undefined,
  hasContent: boolean,
): Record<string, unknown> | undefined {
  if (flavour === 'elasticsearch') return policy === undefined ? undefined : { index: { lifecycle: { name: policy } } };
  return hasContent ? { index: { requests: { cache: { enable: false } } } } : undefined;
}
