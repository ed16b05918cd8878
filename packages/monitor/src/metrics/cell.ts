import { COUNTER, COUNTERS, type CounterName, TRILLION } from './counters.ts';
import type { Delta } from './delta.ts';
import { Quantiles } from './quantiles.ts';

/** Judgements of one name. */
export interface ScoreSum {
  count: number;
  positive: number;
  valued: number;
  millionths: number;
}

/** The last reading of a gauge. */
export interface GaugeReading {
  epochMs: number;
  value: number;
  readings: number;
}

/** `requests`: local roots are what is counted, timed and failed; `spans`: every span that belongs to the cell is. */
export type CellUnit = 'requests' | 'spans';

const MAX_NAMES = 100;
/** Holds a fraction at first, so that V8 keeps it and its copies as unboxed doubles. */
const ZEROS = Array.from({ length: COUNTERS }, () => 0.5).fill(0);
const OTHER = '(other)';

/** Everything that is known about a set of spans and scores, in constant space. Two cells add up to a third, in any order. */
export class Cell {
  readonly #counters: number[] = ZEROS.slice();
  #latency: Quantiles | undefined;
  #firstChunk: Quantiles | undefined;
  #scores: Map<string, ScoreSum> | undefined;
  #gauges: Map<string, GaugeReading> | undefined;
  rateLimitLeast: number = Infinity;

  count(name: CounterName): number {
    return this.#counters[COUNTER[name]] ?? 0;
  }

  get latency(): Quantiles | undefined {
    return this.#latency;
  }

  get firstChunk(): Quantiles | undefined {
    return this.#firstChunk;
  }

  get scores(): ReadonlyMap<string, ScoreSum> | undefined {
    return this.#scores;
  }

  get gauges(): ReadonlyMap<string, GaugeReading> | undefined {
    return this.#gauges;
  }

  get usd(): number {
    return this.count('usd') + this.count('usdTrillionths') / TRILLION;
  }

  add(delta: Delta, unit: CellUnit): void {
    for (let index = 0; index < delta.size; index++) this.#increase(delta.at[index] ?? 0, delta.by[index] ?? 0);
    this.#carry();
    if (delta.isSpan && (unit === 'spans' || delta.isRequest)) {
      this.#increase(COUNTER.requests, 1);
      if (delta.failed) this.#increase(COUNTER.errors, 1);
      (this.#latency ??= new Quantiles()).add(delta.durationMs);
    }
    if (delta.firstChunkMs >= 0) (this.#firstChunk ??= new Quantiles()).add(delta.firstChunkMs);
    if (delta.rateLimitLeft < this.rateLimitLeast) this.rateLimitLeast = delta.rateLimitLeft;
    if (delta.score !== undefined) this.#addScore(delta.score);
    if (delta.gauges !== undefined) this.#addGauges(delta.gauges, delta.epochMs);
  }

  /** Forgets everything. */
  clear(): void {
    this.#counters.fill(0);
    this.#latency?.clear();
    this.#firstChunk?.clear();
    this.#scores = undefined;
    this.#gauges = undefined;
    this.rateLimitLeast = Infinity;
  }

  merge(other: Cell): void {
    for (let index = 0; index < COUNTERS; index++) this.#increase(index, other.#counters[index] ?? 0);
    this.#carry();
    if (other.#latency !== undefined) (this.#latency ??= new Quantiles()).merge(other.#latency);
    if (other.#firstChunk !== undefined) (this.#firstChunk ??= new Quantiles()).merge(other.#firstChunk);
    this.rateLimitLeast = Math.min(this.rateLimitLeast, other.rateLimitLeast);
    for (const [name, sum] of other.#scores ?? []) {
      const own = this.#scoreOf(name);
      own.count += sum.count;
      own.positive += sum.positive;
      own.valued += sum.valued;
      own.millionths += sum.millionths;
    }
    for (const [name, reading] of other.#gauges ?? []) this.#addGauge(name, reading);
  }

  #increase(index: number, by: number): void {
    this.#counters[index] = (this.#counters[index] ?? 0) + by;
  }

  #carry(): void {
    const small = this.#counters[COUNTER.usdTrillionths] ?? 0;
    if (small < TRILLION) return;
    const whole = Math.floor(small / TRILLION);
    this.#counters[COUNTER.usdTrillionths] = small - whole * TRILLION;
    this.#increase(COUNTER.usd, whole);
  }

  #scoreOf(name: string): ScoreSum {
    const scores = (this.#scores ??= new Map<string, ScoreSum>());
    const key = scores.has(name) || scores.size < MAX_NAMES ? name : OTHER;
    let sum = scores.get(key);
    if (sum === undefined) scores.set(key, (sum = { count: 0, positive: 0, valued: 0, millionths: 0 }));
    return sum;
  }

  #addScore({ name, value, isPositive }: NonNullable<Delta['score']>): void {
    const sum = this.#scoreOf(name);
    sum.count++;
    if (isPositive) sum.positive++;
    if (value === undefined) return;
    sum.valued++;
    sum.millionths += Math.round(value * 1e6);
  }

  #addGauges(gauges: readonly (readonly [string, number])[], epochMs: number): void {
    for (const [name, value] of gauges) this.#addGauge(name, { epochMs, value, readings: 1 });
  }

  /** The later reading counts; of two at the same moment the greater. */
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
