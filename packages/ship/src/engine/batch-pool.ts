import type { SinkLimits } from '../contracts/sink.ts';
import { type Batch, createBatch } from './batch.ts';

/** The batches of a sink. They bound the lines in memory, whatever the number of sources. */
export interface BatchPool {
  /** Resolves with an empty batch, first come, first served; with `undefined` when the signal aborts first. */
  take(signal: AbortSignal): Promise<Batch | undefined>;
  giveBack(batch: Batch): void;
}

/** One batch is filled while the others are being sent. */
const SPARE = 1;

/** Creates a pool of one batch more than `concurrency`. */
export function createBatchPool(limits: SinkLimits): BatchPool {
  const free: Batch[] = [];
  const waiting: ((batch: Batch) => void)[] = [];
  let created = 0;

  function next(): Batch | undefined {
    const used = free.pop();
    if (used !== undefined || created >= limits.concurrency + SPARE) return used;
    created++;
    return createBatch(limits);
  }

  return {
    take(signal) {
      if (signal.aborted) return Promise.resolve(undefined);
      const batch = next();
      if (batch !== undefined) return Promise.resolve(batch);
      return new Promise((resolve) => {
        function stop(): void {
          waiting.splice(waiting.indexOf(receive), 1);
          resolve(undefined);
        }
        function receive(given: Batch): void {
          signal.removeEventListener('abort', stop);
          resolve(given);
        }
        waiting.push(receive);
        signal.addEventListener('abort', stop, { once: true });
      });
    },
    giveBack(batch) {
      batch.clear();
      const receive = waiting.shift();
      if (receive === undefined) free.push(batch);
      else receive(batch);
    },
  };
}
