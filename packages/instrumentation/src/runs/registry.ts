/** The open runs of a framework, bounded. */

import type { Span } from '@spanline/core';
import { endRetroactively } from '@spanline/core/internal';
import { checkOptions, option, type Shape } from '@spanline/record';
import { HolderWatch } from './holder-watch.ts';
import { IdleList } from './idle-list.ts';
import { hasEndedRoot, innerFirst, type OpenRun, touchParents } from './open-run.ts';
import type { Run, RunPlace, RunRegistry, RunRegistryOptions } from './run.ts';

const DEFAULT_MAX_RUNS = 10_000;
const DEFAULT_IDLE_MS = 600_000;
const DEFAULT_ORPHAN_IDLE_MS = 60_000;
const SWEEPS_PER_IDLE = 10;
/**
 * The holder of a younger run is kept, not watched: a watched object survives until the next full collection, even if
 * its run ended long ago (measured: 40 µs a run).
 */
const WATCHED_AFTER_MS = 1000;

const SHAPE: Shape<RunRegistryOptions<never>> = {
  maxRuns: option.number({ min: 1 }),
  idleMs: option.number({ min: 0 }),
  orphanIdleMs: option.number({ min: 0 }),
  isAbandoned: option.callback(),
  trustsHolders: option.callback(),
  onClose: option.callback(),
};

/** The state behind {@link createRunRegistry}. */
class Runs<T> implements RunRegistry<T> {
  readonly #runs = new Map<string, OpenRun<T>>();
  readonly #byActivity = new IdleList<OpenRun<T>>();
  readonly #holders: HolderWatch<OpenRun<T>>;
  readonly #options: RunRegistryOptions<T>;
  readonly #maxRuns: number;
  readonly #idleMs: number;
  readonly #orphanIdleMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RunRegistryOptions<T>) {
    this.#options = options;
    this.#maxRuns = options.maxRuns ?? DEFAULT_MAX_RUNS;
    this.#idleMs = options.idleMs ?? DEFAULT_IDLE_MS;
    this.#orphanIdleMs = options.orphanIdleMs ?? DEFAULT_ORPHAN_IDLE_MS;
    this.#holders = new HolderWatch<OpenRun<T>>({
      collected: (run) => touchParents(run),
      close: (runs) => this.#closeCollected(runs),
      isTrusted: () => options.trustsHolders?.() !== false,
    });
  }

  get size(): number {
    return this.#runs.size;
  }

  start(id: string, span: Span, data: T, place?: RunPlace): boolean {
    return this.#add(id, span, data, true, place);
  }

  alias(id: string, span: Span, data: T, place?: RunPlace): boolean {
    return this.#add(id, span, data, false, place);
  }

  get(id: string): Run<T> | undefined {
    const run = this.#runs.get(id);
    if (run === undefined) return undefined;
    run.activeMs = performance.now();
    this.#byActivity.touch(run);
    return run;
  }

  end(id: string): Run<T> | undefined {
    const run = this.#runs.get(id);
    if (run === undefined) return undefined;
    this.#remove(run);
    if (run.parent !== undefined) run.parent.activeMs = performance.now();
    this.#holders.retry();
    return run;
  }

  clear(): void {
    for (const run of innerFirst(this.#runs.values())) this.#close(run);
    this.#stopTimer();
  }

  #add(id: string, span: Span, data: T, owned: boolean, { parentId, holder }: RunPlace = {}): boolean {
    if (this.#runs.has(id)) return false;
    const parent = parentId === undefined ? undefined : this.#runs.get(parentId);
    const depth = parent === undefined ? 0 : parent.depth + 1;
    const now = performance.now();
    const run: OpenRun<T> = {
      id,
      span,
      data,
      owned,
      parent,
      depth,
      startedMs: now,
      activeMs: now,
      holder,
      isWatched: false,
      older: undefined,
      newer: undefined,
    };
    this.#runs.set(id, run);
    this.#byActivity.add(run);
    this.#timer ??= this.#startTimer();
    const { oldest } = this.#byActivity;
    if (this.#runs.size > this.#maxRuns && oldest !== undefined) this.#close(oldest);
    return true;
  }

  #remove(run: OpenRun<T>): void {
    this.#runs.delete(run.id);
    this.#byActivity.remove(run);
    if (run.isWatched) this.#holders.unwatch(run);
  }

  /** @param agoMs - how long ago the run ended */
  #close(run: OpenRun<T>, agoMs = 0): void {
    this.#remove(run);
    if (run.owned) endRetroactively(run.span, agoMs, this.#options.onClose?.(run) ?? 'abandoned');
  }

  /** Nothing can report activity of these runs any more: each ended with its last activity. */
  #closeCollected(runs: readonly OpenRun<T>[]): void {
    const now = performance.now();
    for (const run of innerFirst(runs)) if (this.#isOpen(run)) this.#close(run, now - run.activeMs);
  }

  #isOpen(run: OpenRun<T>): boolean {
    return this.#runs.get(run.id) === run;
  }

  #startTimer(): NodeJS.Timeout {
    const idleMs = Math.min(this.#idleMs, this.#orphanIdleMs);
    return setInterval(() => this.#sweep(), Math.min(WATCHED_AFTER_MS, idleMs / SWEEPS_PER_IDLE)).unref();
  }

  #stopTimer(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #sweep(): void {
    const now = performance.now();
    for (const run of this.#runs.values()) {
      touchParents(run);
      if (now - run.startedMs >= WATCHED_AFTER_MS) this.#watchHolder(run);
    }
    const idle = [...this.#runs.values()].filter((run) => this.#isIdle(run, now));
    for (const run of innerFirst(idle)) this.#close(run);
    this.#holders.prune((run) => this.#isOpen(run));
    if (this.#runs.size === 0) this.#stopTimer();
  }

  /** From here on the holder is watched and no longer kept alive. */
  #watchHolder(run: OpenRun<T>): void {
    if (run.holder === undefined) return;
    this.#holders.watch(run.holder, run);
    run.isWatched = true;
    run.holder = undefined;
  }

  #isIdle(run: OpenRun<T>, now: number): boolean {
    const idleMs = now - run.activeMs;
    if (idleMs <= this.#orphanIdleMs) return idleMs > this.#idleMs;
    return idleMs > this.#idleMs || hasEndedRoot(run) || this.#options.isAbandoned?.(run) === true;
  }
}

/**
 * Creates a registry for a framework that reports starts and ends by id. Frameworks do not report every end (a
 * broken-off stream, an abort), so that an unbounded map would leak. A run is closed when
 *
 * - nobody is left who could report its end,
 * - it was idle for too long, or
 * - there are too many open runs.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function createRunRegistry<T>(options: RunRegistryOptions<T> = {}): RunRegistry<T> {
  checkOptions(SHAPE, options);
  return new Runs(options);
}
