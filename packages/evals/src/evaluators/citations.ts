/** Citations of documents. */
import type { RetrievedDocument } from '@spanline/record';
import type { Verdict } from '../feedback/verdict.ts';

/** `[1]`, `[2, 3]`, `[4-6]`. A link's text and an index of code (`list[0]`) are no citations. */
const MARK = /(?<![\w\]])\[(\d{1,3}(?:\s?[-–,]\s?\d{1,3})*)\](?!\()/gu;
const MAX_CHARACTERS = 100_000;

function numbersOf(mark: string): number[] {
  return mark.split(',').flatMap((part) => {
    const [from = Number.NaN, to = from] = part.split(/[-–]/u).map(Number);
    return Array.from({ length: Math.min(1000, Math.max(1, to - from + 1)) }, (_, index) => from + index);
  });
}

/**
 * Finds citations of documents that were not there: of `[1]` to `[5]` in an answer from three documents, two are
 * invented. The first document is `[1]`.
 *
 * @returns an evaluator of `{ answer, documents }`: the share of citations that have a document, 0 to 1. It does not
 *   apply to an answer without citations
 */
export function citations(): (values: {
  readonly answer: string;
  readonly documents: readonly RetrievedDocument[];
}) => Verdict | undefined {
  return ({ answer, documents }) => {
    const cited = [...answer.slice(0, MAX_CHARACTERS).matchAll(MARK)].flatMap(([, mark = '']) => numbersOf(mark));
    if (cited.length === 0) return undefined;
    const invented = [...new Set(cited.filter((number) => number < 1 || number > documents.length))];
    const value = cited.filter((number) => number >= 1 && number <= documents.length).length / cited.length;
    if (invented.length === 0) return { value };
    return { value, explanation: `No document has the number ${invented.slice(0, 10).join(', ')}` };
  };
}
