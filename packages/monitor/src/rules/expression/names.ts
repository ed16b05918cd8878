/** Short names of metrics in expressions, and the units of their values. */

import { nearest } from '@spanline/record';
import { metricReader, METRICS } from '../../metrics/catalogue.ts';

/** Names that people write, and the metrics that they stand for. */
const SHORT: Readonly<Record<string, string>> = {
  p50: 'latency_p50_ms',
  p95: 'latency_p95_ms',
  p99: 'latency_p99_ms',
  'ttft.p50': 'time_to_first_token_p50_ms',
  'ttft.p95': 'time_to_first_token_p95_ms',
  cost: 'cost_usd',
  'cost/request': 'cost_per_request_usd',
  'cost/day': 'daily_spend_usd',
  tokens: 'total_tokens',
  'tokens/request': 'tokens_per_request',
  'tokens/day': 'daily_tokens',
  'documents/retrieval': 'documents_per_retrieval',
};
const LONG: ReadonlyMap<string, string> = new Map(Object.entries(SHORT).map(([short, metric]) => [metric, short]));
const NAMES: readonly string[] = [...Object.keys(SHORT), ...Object.keys(METRICS)];

/** The metric of a name; `undefined` if there is none. */
export function metricOf(name: string): string | undefined {
  if (Object.hasOwn(SHORT, name)) return SHORT[name];
  return metricReader(name) === undefined ? undefined : name;
}

/** The shortest name of a metric. */
export const nameOf = (metric: string): string => LONG.get(metric) ?? metric;

/** The known name that was probably meant. */
export const suggestMetric = (name: string): string | undefined => nearest(name, NAMES);

/** How the values of a metric are written. */
export interface Unit {
  /** Factors of the units, by their names. */
  readonly factors: Readonly<Record<string, number>>;
  /** The name does not state the unit, so that a value must. */
  readonly isNeeded: boolean;
  readonly mayHaveDollar: boolean;
  readonly example: string;
}

const TIMES = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 } as const;
const COUNTS = { k: 1e3, M: 1e6 } as const;
/** Metrics whose values are parts of a whole. */
const SHARE = /_(?:rate|ratio|score|drift)$|^availability$/;

/**
 * The unit of a metric follows from its name.
 *
 * @param name - as it was written
 */
export function unitOf(name: string, metric: string): Unit {
  if (metric.endsWith('_ms')) {
    return { factors: TIMES, isNeeded: !name.endsWith('_ms'), mayHaveDollar: false, example: '2s or 350ms' };
  }
  if (metric.endsWith('_usd')) return { factors: {}, isNeeded: false, mayHaveDollar: true, example: '0.02 or $0.02' };
  return SHARE.test(metric)
    ? { factors: { '%': 0.01 }, isNeeded: false, mayHaveDollar: false, example: '1% or 0.01' }
    : { factors: COUNTS, isNeeded: false, mayHaveDollar: false, example: '4000 or 4k' };
}

/** A value in the unit of its metric. */
export function formatValue(metric: string, value: number): string {
  const short = (number: number): string => String(Number(number.toPrecision(4)));
  if (metric.endsWith('_ms')) return value >= 1000 ? `${short(value / 1000)}s` : `${short(value)}ms`;
  if (metric.endsWith('_usd')) return `$${short(value)}`;
  return SHARE.test(metric) && !/_(?:score|drift)$/.test(metric) ? `${short(value * 100)}%` : short(value);
}
