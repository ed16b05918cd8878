import type { Cell } from './cell.ts';
import type { CounterName } from './counters.ts';
import type { ScoreCounts } from './score-counts.ts';
import { scoreDrift } from './score-drift.ts';

/** Reads a metric from a cell. */
export interface MetricReader {
  /**
   * @param usual - the scores that {@link scores} are compared with
   * @returns `undefined` without data
   */
  read(cell: Cell, usual?: ScoreCounts): number | undefined;
  /** Number of observations behind the value. */
  samples(cell: Cell): number;
  /**
   * Observations by which the value is more than chance. 1 for a count, a sum and a gauge. For a quantile so many that
   * it is not the largest one alone.
   */
  readonly least: number;
  /** A count or a sum, which is 0 without data. */
  readonly isTally: boolean;
  /** A part of a whole, 0 to 1. */
  readonly isShare: boolean;
  /** Belongs to a UTC day instead of a window. */
  readonly isDaily: boolean;
  /** The scores that are compared with the usual ones. Only a metric that is such a comparison has it. */
  scores?(cell: Cell): ScoreCounts | undefined;
}

const LEAST = 20;
const PLAIN = { least: LEAST, isTally: false, isShare: false, isDaily: false } as const;

function total(read: MetricReader['read'], isDaily = false): MetricReader {
  return { ...PLAIN, read, samples: (cell) => cell.count('seen'), least: 1, isTally: true, isDaily };
}

const counter = (name: CounterName): MetricReader => total((cell) => cell.count(name));

function ratio(part: MetricReader['read'], whole: (cell: Cell) => number): MetricReader {
  return {
    ...PLAIN,
    read: (cell) => {
      const value = whole(cell) === 0 ? undefined : part(cell);
      return value === undefined ? undefined : value / whole(cell);
    },
    samples: whole,
  };
}

const perEach = (part: CounterName, whole: CounterName): MetricReader =>
  ratio(
    (cell) => cell.count(part),
    (cell) => cell.count(whole),
  );

const share = (part: CounterName, whole: CounterName): MetricReader => ({ ...perEach(part, whole), isShare: true });

const tokens = (cell: Cell): number => cell.count('inputTokens') + cell.count('outputTokens');

function quantile(of: 'latency' | 'firstChunk', at: number): MetricReader {
  const least = Math.max(LEAST, Math.round(1 / (1 - at)));
  return { ...PLAIN, least, read: (cell) => cell[of]?.at(at), samples: (cell) => cell[of]?.count ?? 0 };
}

/** An unknown cost is absent, not 0. */
const usd = (cell: Cell): number | undefined =>
  cell.count('costs') === 0 && cell.count('unpricedCalls') > 0 ? undefined : cell.usd;

/** Every metric with a fixed name. */
export const METRICS: Readonly<Record<string, MetricReader>> = {
  requests: counter('requests'),
  spans: counter('spans'),
  errors: counter('errors'),
  timeouts: counter('timeouts'),
  rate_limited: counter('rateLimited'),
  error_rate: share('errors', 'requests'),
  availability: ratio(
    (cell) => cell.count('requests') - cell.count('errors'),
    (cell) => cell.count('requests'),
  ),
  timeout_rate: share('timeouts', 'requests'),
  latency_p50_ms: quantile('latency', 0.5),
  latency_p95_ms: quantile('latency', 0.95),
  latency_p99_ms: quantile('latency', 0.99),
  llm_calls: counter('llmCalls'),
  llm_errors: counter('llmErrors'),
  llm_error_rate: share('llmErrors', 'llmCalls'),
  input_tokens: counter('inputTokens'),
  output_tokens: counter('outputTokens'),
  cache_read_tokens: counter('cacheReadTokens'),
  cache_write_tokens: counter('cacheWriteTokens'),
  reasoning_tokens: counter('reasoningTokens'),
  web_searches: counter('webSearches'),
  total_tokens: total(tokens),
  tokens_per_request: ratio(tokens, (cell) => cell.count('requests')),
  daily_tokens: total(tokens, true),
  cost_usd: total(usd),
  unpriced_calls: counter('unpricedCalls'),
  inexact_costs: counter('inexactCosts'),
  cost_per_request_usd: ratio(usd, (cell) => cell.count('requests')),
  daily_spend_usd: total(usd, true),
  time_to_first_token_p50_ms: quantile('firstChunk', 0.5),
  time_to_first_token_p95_ms: quantile('firstChunk', 0.95),
  tokens_per_second: ratio(
    (cell) => cell.count('tokensPerSecondThousandths') / 1000,
    (cell) => cell.count('speeds'),
  ),
  cache_hit_ratio: {
    ...share('cacheReadTokens', 'inputTokens'),
    samples: (cell) => (cell.count('inputTokens') === 0 ? 0 : cell.count('llmCalls')),
  },
  retrievals: counter('retrievals'),
  documents_per_retrieval: perEach('documents', 'retrievals'),
  empty_retrieval_rate: share('emptyRetrievals', 'retrievals'),
  retrieval_score: ratio(
    (cell) => cell.count('retrievalScoreMillionths') / 1e6,
    (cell) => cell.count('scoredRetrievals'),
  ),
  tool_calls: counter('toolCalls'),
  tool_errors: counter('toolErrors'),
  tool_error_rate: share('toolErrors', 'toolCalls'),
  safety_triggers: counter('safetyTriggers'),
  prompt_injections: counter('promptInjections'),
  thumbs_down_rate: share('thumbsDown', 'feedback'),
  rate_limit_remaining_ratio: {
    ...PLAIN,
    read: (cell) => (cell.minRateLimitRemaining === Infinity ? undefined : cell.minRateLimitRemaining),
    samples: (cell) => cell.count('rateLimitReadings'),
    least: 1,
  },
  queue_depth: gauge('queue_depth'),
};

function gauge(name: string): MetricReader {
  return {
    ...PLAIN,
    read: (cell) => cell.gauges?.get(name)?.value,
    samples: (cell) => cell.gauges?.get(name)?.readings ?? 0,
    least: 1,
  };
}

/** Mean value of an evaluation. */
function evaluationScore(name: string): MetricReader {
  const valued = (cell: Cell): number => cell.evaluations?.get(name)?.valued ?? 0;
  return ratio((cell) => (cell.evaluations?.get(name)?.millionths ?? 0) / 1e6, valued);
}

/** Share of positive results of an evaluation. */
function evaluationRate(name: string): MetricReader {
  const count = (cell: Cell): number => cell.evaluations?.get(name)?.count ?? 0;
  return { ...ratio((cell) => cell.evaluations?.get(name)?.positive ?? 0, count), isShare: true };
}

/** Distance of the scores of an evaluation from the usual ones. */
function evaluationDrift(name: string): MetricReader {
  const scores = (cell: Cell): ScoreCounts | undefined => cell.evaluations?.get(name)?.scores;
  return {
    ...PLAIN,
    read: (cell, usual) => {
      const own = scores(cell);
      return own === undefined || usual === undefined ? undefined : scoreDrift(own, usual);
    },
    samples: (cell) => scores(cell)?.total ?? 0,
    scores,
  };
}

const OF_EVALUATION = { score: evaluationScore, rate: evaluationRate, drift: evaluationDrift } as const;
const OPEN_NAME =
  /^(?:(?<evaluation>[A-Za-z0-9_.-]{1,100})_(?<kind>score|rate|drift)|gauge\.(?<gauge>[A-Za-z0-9_]{1,100}))$/;

/**
 * Finds the reader of a metric: one with a fixed name, `<evaluation>_score`, `<evaluation>_rate`, `<evaluation>_drift`
 * or `gauge.<name>`.
 *
 * @returns `undefined` for any other name
 */
export function metricReader(name: string): MetricReader | undefined {
  if (Object.hasOwn(METRICS, name)) return METRICS[name];
  const groups = OPEN_NAME.exec(name)?.groups;
  if (groups === undefined) return undefined;
  if (groups['gauge'] !== undefined) return gauge(groups['gauge']);
  return OF_EVALUATION[groups['kind'] as keyof typeof OF_EVALUATION](groups['evaluation'] ?? '');
}

/** Metric values by name; a metric without data is absent. */
export type MetricValues = Record<string, number>;

/** Reads every metric of a cell except the daily ones. */
export function readMetrics(cell: Cell): MetricValues {
  const values: MetricValues = {};
  for (const [name, reader] of Object.entries(METRICS)) {
    const value = reader.isDaily ? undefined : reader.read(cell);
    if (value !== undefined) values[name] = value;
  }
  for (const name of [...(cell.evaluations?.keys() ?? [])].toSorted()) {
    const score = evaluationScore(name).read(cell);
    if (score !== undefined) values[`${name}_score`] = score;
    values[`${name}_rate`] = evaluationRate(name).read(cell) ?? 0;
  }
  for (const name of [...(cell.gauges?.keys() ?? [])].toSorted()) {
    const value = gauge(name).read(cell);
    if (value !== undefined) values[`gauge.${name}`] = value;
  }
  return values;
}
