import { memoize, profileKey, type ProfileName, SpanlineError } from '@spanline/record';
import type { RedactPaths } from '../../api/index.ts';
import { buildPathTree, isPathEnd, parsePath, type PathPosition, stepInto } from './path-tree.ts';

/** pino's censor. */
const CENSOR = '[Redacted]';
const MAX_KEYS = 2000;

/** Redacts what the user's paths lead to, among the attributes of a span and in its content. */
export interface PathRedactor {
  /** Where the paths are at an attribute. */
  enterAttribute(key: string): PathPosition;
  /** Where the paths are at a content value. */
  enterContent(key: string): PathPosition;
  /** Returns the replacement of a value. `undefined` leaves the value out. Never throws. */
  censor(value: unknown, path: readonly string[]): unknown;
}

/**
 * The position at a key of the record. A path may have the key as one step, or a step for each of its parts. A path to
 * the beginning of a key leads to the key: `user` leads to `user.id`.
 */
function enterKey(start: PathPosition, key: string): PathPosition {
  let position = start;
  for (const part of key.split('.')) {
    position = stepInto(position, part);
    if (isPathEnd(position)) break;
  }
  return [...position, ...stepInto(start, key)];
}

/**
 * Compiles paths in pino's syntax. Returns `undefined` if there are none.
 *
 * - A path may be relative to a content value (`password` in arguments `{ password }`), or begin with the key of an
 *   attribute or of content (`user.id`, `labels.tenant`, `gen_ai.tool.call.arguments.password`), in our spelling or in
 *   that of `profile`.
 * - A path that begins with a wildcard leads into content only: `*.name` does not redact `span.name`.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` for `censor` or `remove` without `paths`
 */
export function createPathRedactor(
  { paths, censor = CENSOR, remove = false }: RedactPaths,
  profile: ProfileName,
): PathRedactor | undefined {
  if (paths === undefined && (censor !== CENSOR || remove)) {
    throw new SpanlineError({
      code: 'ERR_INVALID_OPTION',
      option: 'redact.paths',
      expected: 'given together with censor or remove',
      got: paths,
    });
  }
  if (paths === undefined || paths.length === 0) return undefined;
  const start = buildPathTree(paths);
  const startOfAttributes = buildPathTree(paths.filter((path) => parsePath(path)[0] !== '*'));
  const enter = (from: PathPosition, key: string): PathPosition =>
    [...new Set([key, profileKey(key, profile)])].flatMap((name) => enterKey(from, name));

  return {
    enterAttribute: memoize(MAX_KEYS, (key) => enter(startOfAttributes, key)),
    enterContent: memoize(MAX_KEYS, (key) => [...start, ...enter(start, key)]),
    censor(value, path) {
      if (remove) return undefined;
      try {
        return typeof censor === 'function' ? censor(value, [...path]) : censor;
      } catch {
        return CENSOR;
      }
    },
  };
}
