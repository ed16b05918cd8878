import { type Batch, createBatch } from './batch.ts';
import type { SinkLimits } from './types.ts';

/** The batches of a sink. However many sources there are, no more lines than these hold are in memory. */
export interface BatchPool {
  /** Resolves with an empty batch, first come, first served; with `undefined` when the signal fires before. */
  take(signal: AbortSignal): Promise<Batch | undefined>;
  give(batch: Batch): void;
}

/** One batch is made while the others are on their way. */
const SPARE = 1;

/** As many batches as requests run at once, and one. */
export function createBatchPool(limits: SinkLimits): BatchPool {
  const free: Batch[] = [];
  const waiting: ((batch: Batch) => void)[] = [];
  let made = 0;

  function next(): Batch | undefined {
    const used = free.pop();
    if (used !== undefined || made > limits.concurrency + SPARE - 1) return used;
    made++;
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
    give(batch) {
      batch.clear();
      const receive = waiting.shift();
      if (receive === undefined) free.push(batch);
      else receive(batch);
    },
  };
}
