/** Next's own functions end a handler by throwing. That is an answer, not a fault. */

import { isObject } from '@spanline/instrumentation';

const NOT_FOUND = 404;
const REDIRECT = 307;

/**
 * Returns the status that Next answers with: `redirect()` throws `NEXT_REDIRECT;replace;/login;307;`, and `notFound()`,
 * `forbidden()` and `unauthorized()` throw `NEXT_HTTP_ERROR_FALLBACK;404`.
 *
 * @returns `undefined` for every other error
 */
export function answerOf(thrown: unknown): number | undefined {
  const digest: unknown = isObject(thrown) ? (thrown as { digest?: unknown }).digest : undefined;
  if (typeof digest !== 'string') return undefined;
  const [kind, ...rest] = digest.split(';');
  if (kind === 'NEXT_NOT_FOUND') return NOT_FOUND;
  if (kind === 'NEXT_HTTP_ERROR_FALLBACK') return Number(rest[0]) || NOT_FOUND;
  return kind === 'NEXT_REDIRECT' ? Number(rest.at(-2)) || REDIRECT : undefined;
}
