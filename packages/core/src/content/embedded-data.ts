const MAX_LENGTH = 1_048_576;
const STARTS_LIKE_JSON = /^\s*[[{]/;

/**
 * The object or array that a text is the JSON of, such as the arguments of a tool call; `undefined` for other texts.
 */
export function embeddedData(text: string): object | undefined {
  if (text.length > MAX_LENGTH || !STARTS_LIKE_JSON.test(text)) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}
