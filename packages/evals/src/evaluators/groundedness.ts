/** Share of an answer that its documents support. */
import type { RetrievedDocument } from '@spanline/record';
import { checkOptions, option, type Shape } from '@spanline/record';
import type { Verdict } from '../feedback/verdict.ts';
import { factWords, isNumber, sentencesOf } from '../words.ts';

/** Options of {@link groundedness}. */
export interface GroundednessOptions {
  /** Share of the words of a sentence that the documents must have, 0 to 1. @defaultValue 0.6 */
  threshold?: number;
}

const SHAPE: Shape<GroundednessOptions> = { threshold: option.number({ min: 0, max: 1 }) };

/** Sentences with fewer words make no claim, unless one is a number: "Yes.", "Here is the answer:". */
const MIN_WORDS = 3;
const MAX_NAMED = 3;
const MAX_QUOTE = 160;

const isClaim = (words: readonly string[]): boolean =>
  words.length >= MIN_WORDS || (words.length > 1 && words.some(isNumber));

/** A number that the documents do not have makes a sentence unsupported, whatever its other words are. */
function isSupported(words: readonly string[], known: ReadonlySet<string>, threshold: number): boolean {
  let found = 0;
  for (const word of words) {
    if (known.has(word)) found++;
    else if (isNumber(word)) return false;
  }
  return found / words.length >= threshold;
}

/**
 * Scores how much of an answer its documents support, by their words: 0 (nothing) to 1 (every sentence). A sentence is
 * supported if the documents have at least `threshold` of its words and all of its numbers. It finds invented facts and
 * numbers. It does not find a sentence that says the opposite in the same words.
 *
 * Cost: about 1 µs per 100 characters of answer and documents.
 *
 * @returns an evaluator of `{ answer, documents }`. It does not apply to an answer without a claim, nor without
 *   documents
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function groundedness(
  options: GroundednessOptions = {},
): (values: { readonly answer: string; readonly documents: readonly RetrievedDocument[] }) => Verdict | undefined {
  checkOptions(SHAPE, options);
  const { threshold = 0.6 } = options;
  return ({ answer, documents }) => {
    const known = new Set<string>();
    for (const { content } of documents)
      if (content !== undefined) for (const word of factWords(content)) known.add(word);
    if (known.size === 0) return undefined;
    const claims = sentencesOf(answer)
      .map((sentence) => ({ sentence, words: factWords(sentence) }))
      .filter(({ words }) => isClaim(words));
    if (claims.length === 0) return undefined;
    const unsupported = claims.filter(({ words }) => !isSupported(words, known, threshold));
    const value = 1 - unsupported.length / claims.length;
    if (unsupported.length === 0) return { value };
    const named = unsupported.slice(0, MAX_NAMED).map(({ sentence }) => `"${sentence.slice(0, MAX_QUOTE)}"`);
    return { value, explanation: `Not in the documents: ${named.join(' ')}` };
  };
}
