import type { SpanRecord } from '@spanline/core';
import type { Delta } from '../metrics/delta.ts';

const KEPT = 64;

interface Seen {
  readonly epochMs: number;
  readonly weight: number;
  readonly traceId: string;
}

/** The traces of a window that weigh most, bounded. */
export class TopTraces {
  readonly #windowMs: number;
  #seen: Seen[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  add(epochMs: number, weight: number, traceId: string): void {
    this.#seen.push({ epochMs, weight, traceId });
    if (this.#seen.length < KEPT * 2) return;
    const recent = this.#seen.filter((seen) => seen.epochMs > epochMs - this.#windowMs);
    this.#seen = recent.toSorted((a, b) => b.weight - a.weight).slice(0, KEPT);
  }

  /**
   * Traces since a moment, the heaviest first; each once. What is older is forgotten.
   *
   * @param limit - lighter ones are left out, as long as there are heavier ones
   */
  since(epochMs: number, most: number, limit: number = -Infinity): string[] {
    this.#seen = this.#seen.filter((seen) => seen.epochMs >= epochMs);
    const heavy = this.#seen.filter(({ weight }) => weight >= limit);
    const heaviest = (heavy.length > 0 ? heavy : this.#seen).toSorted(
      (a, b) => b.weight - a.weight || b.epochMs - a.epochMs || (a.traceId < b.traceId ? -1 : 1),
    );
    return [...new Set(heaviest.map(({ traceId }) => traceId))].slice(0, most);
  }
}

/** How much a record has to do with a metric's being bad; `undefined` for not at all. */
export type Weigh = (record: Readonly<SpanRecord>, delta: Delta) => number | undefined;

const failed: Weigh = (_record, delta) => (delta.isRequest && delta.failed ? delta.durationMs : undefined);
const slow: Weigh = (_record, delta) => (delta.isRequest ? delta.durationMs : undefined);
const slowSpan: Weigh = (_record, delta) => (delta.isSpan ? delta.durationMs : undefined);
const failedSpan: Weigh = (_record, delta) => (delta.isSpan && delta.failed ? delta.durationMs : undefined);
const tokens: Weigh = (record) =>
  record['gen_ai.usage.input_tokens'] === undefined
    ? undefined
    : record['gen_ai.usage.input_tokens'] + (record['gen_ai.usage.output_tokens'] ?? 0);

/** Where a metric's name begins like this, these are the traces to look at. */
const WEIGHERS: readonly (readonly [start: RegExp, weigh: Weigh, ofSteps?: Weigh])[] = [
  [/^latency_/, slow, slowSpan],
  [/^(?:error_rate|errors|availability)$/, failed, failedSpan],
  [/^timeout/, (record) => (record['spanline.error.class'] === 'timeout' ? record.duration_ms : undefined)],
  [/^rate_limit/, (record) => (record['spanline.error.class'] === 'rate_limit' ? record.duration_ms : undefined)],
  [
    /^time_to_first_token/,
    (record) => {
      const seconds = record['gen_ai.response.time_to_first_chunk'];
      return seconds === undefined ? undefined : seconds * 1000;
    },
  ],
  [/^(?:cost|daily_spend)/, (record) => record['spanline.cost.usd']],
  [/tokens/, tokens],
  [/^tool_/, (record, delta) => (record['span.type'] === 'tool' && delta.failed ? delta.durationMs : undefined)],
  [/^(?:empty_)?retriev/, (record) => (record['spanline.retrieval.empty'] === true ? 1 : undefined)],
  [/^thumbs_down/, (_record, delta) => (delta.score?.isPositive === false ? 1 : undefined)],
  [
    /^(?:safety_triggers|prompt_injections)$/,
    (record, delta) =>
      delta.adds('safetyTriggers') || delta.adds('promptInjections') ? 1 + (record.duration_ms ?? 0) : undefined,
  ],
];

/** True where a weight is a value of the metric itself, so that it can be compared with the threshold. */
export function weighsValues(metric: string): boolean {
  return /^(?:latency|time_to_first_token)_/.test(metric);
}

const JUDGED = /^(?<name>.+)_(?<kind>score|rate)$/;

/** The weigher of a metric. A score that is low weighs most; of metrics that no record is bad for, none is kept. */
export function weigherOf(metric: string, isPerStep: boolean): Weigh {
  for (const [start, weigh, ofSteps] of WEIGHERS) {
    if (start.test(metric)) return isPerStep ? (ofSteps ?? weigh) : weigh;
  }
  const { name, kind } = JUDGED.exec(metric)?.groups ?? {};
  if (name === undefined) return () => undefined;
  return (_record, delta) => {
    if (delta.score?.name !== name) return undefined;
    return kind === 'score' ? -(delta.score.value ?? 0) : delta.score.isPositive ? 1 : undefined;
  };
}
