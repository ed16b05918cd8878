import type { Span } from '../trace/index.ts';

/** A run that a framework reported as started and not yet as ended. */
export interface Run<T> {
  readonly span: Span;
  readonly data: T;
}

/** Open runs by the framework's run id, bounded by a cap and an idle time-out. */
export interface RunRegistry<T> {
  readonly size: number;
  /** Keeps a run. A second start with the same id is refused: the first one's end would be lost. */
  start(id: string, span: Span, data: T): boolean;
  /** The run, and the news that it lives. */
  get(id: string): Run<T> | undefined;
  /** Takes the run out; the caller ends its span. */
  end(id: string): Run<T> | undefined;
  /** Ends every open run as `abandoned`. */
  clear(): void;
}

/** Bounds of a registry. */
export interface RunRegistryOptions<T> {
  /** Beyond this the run that was idle longest is closed. @defaultValue 10000 */
  maxRuns?: number;
  /** A run that nothing was heard of for this long is closed. @defaultValue 600000 */
  idleMs?: number;
  /** Called before a run is closed as `abandoned`, so that the source can set what it gathered. */
  onAbandon?: (run: Run<T>) => void;
}

const DEFAULT_MAX_RUNS = 10_000;
const DEFAULT_IDLE_MS = 600_000;
const SWEEPS_PER_IDLE = 10;

interface Entry<T> extends Run<T> {
  seenMs: number;
}

/**
 * The state of a source whose host reports starts and ends by id. Frameworks forget ends (a broken-off stream, an abort), so that without a bound
 * this would be the leak every other handler has: entries are kept in the order they were last heard of, the oldest go first.
 */
export function createRunRegistry<T>(options: RunRegistryOptions<T> = {}): RunRegistry<T> {
  const { maxRuns = DEFAULT_MAX_RUNS, idleMs = DEFAULT_IDLE_MS, onAbandon } = options;
  const runs = new Map<string, Entry<T>>();
  let timer: NodeJS.Timeout | undefined;

  function abandon(id: string, run: Entry<T>): void {
    runs.delete(id);
    onAbandon?.(run);
    run.span.end({ status: 'abandoned' });
  }

  function sweep(): void {
    const limit = performance.now() - idleMs;
    for (const [id, run] of runs) {
      if (run.seenMs > limit) break;
      abandon(id, run);
    }
    if (runs.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return {
    get size(): number {
      return runs.size;
    },
    start(id, span, data): boolean {
      if (runs.has(id)) return false;
      runs.set(id, { span, data, seenMs: performance.now() });
      timer ??= setInterval(sweep, idleMs / SWEEPS_PER_IDLE).unref();
      if (runs.size > maxRuns) {
        const [oldest] = runs;
        if (oldest !== undefined) abandon(...oldest);
      }
      return true;
    },
    get(id): Run<T> | undefined {
      const run = runs.get(id);
      if (run !== undefined) {
        run.seenMs = performance.now();
        runs.delete(id);
        runs.set(id, run);
      }
      return run;
    },
    end(id): Run<T> | undefined {
      const run = runs.get(id);
      runs.delete(id);
      return run;
    },
    clear(): void {
      for (const [id, run] of runs) abandon(id, run);
      clearInterval(timer);
      timer = undefined;
    },
  };
}
