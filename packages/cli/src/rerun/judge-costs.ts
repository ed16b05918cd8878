/** The cost of judges that ask a model, before anything is sent: both sides of each case are judged. */
import { type Feedback, type ScoreCost, scoreCosts } from '@spanline/evals';
import type { Case } from './cases.ts';
import { callTrace } from './evidence.ts';
import { entryLines } from './run-program.ts';

/** Calls of judges. */
export interface JudgeEstimate {
  readonly calls: number;
  /** With new answers that are as long as the recorded ones; `undefined` if a price is not known. */
  readonly mostUsd: number | undefined;
  readonly names: readonly string[];
}

/** The cost of an evaluator that throws, or that another version of `@spanline/evals` made, is not known. */
function costsOf(lines: Parameters<typeof scoreCosts>[0], judges: readonly Feedback[]): ScoreCost[] {
  return judges.flatMap((judge) => {
    try {
      return scoreCosts(lines, [judge]);
    } catch {
      return [{ name: judge.name, source: judge.source, mostUsd: undefined }];
    }
  });
}

function tracesOf({ steps, recording, lines }: Case): Parameters<typeof scoreCosts>[0][] {
  if (steps.length === 0) return [entryLines(lines)];
  return steps.map(({ recorded }) => callTrace(recorded.record, recorded, recording));
}

/** Estimates what judges will cost. @returns `undefined` if none asks a model */
export function judgeEstimate(cases: readonly Case[], judges: readonly Feedback[]): JudgeEstimate | undefined {
  const asking = judges.filter(({ source }) => source === 'llm_judge');
  if (asking.length === 0) return undefined;
  const costs = cases.flatMap((one) => tracesOf(one).flatMap((lines) => costsOf(lines, asking)));
  const isKnown = costs.every(({ mostUsd }) => mostUsd !== undefined);
  return {
    calls: 2 * costs.length,
    mostUsd: isKnown ? 2 * costs.reduce((sum, { mostUsd = 0 }) => sum + mostUsd, 0) : undefined,
    names: asking.map(({ name }) => name),
  };
}
