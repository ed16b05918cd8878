/** A synthetic set: sentences of a text, and the same sentences spoiled in one way. The text is the document. */

/** A sentence beside its document. */
export interface SpoiledClaim {
  readonly kind: 'as it is' | 'another number' | 'another name' | 'the opposite' | 'of another text';
  readonly answer: string;
  readonly document: string;
}

const VERB = /\b(is|are|was|were|has|have|can|will|does)\b/;
const NUMBER = /\b\d+\b/;
const NAME = /(?<=[a-z,;] )[A-Z][a-z]{3,}/;
const MIN_WORDS = 8;

const sentencesOf = (text: string): string[] =>
  text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.split(/\s+/).length >= MIN_WORDS);

const negated = (sentence: string): string =>
  sentence.replace(VERB, (verb) =>
    verb === 'can' ? 'cannot' : verb === 'has' || verb === 'have' ? `${verb} never` : `${verb} not`,
  );

/** Spoils each sentence of each text in each way that it has a place for. */
export function spoiledClaims(texts: readonly string[]): SpoiledClaim[] {
  return texts.flatMap((document, at) => {
    const other = texts[(at + Math.ceil(texts.length / 2)) % texts.length] ?? '';
    return sentencesOf(document).flatMap((sentence, index): SpoiledClaim[] => {
      const strange = sentencesOf(other)[index];
      return [
        { kind: 'as it is', answer: sentence, document },
        ...(NUMBER.test(sentence)
          ? [
              {
                kind: 'another number',
                answer: sentence.replace(NUMBER, (digits) => String(Number(digits) + 7)),
                document,
              } as const,
            ]
          : []),
        ...(NAME.test(sentence)
          ? [{ kind: 'another name', answer: sentence.replace(NAME, 'Quillon'), document } as const]
          : []),
        ...(VERB.test(sentence) && !/\b(?:not|no|never|without)\b|n['’]t\b/.test(sentence)
          ? [{ kind: 'the opposite', answer: negated(sentence), document } as const]
          : []),
        ...(strange === undefined ? [] : [{ kind: 'of another text', answer: strange, document } as const]),
      ];
    });
  });
}
