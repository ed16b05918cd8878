/** The spans that a question is about. */

import type { SpanRecord } from '@spanline/record';
import { type Pattern, patternTest } from '../../filter/index.ts';
import type { ExplainQuestion } from './question.ts';
import { isRequest, stepOf } from './spans.ts';

function toPattern(name: string): Pattern {
  const parts = name.split(/([*?])/).filter((part) => part !== '');
  return parts.map((part) => (part === '*' || part === '?' ? { wild: part } : { text: part }));
}

/** Tests the name of a step; `*` and `?` are wildcards. */
export const nameTest = (name: string): ((step: string) => boolean) => patternTest(toPattern(name));

/** Tests whether a question is about a span. */
export function targetTest({ step, type, measure }: ExplainQuestion): (record: SpanRecord) => boolean {
  if (step !== undefined) {
    const fits = nameTest(step);
    return (record) => fits(record['span.name'] ?? '') || fits(stepOf(record));
  }
  if (type !== undefined) return (record) => record['span.type'] === type;
  return measure === 'score' ? () => true : isRequest;
}
