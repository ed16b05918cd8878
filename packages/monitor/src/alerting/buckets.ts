import { Cell, type CellUnit } from '../metrics/cell.ts';
import type { Delta } from '../metrics/delta.ts';

/** A sliding window: the last `count` stretches of time, each added up by itself, so that what has passed is forgotten without being subtracted. */
export class Buckets {
  /** Length of one stretch, in milliseconds. */
  readonly stretchMs: number;
  readonly #count: number;
  readonly #unit: CellUnit;
  readonly #cells: (Cell | undefined)[];
  readonly #numbers: number[];
  #newest = -Infinity;
  #memo: { end: number; cell: Cell } | undefined;

  /**
   * @param windowMs - what {@link read} covers
   * @param count - stretches it is made of
   */
  constructor(windowMs: number, count: number, unit: CellUnit) {
    this.stretchMs = windowMs / count;
    this.#unit = unit;
    // As many again, for late records and for the window before this one.
    this.#count = count;
    this.#cells = Array.from({ length: count * 2 + 1 });
    this.#numbers = this.#cells.map(() => -Infinity);
  }

  /** Forgets everything. */
  clear(): void {
    this.#cells.fill(undefined);
    this.#numbers.fill(-Infinity);
    this.#newest = -Infinity;
    this.#memo = undefined;
  }

  /** The end of the last stretch that is over at this moment. */
  lastEnd(epochMs: number): number {
    return Math.floor(epochMs / this.stretchMs) * this.stretchMs;
  }

  /** @returns false when the stretch it belongs to is forgotten already */
  add(delta: Delta): boolean {
    const number = Math.floor(delta.epochMs / this.stretchMs);
    const place = number % this.#cells.length;
    const held = this.#numbers[place] ?? -Infinity;
    if (number <= this.#newest - this.#cells.length) return false;
    this.#newest = Math.max(this.#newest, number);
    if (number !== held) {
      this.#cells[place] = undefined;
      this.#numbers[place] = number;
    }
    (this.#cells[place] ??= new Cell()).add(delta, this.#unit);
    if (this.#memo !== undefined && delta.epochMs < this.#memo.end) this.#memo = undefined;
    return true;
  }

  /** What ended in the window before `end`, `end` itself excluded. It is a moment that {@link lastEnd} gave. */
  read(end: number): Cell {
    if (this.#memo?.end === end) return this.#memo.cell;
    const cell = new Cell();
    const last = Math.round(end / this.stretchMs) - 1;
    for (let number = last; number > last - this.#count && number >= 0; number--) {
      const place = number % this.#cells.length;
      const part = this.#numbers[place] === number ? this.#cells[place] : undefined;
      if (part !== undefined) cell.merge(part);
    }
    this.#memo = { end, cell };
    return cell;
  }
}
