import { Cell, type CellUnit } from './cell.ts';
import type { Measurement } from './measurement.ts';

/** The cell of all values that have none of their own. */
const OTHER = '(other)';

/**
 * One cell for each of the most frequent values of a dimension. When there are twice `limit` cells, those with the
 * fewest records are folded into `(other)` until `limit` are left, so that the sum over all cells stays correct.
 */
export class Breakdown {
  readonly #cells = new Map<string, Cell>();
  readonly #unit: CellUnit;
  readonly #limit: number;
  #other: Cell | undefined;
  /** Folded cells, used again to spare the garbage collector. */
  readonly #spare: Cell[] = [];
  /** How often a value was folded. */
  folded = 0;

  constructor(unit: CellUnit, limit: number) {
    this.#unit = unit;
    this.#limit = limit;
  }

  add(value: string, measurement: Measurement): void {
    if (value === OTHER) {
      (this.#other ??= new Cell()).add(measurement, this.#unit);
      return;
    }
    let cell = this.#cells.get(value);
    if (cell === undefined) {
      if (this.#cells.size >= this.#limit * 2) this.#fold();
      this.#cells.set(value, (cell = this.#spare.pop() ?? new Cell()));
    }
    cell.add(measurement, this.#unit);
  }

  #fold(): void {
    const byCount = [...this.#cells].toSorted(([, a], [, b]) => a.count('seen') - b.count('seen'));
    this.#other ??= new Cell();
    for (const [value, cell] of byCount.slice(0, byCount.length - this.#limit)) {
      this.#other.merge(cell);
      this.#cells.delete(value);
      cell.clear();
      this.#spare.push(cell);
      this.folded++;
    }
  }

  /** Values in alphabetical order, `(other)` last. */
  entries(): [value: string, cell: Cell][] {
    const entries = [...this.#cells].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return this.#other === undefined ? entries : [...entries, [OTHER, this.#other]];
  }
}
