import type { Position } from '../contracts/position.ts';

/**
 * Tracks which batches are settled. Batches settle in any order; the acknowledged position moves over those before
 * which none is open.
 */
export interface AckTracker {
  /** Adds a batch that ends at a position. @returns the function to call once the batch is settled */
  open(end: Position): () => void;
  /** End of the last batch before which all are settled. */
  readonly acked: Position | undefined;
  /** Number of batches before which one is still open, that one included. */
  readonly size: number;
}

/** Creates a tracker that starts at a position. */
export function createAckTracker(from: Position | undefined): AckTracker {
  const open: { end: Position; isSettled: boolean }[] = [];
  let acked = from;
  return {
    open(end) {
      const batch = { end, isSettled: false };
      open.push(batch);
      return () => {
        batch.isSettled = true;
        while (open[0]?.isSettled === true) acked = open.shift()?.end;
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
