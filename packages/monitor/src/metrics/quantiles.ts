import { DDSketch } from '@datadog/sketches-js';
import { betweenRanks, quantileOf } from '@spanline/record';

/** Largest relative error of a quantile. */
const RELATIVE_ERROR = 0.01;

/** The sketch counts in thousandths: it merges bins of values up to 1 wrongly, because it takes key 0 for "none". */
const SCALE = 1000;
const SMALLEST = 1.1;
const LARGEST = 1e13;

/** Up to this many values are kept as they are: most cells never have more, and a sketch is larger. */
const MAX_EXACT = 100;

function accept(sketch: DDSketch, value: number): void {
  const scaled = value * SCALE;
  sketch.accept(scaled < SMALLEST ? 0 : Math.min(scaled, LARGEST));
}

/**
 * Quantiles of any number of values in a few kilobytes, in any order. They are exact up to {@link MAX_EXACT} values.
 * Above, the values between which they lie are those of a DDSketch, within 1 %.
 */
export class Quantiles {
  #exact: number[] = [];
  #sketch: DDSketch | undefined;

  get count(): number {
    return this.#sketch?.count ?? this.#exact.length;
  }

  /** In a sketch, values below 0.0011 count as 0, values above 10¹⁰ as 10¹⁰. */
  add(value: number): void {
    if (this.#sketch !== undefined) accept(this.#sketch, value);
    else if (this.#exact.push(value) > MAX_EXACT) this.#toSketch();
  }

  #toSketch(): DDSketch {
    if (this.#sketch !== undefined) return this.#sketch;
    this.#sketch = new DDSketch({ relativeAccuracy: RELATIVE_ERROR });
    for (const value of this.#exact) accept(this.#sketch, value);
    this.#exact = [];
    return this.#sketch;
  }

  clear(): void {
    this.#exact.length = 0;
    this.#sketch = undefined;
  }

  merge(other: Quantiles): void {
    if (other.#sketch === undefined) for (const value of other.#exact) this.add(value);
    else this.#toSketch().merge(other.#sketch);
  }

  /** @returns `undefined` if there are no values */
  at(quantile: number): number | undefined {
    const sketch = this.#sketch;
    if (sketch === undefined) return quantileOf(Float64Array.from(this.#exact).sort(), quantile);
    const { count } = this;
    // The sketch finds a value by the share of the values below it. The middle between two ranks cannot be rounded
    // away.
    const valueAt = (rank: number): number =>
      sketch.getValueAtQuantile(Math.min((rank + 0.5) / (count - 1), 1)) / SCALE;
    return betweenRanks(quantile, count, valueAt);
  }
}
