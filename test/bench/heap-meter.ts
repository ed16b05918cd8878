import { GCProfiler } from 'node:v8';

/** What some work did to the heap of JavaScript. Buffers outside of it do not count. */
export interface HeapUse {
  readonly bytes: number;
  /** Pauses for garbage collection. */
  readonly gcNs: number;
}

interface Collection {
  readonly cost: number;
  readonly beforeGC: { readonly heapStatistics: { readonly usedHeapSize: number } };
  readonly afterGC: { readonly heapStatistics: { readonly usedHeapSize: number } };
}

/**
 * Starts to measure. The function that it returns ends the measurement.
 *
 * Allocated bytes are the growth of the heap, and what each garbage collection freed. That is exact but for what V8
 * frees between collections, when it sweeps the old generation: take medians.
 */
export function startHeapMeter(): () => HeapUse {
  const profiler = new GCProfiler();
  profiler.start();
  const before = process.memoryUsage().heapUsed;
  return () => {
    let bytes = process.memoryUsage().heapUsed - before;
    let gcNs = 0;
    for (const { cost, beforeGC, afterGC } of profiler.stop().statistics as unknown as Collection[]) {
      bytes += beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize;
      gcNs += cost * 1000;
    }
    return { bytes, gcNs };
  };
}
