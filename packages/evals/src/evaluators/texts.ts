/** Texts that evaluators read. */

/** A text, or several: documents, results of tools. */
export type Texts = string | readonly (string | { readonly content?: string | undefined })[];

/** Each of the texts that has content. */
function* textsOf(texts: Texts): Generator<string> {
  for (const text of typeof texts === 'string' ? [texts] : texts) {
    const content = typeof text === 'string' ? text : text.content;
    if (content !== undefined) yield content;
  }
}

/** A phrase of up to so many characters stands whole in one of the parts of a long text. */
const OVERLAP = 2000;

/**
 * Parts of the texts that are searched one by one: all of a long text is read, and each search has a bound.
 *
 * @param size - characters of a part
 */
export function* partsOf(texts: Texts, size: number): Generator<string> {
  for (const text of textsOf(texts)) {
    for (let from = 0; from === 0 || from + OVERLAP < text.length; from += size - OVERLAP)
      yield text.slice(from, from + size);
  }
}
