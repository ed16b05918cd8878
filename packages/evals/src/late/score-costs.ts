/** The cost of the scores of a trace, before they are computed. */
import type { Feedback } from '../feedback/feedback.ts';
import { readEvaluatedSpans } from '../subject/read-spans.ts';
import { subjectOf } from './score-trace.ts';

/** A score that {@link scoreTrace} would compute. */
export interface ScoreCost {
  readonly name: string;
  readonly source: Feedback['source'];
  /** US dollars at most; `undefined` if that is not known. Code costs 0. */
  readonly mostUsd: number | undefined;
}

/**
 * Lists the scores that `scoreTrace` would compute of a trace, with the most that each can cost. Nothing is asked.
 *
 * @param lines - lines of one trace, in any order and any profile
 */
export function scoreCosts(lines: Iterable<string | object>, feedback: readonly Feedback[]): ScoreCost[] {
  const spans = readEvaluatedSpans(lines);
  return spans.flatMap((span) => {
    const subject = subjectOf(span, spans);
    return feedback.flatMap((one) => {
      const values = one.matches(span, () => subject) ? one.select(subject) : undefined;
      return values === undefined ? [] : [{ name: one.name, source: one.source, mostUsd: one.mostUsd(values) }];
    });
  });
}
