/** The words of an explanation for each measure. */

import type { Explanation, ExplainQuestion, Spread, UnknownName } from '@spanline/query';
import { nearest } from '@spanline/record';
import { cell } from '../report/index.ts';

/** Words of a measure. */
interface Words {
  /** Bad traces: `slow`. */
  readonly bad: string;
  /** Completes "13 of 720 traces …", before the limit. */
  readonly beyond: string;
  /** Heading of the steps that make up the difference. */
  readonly parts: string;
  format(value: number): string;
}

const number = (value: number): string => String(Number(value.toPrecision(4)));

/** The words of a question. */
export function wordsOf({ measure, isLow }: ExplainQuestion): Words {
  switch (measure) {
    case 'duration':
      return { bad: 'slow', beyond: 'take more than', parts: 'Time by step', format: cell.duration };
    case 'first_token':
      return { bad: 'slow to start', beyond: 'wait more than', parts: '', format: cell.duration };
    case 'cost':
      return {
        bad: 'expensive',
        beyond: 'cost more than',
        parts: 'Cost by step',
        format: (usd) => cell.cost(usd) || '$0',
      };
    case 'tokens':
      return { bad: 'large', beyond: 'use more than', parts: 'Tokens by step', format: (count) => cell.count(count) };
    case 'failure':
      return { bad: 'failing', beyond: 'fail', parts: 'Errors by step', format: cell.percent };
    default:
      return isLow === false
        ? { bad: 'high', beyond: 'score above', parts: '', format: number }
        : { bad: 'low', beyond: 'score below', parts: '', format: number };
  }
}

/** The spans in question: `rerank`, `requests`, `llm spans`. */
export function subjectOf({ step, type, measure, score }: ExplainQuestion): string {
  const spans = step ?? (type === undefined ? undefined : `${type} spans`);
  if (measure === 'score') return spans === undefined ? (score ?? '') : `${score ?? ''} of ${spans}`;
  return spans ?? 'requests';
}

/** The verb of one trace: `takes more than`. */
const singular = (words: string): string => words.replace(/^\w+/, '$&s');

/** The step of all requests. */
export const REQUESTS = 'requests';

/** A name that no trace has, and the one that was probably meant. */
function describeUnknown({ kind, name, suggestion, known }: UnknownName): string {
  const meant = suggestion ?? (kind === 'step' ? nearest(name, [REQUESTS]) : undefined);
  const missing = `No trace has the ${kind} "${name}".`;
  if (meant !== undefined) return `${missing} Did you mean "${meant}"?`;
  if (known.length === 0) return missing;
  return `${missing} There are ${known.map((one) => `"${one}"`).join(', ')}.`;
}

/** `2.4 s at the median`; of too few traces for a median, `2.1 s to 2.9 s`. */
function spreadText({ median, low, high }: Spread, format: (value: number) => string, at = ' at the median'): string {
  if (median !== undefined) return `${format(median)}${at}`;
  const [from, to] = [format(low), format(high)];
  return from === to ? from : `${from} to ${to}`;
}

/** `: 2.4 s at the median, the others 300 ms`. The second median needs no words if the first one has them. */
function spreadsText(bad: Spread, good: Spread, format: (value: number) => string): string {
  return `: ${spreadText(bad, format)}, the others ${spreadText(good, format, bad.median === undefined ? undefined : '')}`;
}

/** How many traces are bad, and by how much. */
export function describeDivision(answer: Explanation): string {
  const { question, traces, bad, good, limit, badSpread, goodSpread, unknown } = answer;
  const { beyond, format } = wordsOf(question);
  if (unknown !== undefined) return describeUnknown(unknown);
  if (traces === 0) return `No trace has ${question.measure === 'score' ? 'this score' : 'such a span'}.`;
  const of = `${bad} of ${cell.amount(bad + good, 'trace')}`;
  const [take, fails] = bad === 1 ? [singular(beyond), 'fails'] : [beyond, 'fail'];
  if (question.measure === 'failure') {
    return `${of} ${fails}${question.errorClass === undefined ? '' : ` with ${question.errorClass}`}.`;
  }
  if (limit === undefined) return traces === 1 ? 'There is one trace.' : `All ${traces} traces have the same value.`;
  const values = badSpread === undefined || goodSpread === undefined ? '' : spreadsText(badSpread, goodSpread, format);
  const isTenth = bad === Math.floor((bad + good) / 10);
  const worst = limit.from !== 'share' ? '' : isTenth ? ' (the worst tenth)' : ` (the worst ${bad})`;
  // A score at the limit is good, whatever side it is on.
  const isStrict = limit.from === 'given' || question.measure !== 'score' || question.isLow === false;
  const than = isStrict ? take : take.replace('below', 'less than');
  return `${of} ${than} ${format(limit.above)}${worst}${values}.`;
}
