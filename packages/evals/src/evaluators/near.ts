const BETWEEN = '[^\\w.!?\\n]{1,40}';

/**
 * Pattern of up to so many words between two parts of a sentence.
 *
 * Words and what stands between them have no character in common, and what stands between them is bounded. So there is
 * one way to match a text, and the time is linear in its length, whatever the text is.
 *
 * @param count - most words between the parts; `don't` is two
 */
export const near = (count: number): string => `(?:${BETWEEN}\\w+){0,${count}}?${BETWEEN}`;
