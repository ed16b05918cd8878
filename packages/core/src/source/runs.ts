import { parentOf } from '../context/index.ts';
import type { Span } from '../trace/index.ts';

/** A run that a framework reported as started and not yet as ended. */
export interface Run<T> {
  readonly span: Span;
  readonly data: T;
  /** False for an alias: the span is that of an enclosing run. */
  readonly owned: boolean;
}

/** Open runs by the framework's run id, bounded by a cap and an idle time-out. */
export interface RunRegistry<T> {
  readonly size: number;
  /** Keeps a run. A second start with the same id is refused: the first one's end would be lost. */
  start(id: string, span: Span, data: T): boolean;
  /** Keeps a run that has no span of its own: what runs below it stands under `span`, which is never ended by it. */
  alias(id: string, span: Span, data: T): boolean;
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
  /** The same for a run whose local root (the request) has ended: whoever waited for it has left. @defaultValue 30000 */
  orphanIdleMs?: number;
  /** Called before a run is closed as `abandoned`, so that the source can set what it gathered. */
  onAbandon?: (run: Run<T>) => void;
}

const DEFAULT_MAX_RUNS = 10_000;
const DEFAULT_IDLE_MS = 600_000;
const DEFAULT_ORPHAN_IDLE_MS = 30_000;
const SWEEPS_PER_IDLE = 10;

function rootHasEnded(span: Span): boolean {
  let root = span;
  for (let parent = parentOf(root); parent !== undefined; parent = parentOf(root)) root = parent;
  return root !== span && !root.isRecording;
}

interface Entry<T> extends Run<T> {
  seenMs: number;
}

/**
 * The state of a source whose host reports starts and ends by id. Frameworks forget ends (a broken-off stream, an abort), so that without a bound
 * this would be the leak every other handler has: entries are kept in the order they were last heard of, the oldest go first.
 */
export function createRunRegistry<T>(options: RunRegistryOptions<T> = {}): RunRegistry<T> {
  const {
    maxRuns = DEFAULT_MAX_RUNS,
    idleMs = DEFAULT_IDLE_MS,
    orphanIdleMs = DEFAULT_ORPHAN_IDLE_MS,
    onAbandon,
  } = options;
  const runs = new Map<string, Entry<T>>();
  let timer: NodeJS.Timeout | undefined;

  function abandon(id: string, run: Entry<T>): void {
    runs.delete(id);
    if (!run.owned) return;
    onAbandon?.(run);
    run.span.end({ status: 'abandoned' });
  }

  function keep(id: string, run: Run<T>): boolean {
    if (runs.has(id)) return false;
    runs.set(id, { ...run, seenMs: performance.now() });
    timer ??= setInterval(sweep, Math.min(idleMs, orphanIdleMs) / SWEEPS_PER_IDLE).unref();
    if (runs.size > maxRuns) {
      const [oldest] = runs;
      if (oldest !== undefined) abandon(...oldest);
    }
    return true;
  }

  function sweep(): void {
    const now = performance.now();
    for (const [id, run] of runs) {
      const idle = now - run.seenMs;
      if (idle > idleMs || (idle > orphanIdleMs && rootHasEnded(run.span))) abandon(id, run);
    }
    if (runs.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return {
    get size(): number {
      return runs.size;
    },
    start: (id, span, data) => keep(id, { span, data, owned: true }),
    alias: (id, span, data) => keep(id, { span, data, owned: false }),
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
