import type { Position } from '../state/checkpoint.ts';

/** Batches are stored in any order; the checkpoint moves over those that have no open one before them. */
export interface Ledger {
  /** Notes a batch that ends at a place. @returns the function to call when it is settled */
  open(end: Position): () => void;
  /** Where the last batch ends before which all are settled. */
  readonly acked: Position | undefined;
  /** Batches on their way. */
  readonly size: number;
}

/** A ledger that begins at a place. */
export function createLedger(from: Position | undefined): Ledger {
  const open: { end: Position; settled: boolean }[] = [];
  let acked = from;
  return {
    open(end) {
      const batch = { end, settled: false };
      open.push(batch);
      return () => {
        batch.settled = true;
        while (open[0]?.settled === true) acked = open.shift()?.end;
      };
    },
    get acked() {
      return acked;
    },
    get size() {
      return open.length;
    },
  };
}
