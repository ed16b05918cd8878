/** The answer to a question for causes. */

import type { Interval } from '@spanline/record/statistics';
import type { Subject } from './case.ts';
import type { Condition } from './columns.ts';
import type { Limit } from './limit.ts';
import type { ExplainQuestion } from './question.ts';

/** A condition that bad traces fulfil more often than good ones. */
export interface CauseSplit {
  readonly subject: Subject;
  readonly condition: Condition;
  /** The condition in words: `more than 30 documents`. */
  readonly text: string;
  /** Bad and good traces that fulfil it. Good ones are estimated where only a sample was kept. */
  readonly bad: number;
  readonly good: number;
  /** Share of the bad traces that it covers, 0 to 1. */
  readonly support: number;
  /** Share of bad ones among the traces that fulfil it, divided by their share among all. 1 is no difference. */
  readonly lift: number;
  /** Interval of the lift, 95 %. */
  readonly liftInterval: Interval;
  /** Probability of a split as good as this one, of all that were tried, if nothing were a cause. */
  readonly p: number;
}

/** Values on one side. */
export interface Spread extends Interval {
  /** `undefined` for fewer than six traces: the true median may be beyond all of their values. */
  readonly median: number | undefined;
}

/** A likely cause. */
export interface Cause extends CauseSplit {
  /** Conditions that pick much the same traces. The data cannot separate them. */
  readonly like: readonly CauseSplit[];
}

/** A step's part in the difference. */
export interface Part {
  /** Name of the step; for failures, with the type of the error. */
  readonly step: string;
  /** Mean of bad and of good traces: milliseconds without an open child, dollars, tokens, or traces with the error. */
  readonly bad: number;
  readonly good: number;
  /** Share of the whole difference. */
  readonly share: number;
}

/** A name in the question that no trace has. */
export interface UnknownName {
  readonly kind: 'step' | 'score';
  readonly name: string;
  /** The name that was probably meant. */
  readonly suggestion?: string;
  /** Names that there are, the most frequent first; at most ten. Of a cluster, those of the traces that pass. */
  readonly known: readonly string[];
}

/** The answer to a question for causes. */
export interface Explanation {
  readonly question: ExplainQuestion;
  /** Traces with a span in question. */
  readonly traces: number;
  /** Given if no trace has one, because there is no step or no score of this name. */
  readonly unknown?: UnknownName;
  readonly bad: number;
  readonly good: number;
  /** Values beyond it are bad. `undefined` if there was nothing to divide. */
  readonly limit: Limit | undefined;
  /** Values of the measure on each side; `undefined` for a side without a trace. */
  readonly badSpread: Spread | undefined;
  readonly goodSpread: Spread | undefined;
  /** Worst first; at most five. */
  readonly traceIds: readonly string[];
  /** How the spans in question failed, and how many did. */
  readonly failures: readonly { readonly type: string; readonly bad: number }[];
  /** Steps that make up the difference, the largest first. */
  readonly parts: readonly Part[];
  /** Likely causes, the strongest first. None means that no cause was found. */
  readonly causes: readonly Cause[];
  /** Number of conditions that were tried. */
  readonly tested: number;
}
