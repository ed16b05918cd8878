import { COUNTER, COUNTERS, type CounterName, TRILLION } from './counters.ts';
import type { EvaluationResult, Measurement } from './measurement.ts';
import { Quantiles } from './quantiles.ts';
import { ScoreCounts } from './score-counts.ts';

/** Sums over the evaluation results of one name. */
export interface EvaluationSums {
  count: number;
  positive: number;
  /** Results with a value. */
  valued: number;
  /** Sum of the values. */
  millionths: number;
  /** Distribution of the values, in a cell that keeps it. */
  scores: ScoreCounts | undefined;
}

/** The last reading of a gauge. */
export interface GaugeReading {
  epochMs: number;
  value: number;
  readings: number;
}

/** The spans that a cell counts as requests: local roots (`requests`), or every span (`spans`). */
export type CellUnit = 'requests' | 'spans';

const MAX_NAMES = 100;
/** Created with a fraction, so that V8 keeps the array and its copies as unboxed doubles. */
const ZEROS = Array.from({ length: COUNTERS }, () => 0.5).fill(0);
const OTHER = '(other)';

/** The metrics of a set of records, in constant space. Cells can be merged in any order. */
export class Cell {
  readonly #counters: number[] = ZEROS.slice();
  readonly #keepsScores: boolean;
  #latency: Quantiles | undefined;
  #firstChunk: Quantiles | undefined;
  #evaluations: Map<string, EvaluationSums> | undefined;
  #gauges: Map<string, GaugeReading> | undefined;
  /** Smallest remaining share of the rate limit; `Infinity` if unknown. */
  minRateLimitRemaining: number = Infinity;

  /** @param keepsScores - keeps the distributions of scores, which take more space than all the rest */
  constructor(keepsScores = false) {
    this.#keepsScores = keepsScores;
  }

  count(name: CounterName): number {
    return this.#counters[COUNTER[name]] ?? 0;
  }

  get latency(): Quantiles | undefined {
    return this.#latency;
  }

  get firstChunk(): Quantiles | undefined {
    return this.#firstChunk;
  }

  get evaluations(): ReadonlyMap<string, EvaluationSums> | undefined {
    return this.#evaluations;
  }

  get gauges(): ReadonlyMap<string, GaugeReading> | undefined {
    return this.#gauges;
  }

  get usd(): number {
    return this.count('usd') + this.count('usdTrillionths') / TRILLION;
  }

  /** @param epochMs - time to use instead of the record's own */
  add(measurement: Measurement, unit: CellUnit, epochMs: number = measurement.epochMs): void {
    const { size, counters, amounts, firstChunkMs, rateLimitRemaining, evaluation, gauges } = measurement;
    for (let index = 0; index < size; index++) this.#increase(counters[index] ?? 0, amounts[index] ?? 0);
    this.#carry();
    if (measurement.isSpan && (unit === 'spans' || measurement.isRequest)) {
      this.#increase(COUNTER.requests, 1);
      if (measurement.failed) this.#increase(COUNTER.errors, 1);
      (this.#latency ??= new Quantiles()).add(measurement.durationMs);
    }
    if (firstChunkMs >= 0) (this.#firstChunk ??= new Quantiles()).add(firstChunkMs);
    if (rateLimitRemaining < this.minRateLimitRemaining) this.minRateLimitRemaining = rateLimitRemaining;
    if (evaluation !== undefined) this.#addEvaluation(evaluation);
    if (gauges === undefined) return;
    for (const [name, value] of gauges) this.#addGauge(name, { epochMs, value, readings: 1 });
  }

  clear(): void {
    this.#counters.fill(0);
    this.#latency?.clear();
    this.#firstChunk?.clear();
    this.#evaluations = undefined;
    this.#gauges = undefined;
    this.minRateLimitRemaining = Infinity;
  }

  merge(other: Cell): void {
    for (let index = 0; index < COUNTERS; index++) this.#increase(index, other.#counters[index] ?? 0);
    this.#carry();
    if (other.#latency !== undefined) (this.#latency ??= new Quantiles()).merge(other.#latency);
    if (other.#firstChunk !== undefined) (this.#firstChunk ??= new Quantiles()).merge(other.#firstChunk);
    this.minRateLimitRemaining = Math.min(this.minRateLimitRemaining, other.minRateLimitRemaining);
    for (const [name, added] of other.#evaluations ?? []) {
      const sums = this.#sumsOf(name);
      sums.count += added.count;
      sums.positive += added.positive;
      sums.valued += added.valued;
      sums.millionths += added.millionths;
      if (added.scores !== undefined) sums.scores?.merge(added.scores);
    }
    for (const [name, reading] of other.#gauges ?? []) this.#addGauge(name, reading);
  }

  #increase(index: number, by: number): void {
    this.#counters[index] = (this.#counters[index] ?? 0) + by;
  }

  /** Moves whole dollars out of the trillionths. */
  #carry(): void {
    const small = this.#counters[COUNTER.usdTrillionths] ?? 0;
    if (small < TRILLION) return;
    const whole = Math.floor(small / TRILLION);
    this.#counters[COUNTER.usdTrillionths] = small - whole * TRILLION;
    this.#increase(COUNTER.usd, whole);
  }

  #sumsOf(name: string): EvaluationSums {
    const evaluations = (this.#evaluations ??= new Map<string, EvaluationSums>());
    const key = evaluations.has(name) || evaluations.size < MAX_NAMES ? name : OTHER;
    let sums = evaluations.get(key);
    if (sums === undefined) {
      const scores = this.#keepsScores ? new ScoreCounts() : undefined;
      evaluations.set(key, (sums = { count: 0, positive: 0, valued: 0, millionths: 0, scores }));
    }
    return sums;
  }

  #addEvaluation({ name, value, isPositive }: EvaluationResult): void {
    const sums = this.#sumsOf(name);
    sums.count++;
    if (isPositive) sums.positive++;
    if (value === undefined) return;
    sums.valued++;
    sums.millionths += Math.round(value * 1e6);
    sums.scores?.add(value);
  }

  /** Keeps the later reading, and the greater of two at the same time, so that the order of merging does not matter. */
  #addGauge(name: string, { epochMs, value, readings }: GaugeReading): void {
    const gauges = (this.#gauges ??= new Map<string, GaugeReading>());
    const own = gauges.get(name);
    if (own === undefined) {
      if (gauges.size < MAX_NAMES) gauges.set(name, { epochMs, value, readings });
      return;
    }
    own.readings += readings;
    if (epochMs < own.epochMs || (epochMs === own.epochMs && value <= own.value)) return;
    own.epochMs = epochMs;
    own.value = value;
  }
}
