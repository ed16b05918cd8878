import { Cell, type CellUnit } from './cell.ts';
import type { Delta } from './delta.ts';

/** Name of the cell that holds what has no cell of its own. */
const OTHER = '(other)';

/**
 * One cell per value of a dimension, for the values that occur most. Beyond twice the limit, the cells with the fewest spans are folded into `(other)` until `limit` are left: what is folded keeps
 * counting in the sum.
 */
export class Breakdown {
  readonly #cells = new Map<string, Cell>();
  readonly #unit: CellUnit;
  readonly #limit: number;
  #other: Cell | undefined;
  /** Cells that were folded are used again, which spares the collector of garbage. */
  readonly #spare: Cell[] = [];
  /** How often a value lost its cell. */
  folded = 0;

  constructor(unit: CellUnit, limit: number) {
    this.#unit = unit;
    this.#limit = limit;
  }

  add(value: string, delta: Delta): void {
    if (value === OTHER) {
      (this.#other ??= new Cell()).add(delta, this.#unit);
      return;
    }
    let cell = this.#cells.get(value);
    if (cell === undefined) {
      if (this.#cells.size >= this.#limit * 2) this.#fold();
      this.#cells.set(value, (cell = this.#spare.pop() ?? new Cell()));
    }
    cell.add(delta, this.#unit);
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
