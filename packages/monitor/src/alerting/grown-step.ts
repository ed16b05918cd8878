import { count, median } from './numbers.ts';
import { stepOf, type TraceFacts } from './trace-facts.ts';
import type { LikelyCause } from './types.ts';

const LEAST_USUAL = 3;
/** What has not at least doubled has not grown. */
const GROWN = 2;
/** Steps within steps grow together: the innermost of those that grew about as much is the cause. */
const ABOUT_AS_MUCH = 0.9;

interface Measure {
  readonly of: 'ms' | 'tokens';
  readonly verb: string;
  readonly unit: string;
}

function measureOf(metric: string): Measure | undefined {
  if (/^(?:latency|timeout)/.test(metric)) return { of: 'ms', verb: 'takes', unit: 'ms' };
  return /token|cost|spend/.test(metric) && !metric.startsWith('time_')
    ? { of: 'tokens', verb: 'uses', unit: 'tokens' }
    : undefined;
}

function valuesOf(traces: readonly TraceFacts[], step: string, { of }: Measure): number[] {
  return traces.flatMap((facts) => stepOf(facts, step)?.[of] ?? []);
}

/** Where nothing is known to compare with: the step that takes most of the time by itself. */
function slowStep(exemplars: readonly TraceFacts[]): LikelyCause | undefined {
  const times = new Map<string, number[]>();
  for (const { slowest, ms } of exemplars) {
    if (slowest !== undefined && slowest.ms * 3 >= ms)
      times.set(slowest.name, [...(times.get(slowest.name) ?? []), slowest.ms]);
  }
  const [name, spent] = [...times].toSorted(([, a], [, b]) => b.length - a.length)[0] ?? [];
  if (name === undefined || spent === undefined || spent.length * 2 < exemplars.length) return undefined;
  const evidence = `${name} is the slowest step of ${spent.length} of ${exemplars.length} traces, up to ${count(Math.max(...spent))} ms by itself`;
  return { cause: 'slow_step', evidence };
}

/** Others that took at most half as long: where most traces are bad, what is usual is not in the middle. */
function fast(exemplars: readonly TraceFacts[], others: readonly TraceFacts[]): readonly TraceFacts[] {
  const bad = median(exemplars.map(({ ms }) => ms));
  return others.filter(({ ms }) => ms * GROWN <= bad);
}

/** A step, and why it is suspected. */
export interface SuspectedStep {
  /** `undefined` where it is not known to have grown. */
  readonly name: string | undefined;
  readonly cause: LikelyCause;
}

/**
 * The step that takes longer, or uses more tokens, than in other traces.
 *
 * @param exemplars - traces that are bad
 * @param others - what is usual
 */
export function grownStep(
  metric: string,
  exemplars: readonly TraceFacts[],
  others: readonly TraceFacts[],
): SuspectedStep | undefined {
  const measure = measureOf(metric);
  if (measure === undefined) return undefined;
  const usual = measure.of === 'ms' ? fast(exemplars, others) : others;
  const names = new Set(exemplars.flatMap(({ steps }) => steps.map(({ name }) => name)));
  const grown = [...names].flatMap((name) => {
    const here = valuesOf(exemplars, name, measure);
    const there = valuesOf(usual, name, measure);
    if (here.length * 2 < exemplars.length || there.length < LEAST_USUAL) return [];
    const [now, before] = [median(here), median(there)];
    return now < before * GROWN || now === 0 ? [] : [{ name, now, before, by: now - before, here, there }];
  });
  const most = Math.max(0, ...grown.map(({ by }) => by));
  const [cause] = grown.filter(({ by }) => by >= most * ABOUT_AS_MUCH).toSorted((a, b) => a.now - b.now);
  if (cause === undefined) {
    const slow = measure.of === 'ms' ? slowStep(exemplars) : undefined;
    return slow === undefined ? undefined : { name: undefined, cause: slow };
  }
  const { name, now, before, here, there } = cause;
  const { verb, unit } = measure;
  const evidence = `${name} ${verb} ${count(now)} ${unit} in ${here.length} of ${exemplars.length} traces, and ${count(before)} ${unit} in ${there.length} others`;
  return { name, cause: { cause: 'step_grew', evidence } };
}
