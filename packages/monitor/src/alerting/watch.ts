import { type MetricReader, metricReader } from '../metrics/catalogue.ts';
import type { ResolvedRule } from '../rules/types.ts';
import { Buckets } from './buckets.ts';
import { initialState, type RuleState } from './state.ts';
import { TopTraces } from './top-traces.ts';
import { type Weigh, weigherOf } from './weigh.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const STRETCH_MS = 15_000;
const MOST_STRETCHES = 60;
/** Steps are many: their windows are made of fewer stretches. */
const MOST_STEP_STRETCHES = 15;
const TOP_STRETCHES = 15;
const EVENT_METRICS: ReadonlySet<string> = new Set(['prompt_injections', 'safety_triggers']);

/** Windows by their length in minutes; rules with the same length share one. */
export type Windows = Map<number, Buckets>;

/** One rule, for the whole service or for one step. */
export interface Watch {
  readonly rule: ResolvedRule;
  readonly reader: MetricReader;
  readonly step: string | undefined;
  readonly buckets: Buckets;
  readonly weigh: Weigh;
  readonly top: TopTraces;
  /** The same in every process that has the rule. */
  readonly key: string;
  /** Fires on an event, and does not wait for its stretch of the window to be over. */
  readonly isOfEvents: boolean;
  state: RuleState;
  /** End of the last window that baselines learned from. */
  learnedUntil: number;
}

function bucketsOf(rule: ResolvedRule, windows: Windows): Buckets {
  let buckets = windows.get(rule.windowMinutes);
  if (buckets === undefined) {
    const windowMs = rule.windowMinutes * MINUTE_MS;
    const most = rule.perStep ? MOST_STEP_STRETCHES : MOST_STRETCHES;
    const stretches = Math.min(most, Math.max(1, Math.ceil(windowMs / STRETCH_MS)));
    windows.set(rule.windowMinutes, (buckets = new Buckets(windowMs, stretches, rule.perStep ? 'spans' : 'requests')));
  }
  return buckets;
}

/** Begins to watch. @param remembered - states of a process before this one, by key */
export function createWatch(
  rule: ResolvedRule,
  step: string | undefined,
  given: { windows: Windows; now: number; remembered: ReadonlyMap<string, RuleState> | undefined },
): Watch {
  const reader = metricReader(rule.metric);
  if (reader === undefined) throw new TypeError(`no metric ${rule.metric}`);
  const key = JSON.stringify([rule.name, rule.metric, rule.windowMinutes, ...(step === undefined ? [] : [step])]);
  return {
    rule,
    reader,
    step,
    buckets: bucketsOf(rule, given.windows),
    weigh: weigherOf(rule),
    top: new TopTraces(reader.isDaily ? DAY_MS : rule.windowMinutes * MINUTE_MS, TOP_STRETCHES),
    key,
    isOfEvents: EVENT_METRICS.has(rule.metric) && !rule.perStep,
    state: given.remembered?.get(key) ?? initialState(given.now),
    learnedUntil: given.now,
  };
}
