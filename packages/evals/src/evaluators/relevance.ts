/** Relevance of documents and answers to a question, by words. */
import type { RetrievedDocument } from '@spanline/record';
import type { Verdict } from '../feedback/verdict.ts';
import { factWords } from '../words.ts';

const MAX_NAMED = 5;

/** Share of the words of a question that a text has; `undefined` for a question without such words. */
function coverage(question: ReadonlySet<string>, text: string): number | undefined {
  if (question.size === 0) return undefined;
  const words = new Set(factWords(text));
  let found = 0;
  for (const word of question) if (words.has(word)) found++;
  return found / question.size;
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/**
 * Scores how much the retrieved documents have to do with the question: the mean share of the question's words that a
 * document has, 0 to 1. It knows no synonyms. `ragTriad({ judge })` asks a model instead.
 *
 * @returns an evaluator of `{ question, documents }`. It does not apply without documents
 */
export function contextRelevance(): (values: {
  readonly question: string;
  readonly documents: readonly RetrievedDocument[];
}) => Verdict | undefined {
  return ({ question, documents }) => {
    const words = new Set(factWords(question));
    const shares = documents.flatMap(({ content }) => (content === undefined ? [] : (coverage(words, content) ?? [])));
    if (shares.length === 0) return undefined;
    const value = rounded(shares.reduce((sum, share) => sum + share, 0) / shares.length);
    const unrelated = shares.flatMap((share, at) => (share === 0 ? [at + 1] : []));
    if (unrelated.length === 0) return { value };
    return { value, explanation: `No word of the question in document ${unrelated.slice(0, MAX_NAMED).join(', ')}` };
  };
}

/**
 * Scores how much an answer has to do with the question: the share of the question's words that the answer has, 0 to 1.
 * A short answer that is right ("In May.") has none of them. `ragTriad({ judge })` asks a model instead.
 *
 * @returns an evaluator of `{ question, answer }`. It does not apply to a question without words that carry a fact
 */
export function answerRelevance(): (values: {
  readonly question: string;
  readonly answer: string;
}) => Verdict | undefined {
  return ({ question, answer }) => {
    const share = coverage(new Set(factWords(question)), answer);
    return share === undefined ? undefined : { value: rounded(share) };
  };
}
