/** Texts that evaluators read. */

/** A text, or several: documents, results of tools. */
export type Texts = string | readonly (string | { readonly content?: string | undefined })[];

/** Each of the texts that has content. */
export function* textsOf(texts: Texts): Generator<string> {
  for (const text of typeof texts === 'string' ? [texts] : texts) {
    const content = typeof text === 'string' ? text : text.content;
    if (content !== undefined) yield content;
  }
}
