import { DDSketch } from '@datadog/sketches-js';

/** Greatest relative error of a quantile. */
const QUANTILE_ERROR = 0.01;

/** Everything is counted in thousandths: bins of values up to 1 merge wrongly in the sketch, because its key 0 is taken for "none". */
const SCALE = 1000;
const SMALLEST = 1.1;
const LARGEST = 1e13;

/** So many numbers are kept as they are: most cells never have more, and a sketch is a hundred times as large. */
const FEW = 16;

/** Quantiles of many numbers in a few kilobytes: DDSketch, wrong by at most 1 %. The order in which numbers come makes no difference. */
export class Quantiles {
  #few: number[] = [];
  #sketch: DDSketch | undefined;

  get count(): number {
    return this.#sketch?.count ?? this.#few.length;
  }

  /** Numbers below 0.0011 count as 0, numbers above 10¹⁰ as 10¹⁰. */
  add(value: number): void {
    const scaled = value * SCALE;
    this.#accept(scaled < SMALLEST ? 0 : Math.min(scaled, LARGEST));
  }

  #accept(scaled: number): void {
    if (this.#sketch !== undefined) this.#sketch.accept(scaled);
    else if (this.#few.push(scaled) > FEW) this.#toSketch();
  }

  #toSketch(): DDSketch {
    if (this.#sketch !== undefined) return this.#sketch;
    this.#sketch = new DDSketch({ relativeAccuracy: QUANTILE_ERROR });
    for (const scaled of this.#few) this.#sketch.accept(scaled);
    this.#few = [];
    return this.#sketch;
  }

  clear(): void {
    this.#few.length = 0;
    this.#sketch = undefined;
  }

  merge(other: Quantiles): void {
    if (other.#sketch === undefined) for (const scaled of other.#few) this.#accept(scaled);
    else this.#toSketch().merge(other.#sketch);
  }

  /** `undefined` while there are no numbers. */
  at(quantile: number): number | undefined {
    return this.count === 0 ? undefined : this.#toSketch().getValueAtQuantile(quantile) / SCALE;
  }
}
