/** Bodies of requests that bring a judgement. */

/** A body, or why it could not be read. */
export type JsonBody = { readonly value: unknown } | { readonly fault: 'too large' | 'not JSON' };

/** A body of too many bytes. */
export const TOO_LARGE: JsonBody = { fault: 'too large' };

/** Reads the text of a body. */
export function readJson(text: string, maxBytes: number): JsonBody {
  if (Buffer.byteLength(text) > maxBytes) return TOO_LARGE;
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { fault: 'not JSON' };
  }
}
