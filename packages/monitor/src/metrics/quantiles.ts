import { DDSketch } from '@datadog/sketches-js';

/** Largest relative error of a quantile. */
const RELATIVE_ERROR = 0.01;

/** The sketch counts in thousandths: it merges bins of values up to 1 wrongly, because it takes key 0 for "none". */
const SCALE = 1000;
const SMALLEST = 1.1;
const LARGEST = 1e13;

/**
 * Up to this many values are kept as they are: most cells never have more, and a sketch is a hundred times as large.
 */
const MAX_EXACT = 16;

/** Quantiles of any number of values in a few kilobytes (DDSketch), in any order, within 1 %. */
export class Quantiles {
  #exact: number[] = [];
  #sketch: DDSketch | undefined;

  get count(): number {
    return this.#sketch?.count ?? this.#exact.length;
  }

  /** Values below 0.0011 count as 0, values above 10¹⁰ as 10¹⁰. */
  add(value: number): void {
    const scaled = value * SCALE;
    this.#accept(scaled < SMALLEST ? 0 : Math.min(scaled, LARGEST));
  }

  #accept(scaled: number): void {
    if (this.#sketch !== undefined) this.#sketch.accept(scaled);
    else if (this.#exact.push(scaled) > MAX_EXACT) this.#toSketch();
  }

  #toSketch(): DDSketch {
    if (this.#sketch !== undefined) return this.#sketch;
    this.#sketch = new DDSketch({ relativeAccuracy: RELATIVE_ERROR });
    for (const scaled of this.#exact) this.#sketch.accept(scaled);
    this.#exact = [];
    return this.#sketch;
  }

  clear(): void {
    this.#exact.length = 0;
    this.#sketch = undefined;
  }

  merge(other: Quantiles): void {
    if (other.#sketch === undefined) for (const scaled of other.#exact) this.#accept(scaled);
    else this.#toSketch().merge(other.#sketch);
  }

  /** @returns `undefined` if there are no values */
  at(quantile: number): number | undefined {
    return this.count === 0 ? undefined : this.#toSketch().getValueAtQuantile(quantile) / SCALE;
  }
}
