import type { LikelyCause } from '../alerts/alert.ts';
import { formatCount, median } from './statistics.ts';
import { stepOf, type TraceSummary } from './trace-summary.ts';

const MIN_USUAL_TRACES = 3;
/** A step regressed if its median has at least doubled. */
const MIN_GROWTH = 2;
/** Nested steps grow together. The innermost of those that grew about as much as the largest is the cause. */
const ABOUT_AS_MUCH = 0.9;
/** Share of the request's duration that a slow step takes. */
const MIN_SELF_SHARE = 1 / 3;

interface Unit {
  readonly key: 'durationMs' | 'tokens';
  readonly verb: string;
  readonly name: string;
}

function unitOf(metric: string): Unit | undefined {
  if (/^(?:latency|timeout)/.test(metric)) return { key: 'durationMs', verb: 'takes', name: 'ms' };
  return /token|cost|spend/.test(metric) && !metric.startsWith('time_')
    ? { key: 'tokens', verb: 'uses', name: 'tokens' }
    : undefined;
}

function valuesOf(traces: readonly TraceSummary[], step: string, { key }: Unit): number[] {
  return traces.flatMap((trace) => stepOf(trace, step)?.[key] ?? []);
}

/** Without traces to compare with: the step that has the longest self time in most of the traces. */
function slowStep(exemplars: readonly TraceSummary[]): LikelyCause | undefined {
  const times = new Map<string, number[]>();
  for (const { slowest, durationMs } of exemplars) {
    if (slowest === undefined || slowest.selfMs < durationMs * MIN_SELF_SHARE) continue;
    times.set(slowest.name, [...(times.get(slowest.name) ?? []), slowest.selfMs]);
  }
  const [name, spent] = [...times].toSorted(([, a], [, b]) => b.length - a.length)[0] ?? [];
  if (name === undefined || spent === undefined || spent.length * 2 < exemplars.length) return undefined;
  const evidence = `${name} is the slowest step of ${spent.length} of ${exemplars.length} traces, up to ${formatCount(Math.max(...spent))} ms by itself`;
  return { cause: 'slow_step', evidence };
}

/** Traces that took at most half as long. The median of all others is not usual if most of them are bad. */
function fastTraces(exemplars: readonly TraceSummary[], others: readonly TraceSummary[]): readonly TraceSummary[] {
  const bad = median(exemplars.map(({ durationMs }) => durationMs));
  return others.filter(({ durationMs }) => durationMs * MIN_GROWTH <= bad);
}

/** A step, and the reason why it is suspected. */
export interface SuspectedStep {
  /** `undefined` if the step is slow but not known to have grown. */
  readonly name: string | undefined;
  readonly cause: LikelyCause;
}

/**
 * Finds the step that takes longer, or uses more tokens, than in other traces.
 *
 * @param exemplars - bad traces
 * @param others - the traces to compare with
 */
export function stepRegression(
  metric: string,
  exemplars: readonly TraceSummary[],
  others: readonly TraceSummary[],
): SuspectedStep | undefined {
  const unit = unitOf(metric);
  if (unit === undefined) return undefined;
  const usual = unit.key === 'durationMs' ? fastTraces(exemplars, others) : others;
  const names = new Set(exemplars.flatMap(({ steps }) => steps.map(({ name }) => name)));
  const grown = [...names].flatMap((name) => {
    const here = valuesOf(exemplars, name, unit);
    const there = valuesOf(usual, name, unit);
    if (here.length * 2 < exemplars.length || there.length < MIN_USUAL_TRACES) return [];
    const [now, before] = [median(here), median(there)];
    return now < before * MIN_GROWTH || now === 0 ? [] : [{ name, now, before, by: now - before, here, there }];
  });
  const most = Math.max(0, ...grown.map(({ by }) => by));
  const [cause] = grown.filter(({ by }) => by >= most * ABOUT_AS_MUCH).toSorted((a, b) => a.now - b.now);
  if (cause === undefined) {
    const slow = unit.key === 'durationMs' ? slowStep(exemplars) : undefined;
    return slow === undefined ? undefined : { name: undefined, cause: slow };
  }
  const { name, now, before, here, there } = cause;
  const evidence = `${name} ${unit.verb} ${formatCount(now)} ${unit.name} in ${here.length} of ${exemplars.length} traces, and ${formatCount(before)} ${unit.name} in ${there.length} others`;
  return { name, cause: { cause: 'step_grew', evidence } };
}
