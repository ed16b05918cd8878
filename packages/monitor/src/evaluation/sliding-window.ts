import { Cell, type CellUnit } from '../metrics/cell.ts';
import type { Measurement } from '../metrics/measurement.ts';

/**
 * A sliding window of buckets, each of which is summed up by itself. An expired bucket is dropped, so that nothing has
 * to be subtracted.
 */
export class SlidingWindow {
  readonly bucketMs: number;
  readonly #count: number;
  readonly #unit: CellUnit;
  readonly #keepsScores: boolean;
  /** A ring of cells, and the number of the bucket that each one holds. */
  readonly #cells: (Cell | undefined)[];
  readonly #numbers: number[];
  #newest = -Infinity;
  #lastRead: { end: number; cell: Cell } | undefined;

  /**
   * @param windowMs - length of the window
   * @param count - number of buckets in the window
   * @param keepsScores - keeps the distributions of scores
   */
  constructor(windowMs: number, count: number, unit: CellUnit, keepsScores = false) {
    this.bucketMs = windowMs / count;
    this.#unit = unit;
    this.#keepsScores = keepsScores;
    this.#count = count;
    // The window before this one is kept as well: late records still count, and a window can be read late.
    this.#cells = Array.from({ length: count * 2 + 1 });
    this.#numbers = this.#cells.map(() => -Infinity);
  }

  clear(): void {
    this.#cells.fill(undefined);
    this.#numbers.fill(-Infinity);
    this.#newest = -Infinity;
    this.#lastRead = undefined;
  }

  /** The end of the last bucket that is over at a time. */
  lastEnd(epochMs: number): number {
    return Math.floor(epochMs / this.bucketMs) * this.bucketMs;
  }

  /** @returns false if the bucket of this time was dropped already */
  add(measurement: Measurement, epochMs: number): boolean {
    const number = Math.floor(epochMs / this.bucketMs);
    const slot = number % this.#cells.length;
    const held = this.#numbers[slot] ?? -Infinity;
    if (number <= this.#newest - this.#cells.length) return false;
    this.#newest = Math.max(this.#newest, number);
    if (number !== held) {
      this.#cells[slot] = undefined;
      this.#numbers[slot] = number;
    }
    (this.#cells[slot] ??= new Cell(this.#keepsScores)).add(measurement, this.#unit, epochMs);
    if (this.#lastRead !== undefined && epochMs < this.#lastRead.end) this.#lastRead = undefined;
    return true;
  }

  /** Sums up the window before `end`, exclusive. @param end - a time that {@link lastEnd} returned */
  read(end: number): Cell {
    if (this.#lastRead?.end === end) return this.#lastRead.cell;
    const cell = new Cell(this.#keepsScores);
    const last = Math.round(end / this.bucketMs) - 1;
    for (let number = last; number > last - this.#count && number >= 0; number--) {
      const slot = number % this.#cells.length;
      const bucket = this.#numbers[slot] === number ? this.#cells[slot] : undefined;
      if (bucket !== undefined) cell.merge(bucket);
    }
    this.#lastRead = { end, cell };
    return cell;
  }
}
