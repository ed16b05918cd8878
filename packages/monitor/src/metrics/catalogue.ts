import type { Cell } from './cell.ts';
import type { CounterName } from './counters.ts';

/** How a metric is read from a cell. */
export interface MetricReader {
  /** `undefined` where there is nothing to read it from. */
  read(cell: Cell): number | undefined;
  /** How many observations the value rests on. */
  samples(cell: Cell): number;
  /** One observation means something: a count, a sum or a reading. */
  readonly oneIsEnough: boolean;
  /** A count or sum: of nothing it is 0. */
  readonly isTally: boolean;
  /** Part of a whole, 0 to 1. */
  readonly isShare: boolean;
  /** Belongs to a calendar day (UTC) and not to a window. */
  readonly isDaily: boolean;
}

function total(read: MetricReader['read'], isDaily = false): MetricReader {
  return { read, samples: (cell) => cell.count('seen'), oneIsEnough: true, isTally: true, isShare: false, isDaily };
}

const counter = (name: CounterName): MetricReader => total((cell) => cell.count(name));

function ratio(part: MetricReader['read'], whole: (cell: Cell) => number): MetricReader {
  return {
    read: (cell) => {
      const value = whole(cell) === 0 ? undefined : part(cell);
      return value === undefined ? undefined : value / whole(cell);
    },
    samples: whole,
    oneIsEnough: false,
    isTally: false,
    isShare: false,
    isDaily: false,
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
  return {
    read: (cell) => cell[of]?.at(at),
    samples: (cell) => cell[of]?.count ?? 0,
    oneIsEnough: false,
    isTally: false,
    isShare: false,
    isDaily: false,
  };
}

/** Unknown cost is absent, and not 0. */
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
  input_tokens: counter('inputTokens'),
  output_tokens: counter('outputTokens'),
  cache_read_tokens: counter('cacheReadTokens'),
  cache_write_tokens: counter('cacheWriteTokens'),
  reasoning_tokens: counter('reasoningTokens'),
  total_tokens: total(tokens),
  tokens_per_request: ratio(tokens, (cell) => cell.count('requests')),
  daily_tokens: total(tokens, true),
  cost_usd: total(usd),
  unpriced_calls: counter('unpricedCalls'),
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
    read: (cell) => (cell.rateLimitLeast === Infinity ? undefined : cell.rateLimitLeast),
    samples: (cell) => cell.count('rateLimitReadings'),
    oneIsEnough: true,
    isTally: false,
    isShare: false,
    isDaily: false,
  },
  queue_depth: gauge('queue_depth'),
};

function gauge(name: string): MetricReader {
  return {
    read: (cell) => cell.gauges?.get(name)?.value,
    samples: (cell) => cell.gauges?.get(name)?.readings ?? 0,
    oneIsEnough: true,
    isTally: false,
    isShare: false,
    isDaily: false,
  };
}

function scoreMean(name: string): MetricReader {
  const valued = (cell: Cell): number => cell.scores?.get(name)?.valued ?? 0;
  return ratio((cell) => (cell.scores?.get(name)?.millionths ?? 0) / 1e6, valued);
}

function scoreRate(name: string): MetricReader {
  const count = (cell: Cell): number => cell.scores?.get(name)?.count ?? 0;
  return { ...ratio((cell) => cell.scores?.get(name)?.positive ?? 0, count), isShare: true };
}

const OPEN_NAME = /^(?:(?<score>[A-Za-z0-9_.-]{1,100})_(?<kind>score|rate)|gauge\.(?<gauge>[A-Za-z0-9_]{1,100}))$/;

/** The reader of a metric: fixed names, `<evaluation>_score`, `<evaluation>_rate`, `gauge.<name>`; `undefined` for any other name. */
export function metricReader(name: string): MetricReader | undefined {
  if (Object.hasOwn(METRICS, name)) return METRICS[name];
  const groups = OPEN_NAME.exec(name)?.groups;
  if (groups === undefined) return undefined;
  if (groups['gauge'] !== undefined) return gauge(groups['gauge']);
  const score = groups['score'] ?? '';
  return groups['kind'] === 'score' ? scoreMean(score) : scoreRate(score);
}

/** Metric values by name; a metric without data is absent. */
export type MetricValues = Record<string, number>;

/** Every metric of a cell. Those of a calendar day are left out. */
export function readMetrics(cell: Cell): MetricValues {
  const values: MetricValues = {};
  for (const [name, reader] of Object.entries(METRICS)) {
    const value = reader.isDaily ? undefined : reader.read(cell);
    if (value !== undefined) values[name] = value;
  }
  for (const name of [...(cell.scores?.keys() ?? [])].toSorted()) {
    const score = scoreMean(name).read(cell);
    if (score !== undefined) values[`${name}_score`] = score;
    values[`${name}_rate`] = scoreRate(name).read(cell) ?? 0;
  }
  for (const name of [...(cell.gauges?.keys() ?? [])].toSorted()) {
    const value = gauge(name).read(cell);
    if (value !== undefined) values[`gauge.${name}`] = value;
  }
  return values;
}
