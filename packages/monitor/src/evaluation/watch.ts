import { type ExemplarScorer, exemplarScorer } from '../causes/exemplar-score.ts';
import { Exemplars } from '../causes/exemplars.ts';
import { type MetricReader, metricReader } from '../metrics/catalogue.ts';
import type { ResolvedRule } from '../rules/types.ts';
import { isOnSteps } from '../rules/watched.ts';
import { initialState, type RuleState } from './rule-state.ts';
import { SlidingWindow } from './sliding-window.ts';
import { combineVotes, type Vote } from './votes.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const BUCKET_MS = 15_000;
const MAX_BUCKETS = 60;
/** Steps are many, so that their windows have fewer buckets. */
const MAX_STEP_BUCKETS = 15;
const EXEMPLAR_BUCKETS = 15;
const EVENT_METRICS: ReadonlySet<string> = new Set(['prompt_injections', 'safety_triggers']);

/** Windows by their length in minutes and what they keep. Rules with the same of both share one. */
export type Windows = Map<string, SlidingWindow>;

/** A rule that is evaluated for the service or for one step. */
export interface Watch {
  readonly rule: ResolvedRule;
  readonly reader: MetricReader;
  readonly step: string | undefined;
  readonly window: SlidingWindow;
  readonly scorer: ExemplarScorer;
  readonly exemplars: Exemplars;
  /** Key of the baseline: the same in every process that has the rule. */
  readonly key: string;
  /** Key of the incident. It outlives a change of the rule's metric and window. */
  readonly incidentKey: string;
  /** Evaluated with each event of its metric, before the bucket is over. */
  readonly isImmediate: boolean;
  state: RuleState;
  /** The view of this process, if it shares {@link Watch.state} with others. */
  own: RuleState;
  /** End of the last window that the baseline learned from. */
  learnedUntil: number;
}

function windowOf(rule: ResolvedRule, { scores }: MetricReader, windows: Windows): SlidingWindow {
  const { windowMinutes } = rule;
  const ofSteps = isOnSteps(rule);
  const keepsScores = scores !== undefined;
  const key = JSON.stringify([windowMinutes, keepsScores]);
  let window = windows.get(key);
  if (window === undefined) {
    const windowMs = windowMinutes * MINUTE_MS;
    const max = ofSteps ? MAX_STEP_BUCKETS : MAX_BUCKETS;
    const buckets = Math.min(max, Math.max(1, Math.ceil(windowMs / BUCKET_MS)));
    const unit = ofSteps ? 'spans' : 'requests';
    windows.set(key, (window = new SlidingWindow(windowMs, buckets, unit, keepsScores)));
  }
  return window;
}

/** Context of {@link createWatch}. */
export interface WatchParts {
  readonly windows: Windows;
  readonly now: number;
  /** States of an earlier process, by {@link Watch.incidentKey}. */
  readonly remembered: ReadonlyMap<string, RuleState> | undefined;
  /** The views of replicas that are gone, by {@link Watch.incidentKey}. It is removed when a watch takes it over. */
  readonly inherited: Map<string, Vote>;
}

/** The view of a replica that is gone holds until this one has seen otherwise. */
export function inherit(own: RuleState, vote: Vote, now: number): RuleState {
  const { level } = combineVotes([own, vote]) ?? own;
  return level === own.level ? own : { ...own, level, since: now, goodSince: undefined };
}

export function createWatch(rule: ResolvedRule, step: string | undefined, parts: WatchParts): Watch {
  const reader = metricReader(rule.metric);
  if (reader === undefined) throw new TypeError(`no metric ${rule.metric}`);
  const steps = step === undefined ? [] : [step];
  const key = JSON.stringify([rule.name, rule.metric, rule.windowMinutes, ...steps]);
  const incidentKey = JSON.stringify([rule.name, ...steps]);
  const { now, inherited } = parts;
  const vote = inherited.get(incidentKey);
  inherited.delete(incidentKey);
  const start = initialState(now);
  return {
    rule,
    reader,
    step,
    window: windowOf(rule, reader, parts.windows),
    scorer: exemplarScorer(rule),
    exemplars: new Exemplars(reader.isDaily ? DAY_MS : rule.windowMinutes * MINUTE_MS, EXEMPLAR_BUCKETS),
    key,
    incidentKey,
    isImmediate: EVENT_METRICS.has(rule.metric) && !isOnSteps(rule),
    state: parts.remembered?.get(incidentKey) ?? start,
    own: vote === undefined ? start : inherit(start, vote, now),
    learnedUntil: now,
  };
}
