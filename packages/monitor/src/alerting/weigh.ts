import type { Delta } from '../metrics/delta.ts';
import type { ReadRecord } from '../metrics/read-record.ts';
import { isUpward } from '../rules/compare.ts';
import type { ResolvedRule } from '../rules/types.ts';

/** How much a record has to do with a metric's being bad; `undefined` for not at all. */
export type Weigh = (record: ReadRecord, delta: Delta) => number | undefined;

/** What a record holds of a metric: the extreme ones are those to look at, at the end at which the rule looks. */
const VALUES: readonly (readonly [metrics: RegExp, value: Weigh])[] = [
  [/^time_to_first_token_p\d\d_ms$/, (_record, delta) => (delta.firstChunkMs < 0 ? undefined : delta.firstChunkMs)],
  [/^(?:cost_usd|cost_per_request_usd|daily_spend_usd)$/, (record) => record['spanline.cost.usd']],
  [/^(?:(?:total|daily|input|output|reasoning)_tokens|tokens_per_request)$/, tokens],
  [/^tokens_per_second$/, (record) => record['spanline.stream.tokens_per_second']],
  [/^cache_/, cacheShare],
  [/^rate_limit_remaining_ratio$/, (record) => record['spanline.ratelimit.remaining_ratio']],
  [/^documents_per_retrieval$/, (record) => record['spanline.retrieval.count']],
  [/^retrieval_score$/, (record) => record['spanline.retrieval.score_max']],
];

/** Records that are bad for a metric whatever it is compared with; the slowest first. */
const BAD: readonly (readonly [metrics: RegExp, isBad: (record: ReadRecord, delta: Delta) => boolean])[] = [
  [/^timeout(?:s|_rate)$/, (record) => record['spanline.error.class'] === 'timeout'],
  [/^rate_limited$/, (record) => record['spanline.error.class'] === 'rate_limit'],
  [/^tool_error(?:s|_rate)$/, (_record, delta) => delta.adds('toolErrors')],
  [/^empty_retrieval_rate$/, (_record, delta) => delta.adds('emptyRetrievals')],
  [/^thumbs_down_rate$/, (_record, delta) => delta.adds('thumbsDown')],
  [/^safety_triggers$/, (_record, delta) => delta.adds('safetyTriggers')],
  [/^prompt_injections$/, (_record, delta) => delta.adds('promptInjections')],
];

function tokens(record: ReadRecord): number | undefined {
  const input = record['gen_ai.usage.input_tokens'];
  return input === undefined ? undefined : input + (record['gen_ai.usage.output_tokens'] ?? 0);
}

/** Negative: tokens that did not come from the cache. */
function cacheShare(record: ReadRecord): number | undefined {
  const input = record['gen_ai.usage.input_tokens'];
  return input === undefined ? undefined : (record['gen_ai.usage.cache_read.input_tokens'] ?? 0) - input;
}

/** True where a weight is a value of the metric itself, so that it can be compared with the threshold. */
export function weighsValues({ metric, comparison }: ResolvedRule): boolean {
  return /^(?:latency|time_to_first_token)_/.test(metric) && isUpward(comparison);
}

const JUDGED = /^(?<name>.+)_(?<kind>score|rate)$/;

const signed = (sign: number, value: number | undefined): number | undefined =>
  value === undefined ? undefined : sign * value;

function weighScore({ metric, comparison }: ResolvedRule): Weigh | undefined {
  const { name, kind } = JUDGED.exec(metric)?.groups ?? {};
  if (name === undefined) return undefined;
  const sign = isUpward(comparison) ? 1 : -1;
  if (kind === 'score') return (_record, { score }) => (score?.name === name ? signed(sign, score.value) : undefined);
  return (_record, { score }) => (score?.name === name && score.isPositive === sign > 0 ? 1 : undefined);
}

/** The weigher of a rule; of metrics that no record is bad for, no trace is kept. */
export function weigherOf(rule: ResolvedRule): Weigh {
  const { metric, perStep } = rule;
  const sign = isUpward(rule.comparison) ? 1 : -1;
  const isCounted = (delta: Delta): boolean => (perStep ? delta.isSpan : delta.isRequest);
  if (metric.startsWith('latency_'))
    return (_record, delta) => (isCounted(delta) ? sign * delta.durationMs : undefined);
  if (/^(?:error_rate|errors|availability)$/.test(metric)) {
    return (_record, delta) => (isCounted(delta) && delta.failed ? delta.durationMs : undefined);
  }
  for (const [metrics, value] of VALUES) {
    if (metrics.test(metric)) return (record, delta) => signed(sign, value(record, delta));
  }
  for (const [metrics, isBad] of BAD) {
    if (metrics.test(metric)) return (record, delta) => (isBad(record, delta) ? (record.duration_ms ?? 0) : undefined);
  }
  return weighScore(rule) ?? (() => undefined);
}
