/** Citations of documents. */
import type { RetrievedDocument } from '@spanline/record';
import type { Verdict } from '../feedback/verdict.ts';

/** `[1]`, `[2, 3]`, `[4-6]`. A link's text and an index of code (`list[0]`) are no citations. */
const MARK = /(?<![\w\]])\[(\d{1,3}(?:\s?[-–,]\s?\d{1,3})*)\](?!\()/gu;
const MAX_CHARACTERS = 100_000;
const MAX_NAMED = 10;

/** Numbers that are cited together. */
interface Range {
  readonly from: number;
  readonly to: number;
}

function rangesOf(mark: string): Range[] {
  return mark.split(',').map((part) => {
    const [from = 0, to = from] = part.split(/[-–]/u).map(Number);
    return { from, to: Math.max(from, to) };
  });
}

/** The first few numbers of ranges that have no document. */
function inventedOf(ranges: readonly Range[], documents: number): number[] {
  const invented = new Set<number>();
  for (const { from, to } of ranges) {
    for (let number = from; number <= to && invented.size < MAX_NAMED; number++) {
      if (number >= 1 && number <= documents) number = documents;
      else invented.add(number);
    }
  }
  return [...invented];
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
    const ranges = [...answer.slice(0, MAX_CHARACTERS).matchAll(MARK)].flatMap(([, mark = '']) => rangesOf(mark));
    if (ranges.length === 0) return undefined;
    let [cited, valid] = [0, 0];
    for (const { from, to } of ranges) {
      cited += to - from + 1;
      valid += Math.max(0, Math.min(to, documents.length) - Math.max(from, 1) + 1);
    }
    const value = valid / cited;
    if (valid === cited) return { value };
    return { value, explanation: `No document has the number ${inventedOf(ranges, documents.length).join(', ')}` };
  };
}
