import { COUNTER, COUNTERS, type CounterName } from './counters.ts';

/** One evaluation result. */
export interface EvaluationResult {
  readonly name: string;
  /** `undefined` if the result is only a label. */
  readonly value: number | undefined;
  readonly isPositive: boolean;
}

/** The contribution of one record to each cell it belongs to. */
export interface Measurement {
  /** Time of the record, in epoch milliseconds. */
  readonly epochMs: number;
  /** Indexes of counters (`COUNTER`); the first {@link size} entries are valid. */
  readonly counters: readonly number[];
  /** Amounts to add to {@link counters}, at the same indexes. */
  readonly amounts: readonly number[];
  readonly size: number;
  readonly isSpan: boolean;
  /** The span is a local root: an HTTP request, or a span without a parent in this process. */
  readonly isRequest: boolean;
  readonly failed: boolean;
  /** 0 for a record that is not a span. */
  readonly durationMs: number;
  /** Time to the first chunk of a stream; -1 if unknown. */
  readonly firstChunkMs: number;
  /** Remaining share of the rate limit; `Infinity` if unknown. */
  readonly rateLimitRemaining: number;
  /** A prompt injection was found, or a guardrail or content filter intervened. */
  readonly isSafetyEvent: boolean;
  readonly evaluation: EvaluationResult | undefined;
  readonly gauges: readonly (readonly [name: string, value: number])[] | undefined;
  /** True if the record adds to this counter. */
  adds(name: CounterName): boolean;
}

/**
 * A measurement that is filled in anew for each record, because one object per span would be the largest part of what
 * the monitor allocates. `RecordMeter` fills it; everything else gets it as a read-only {@link Measurement}.
 */
export class MeasurementBuffer implements Measurement {
  readonly counters: number[] = Array.from({ length: COUNTERS }, () => 0);
  readonly amounts: number[] = Array.from({ length: COUNTERS }, () => 0);
  size = 0;
  epochMs = 0;
  isSpan = false;
  isRequest = false;
  failed = false;
  durationMs = 0;
  firstChunkMs = -1;
  rateLimitRemaining: number = Infinity;
  isSafetyEvent = false;
  evaluation: EvaluationResult | undefined;
  gauges: [name: string, value: number][] | undefined;

  reset(epochMs: number): void {
    this.epochMs = epochMs;
    this.size = 0;
    this.isSpan = this.isRequest = this.failed = this.isSafetyEvent = false;
    this.durationMs = 0;
    this.firstChunkMs = -1;
    this.rateLimitRemaining = Infinity;
    this.evaluation = undefined;
    this.gauges = undefined;
  }

  add(name: CounterName, amount: number | undefined): void {
    if (amount === undefined || !Number.isFinite(amount)) return;
    this.counters[this.size] = COUNTER[name];
    this.amounts[this.size++] = amount;
  }

  addSafetyEvent(name: 'safetyTriggers' | 'promptInjections'): void {
    this.isSafetyEvent = true;
    this.add(name, 1);
  }

  adds(name: CounterName): boolean {
    const counter = COUNTER[name];
    for (let index = 0; index < this.size; index++) if (this.counters[index] === counter) return true;
    return false;
  }
}
