import type { Measurement } from '../metrics/measurement.ts';
import type { ReadRecord } from '../metrics/read-record.ts';
import { isUpward } from '../rules/compare.ts';
import type { ResolvedRule } from '../rules/types.ts';
import { isOnSteps } from '../rules/watched.ts';

/** Scores how much a record contributes to a bad value of a metric; `undefined` for not at all. */
export type ExemplarScorer = (record: ReadRecord, measurement: Measurement) => number | undefined;

/** Metrics whose worst records have the most extreme value, in the direction in which the rule fires. */
const BY_VALUE: readonly (readonly [metrics: RegExp, value: ExemplarScorer])[] = [
  [/^time_to_first_token_p\d\d_ms$/, (_record, { firstChunkMs }) => (firstChunkMs < 0 ? undefined : firstChunkMs)],
  [/^(?:cost_usd|cost_per_request_usd|daily_spend_usd)$/, (record) => record['spanline.cost.usd']],
  [/^(?:(?:total|daily|input|output|reasoning)_tokens|tokens_per_request)$/, tokens],
  [/^tokens_per_second$/, (record) => record['spanline.stream.tokens_per_second']],
  [/^cache_/, uncachedTokens],
  [/^rate_limit_remaining_ratio$/, (record) => record['spanline.ratelimit.remaining_ratio']],
  [/^documents_per_retrieval$/, (record) => record['spanline.retrieval.count']],
  [/^retrieval_score$/, (record) => record['spanline.retrieval.score_max']],
];

/** Metrics that count bad records. The slowest of them come first. */
const BY_EVENT: readonly (readonly [
  metrics: RegExp,
  isBad: (record: ReadRecord, measurement: Measurement) => boolean,
])[] = [
  [/^timeout(?:s|_rate)$/, (record) => record['spanline.error.class'] === 'timeout'],
  [/^rate_limited$/, (record) => record['spanline.error.class'] === 'rate_limit'],
  [/^llm_error(?:s|_rate)$/, (_record, measurement) => measurement.adds('llmErrors')],
  [/^tool_error(?:s|_rate)$/, (_record, measurement) => measurement.adds('toolErrors')],
  [/^empty_retrieval_rate$/, (_record, measurement) => measurement.adds('emptyRetrievals')],
  [/^thumbs_down_rate$/, (_record, measurement) => measurement.adds('thumbsDown')],
  [/^safety_triggers$/, (_record, measurement) => measurement.adds('safetyTriggers')],
  [/^prompt_injections$/, (_record, measurement) => measurement.adds('promptInjections')],
];

function tokens(record: ReadRecord): number | undefined {
  const input = record['gen_ai.usage.input_tokens'];
  return input === undefined ? undefined : input + (record['gen_ai.usage.output_tokens'] ?? 0);
}

/** Negative, because the metric is the cached share. */
function uncachedTokens(record: ReadRecord): number | undefined {
  const input = record['gen_ai.usage.input_tokens'];
  return input === undefined ? undefined : (record['gen_ai.usage.cache_read.input_tokens'] ?? 0) - input;
}

/** True if scores are values of the metric itself, so that they can be compared with the threshold. */
export function isScoredByValue({ metric, comparison }: ResolvedRule): boolean {
  return /^(?:latency|time_to_first_token)_/.test(metric) && isUpward(comparison);
}

const EVALUATION = /^(?<name>.+)_(?<kind>score|rate|drift)$/;

const signed = (sign: number, value: number | undefined): number | undefined =>
  value === undefined ? undefined : sign * value;

/** Distance of a score from the mean of those before it. */
function farFromMean(name: string): ExemplarScorer {
  let count = 0;
  let mean = 0;
  return (_record, { evaluation }) => {
    if (evaluation?.name !== name || evaluation.value === undefined) return undefined;
    const distance = count === 0 ? 0 : Math.abs(evaluation.value - mean);
    mean += (evaluation.value - mean) / ++count;
    return distance;
  };
}

function evaluationScorer({ metric, comparison }: ResolvedRule): ExemplarScorer | undefined {
  const { name, kind } = EVALUATION.exec(metric)?.groups ?? {};
  if (name === undefined) return undefined;
  const sign = isUpward(comparison) ? 1 : -1;
  if (kind === 'score') {
    return (_record, { evaluation }) => (evaluation?.name === name ? signed(sign, evaluation.value) : undefined);
  }
  if (kind === 'drift') return farFromMean(name);
  return (_record, { evaluation }) => (evaluation?.name === name && evaluation.isPositive === sign > 0 ? 1 : undefined);
}

/** The scorer of a rule. It finds no exemplars for metrics that do not come from single records, such as gauges. */
export function exemplarScorer(rule: ResolvedRule): ExemplarScorer {
  const { metric } = rule;
  const ofSteps = isOnSteps(rule);
  const sign = isUpward(rule.comparison) ? 1 : -1;
  const isCounted = ({ isSpan, isRequest }: Measurement): boolean => (ofSteps ? isSpan : isRequest);
  if (metric.startsWith('latency_')) {
    return (_record, measurement) => (isCounted(measurement) ? sign * measurement.durationMs : undefined);
  }
  if (/^(?:error_rate|errors|availability)$/.test(metric)) {
    return (_record, measurement) =>
      isCounted(measurement) && measurement.failed ? measurement.durationMs : undefined;
  }
  for (const [metrics, value] of BY_VALUE) {
    if (metrics.test(metric)) return (record, measurement) => signed(sign, value(record, measurement));
  }
  for (const [metrics, isBad] of BY_EVENT) {
    if (metrics.test(metric)) {
      return (record, measurement) => (isBad(record, measurement) ? (record.duration_ms ?? 0) : undefined);
    }
  }
  return evaluationScorer(rule) ?? (() => undefined);
}
