/**
 * How often each score occurs, in bounded space. Scores are rounded to hundredths; from 10 on, to two digits. So there
 * are 101 from 0 to 1, and fewer than 3,500 of all sizes up to a billion.
 */
export class ScoreCounts {
  readonly #counts = new Map<number, number>();
  #total = 0;

  /** @param entries - from {@link entries}; they are not rounded */
  constructor(entries: Iterable<readonly [score: number, count: number]> = []) {
    for (const [score, count] of entries) this.#increase(score, count);
  }

  get total(): number {
    return this.#total;
  }

  get counts(): ReadonlyMap<number, number> {
    return this.#counts;
  }

  /** Mean of the rounded scores; `undefined` without any. */
  get mean(): number | undefined {
    if (this.#total === 0) return undefined;
    let sum = 0;
    for (const [score, count] of this.#counts) sum += score * count;
    return sum / this.#total;
  }

  add(score: number): void {
    this.#increase(Math.abs(score) < 10 ? Math.round(score * 100) / 100 : Number(score.toPrecision(2)), 1);
  }

  merge(other: ScoreCounts): void {
    for (const [score, count] of other.#counts) this.#increase(score, count);
  }

  entries(): [score: number, count: number][] {
    return [...this.#counts];
  }

  #increase(score: number, by: number): void {
    // -0 and 0 are one key of a map.
    this.#counts.set(score, (this.#counts.get(score) ?? 0) + by);
    this.#total += by;
  }
}
