import { rateLimitRatio } from '@spanline/core/internal';
import type { SpanAttributes } from '@spanline/record';

const REQUEST_IDS = ['x-request-id', 'request-id', 'apim-request-id'] as const;

/** A header of a `Headers` object or of a plain one. */
export function headerOf(headers: unknown, name: string): string | undefined {
  const { get } = (headers ?? {}) as { get?: unknown };
  const value: unknown = typeof get === 'function' ? Reflect.apply(get, headers, [name]) : undefined;
  if (typeof value === 'string' && value !== '') return value;
  const plain: unknown =
    typeof get === 'function' ? undefined : (headers as Record<string, unknown> | undefined)?.[name];
  return typeof plain === 'string' && plain !== '' ? plain : undefined;
}

function requestId(headers: unknown): string | undefined {
  for (const name of REQUEST_IDS) {
    const id = headerOf(headers, name);
    if (id !== undefined) return id;
  }
  return undefined;
}

/** What a provider says in the headers of an answer: its id, and how much of the rate limit is left. */
export function headerFacts(headers: unknown): SpanAttributes {
  return {
    'spanline.ratelimit.remaining_ratio': rateLimitRatio(headers),
    'spanline.provider.request_id': requestId(headers),
  };
}
