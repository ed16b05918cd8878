import { type Span } from '@spanline/core';
import { endAsOf, parentOf } from '@spanline/core/internal';
import type { SpanStatus } from '@spanline/record';

/** A run that a framework reported as started and not yet as ended. */
export interface Run<T> {
  readonly span: Span;
  readonly data: T;
  /** False for an alias: the span is that of an enclosing run. */
  readonly owned: boolean;
}

/** Where a run stands among the others. */
export interface RunPlace {
  /** Id of the run around it. As long as something is heard of a run, those around it live. */
  parentId?: string | undefined;
  /** An object that whoever can report the run's end keeps alive, and this package does not. When it was garbage-collected, no end can come any more, and the run is closed. */
  holder?: object | undefined;
}

/** Open runs by the framework's run id, bounded by a cap and an idle time-out. */
export interface RunRegistry<T> {
  readonly size: number;
  /** Keeps a run. A second start with the same id is refused: the first one's end would be lost. */
  start(id: string, span: Span, data: T, place?: RunPlace): boolean;
  /** Keeps a run that has no span of its own: what runs below it stands under `span`, which is never ended by it. */
  alias(id: string, span: Span, data: T, place?: RunPlace): boolean;
  /** The run, and the news that it lives. */
  get(id: string): Run<T> | undefined;
  /** Takes the run out; the caller ends its span. */
  end(id: string): Run<T> | undefined;
  /** Closes every open run. */
  clear(): void;
}

/** Bounds of a registry. */
export interface RunRegistryOptions<T> {
  /** Beyond this the run that was idle longest is closed. @defaultValue 10000 */
  maxRuns?: number;
  /** A run that nothing was heard of for this long, nor of any run inside it, is closed. @defaultValue 600000 */
  idleMs?: number;
  /** The same for a run that nobody waits for any more, but that may still report what it cost: its local root (the request) has ended, or {@link isLeft} says so. @defaultValue 60000 */
  orphanIdleMs?: number;
  /** Whether who called the run has left without ending it. @defaultValue no */
  isLeft?: (run: Run<T>) => boolean;
  /** Whether a collected holder means what it should; asked when a run would be closed for it, and again when another has ended. @defaultValue yes */
  trustsHolders?: () => boolean;
  /** Called before a run is closed, so that the source can set what it gathered. @returns the status it ends with */
  onClose?: (run: Run<T>) => Extract<SpanStatus, 'abandoned' | 'aborted'>;
}

const DEFAULT_MAX_RUNS = 10_000;
const DEFAULT_IDLE_MS = 600_000;
const DEFAULT_ORPHAN_IDLE_MS = 60_000;
const SWEEPS_PER_IDLE = 10;
/** A younger run's holder is kept, not watched: what is watched survives until the next full collection, also when the run has long ended (measured: 40 µs a run). */
const WATCHED_AFTER_MS = 1000;

function rootHasEnded(span: Span): boolean {
  let root = span;
  for (let parent = parentOf(root); parent !== undefined; parent = parentOf(root)) root = parent;
  return root !== span && !root.isRecording;
}

interface Entry<T> extends Run<T> {
  readonly id: string;
  readonly parent: Entry<T> | undefined;
  readonly depth: number;
  readonly startedMs: number;
  /** When anything was last heard of the run, on the clock of `performance.now()`. */
  seenMs: number;
  /** Kept until it is watched. */
  holder: object | undefined;
  isWatched: boolean;
  /** Its neighbours in the order in which runs were last heard of. */
  older: Entry<T> | undefined;
  newer: Entry<T> | undefined;
}

/** What is heard of a run is heard of those around it. */
function tellParents<T>(entry: Entry<T>): void {
  for (let parent = entry.parent; parent !== undefined; parent = parent.parent) {
    parent.seenMs = Math.max(parent.seenMs, entry.seenMs);
  }
}

/** Inner runs end before those around them. */
function innerFirst<T>(entries: Iterable<[string, Entry<T>]>): [string, Entry<T>][] {
  return [...entries].toSorted(([, a], [, b]) => b.depth - a.depth);
}

/** Open runs; the state behind {@link createRunRegistry}. */
class Runs<T> implements RunRegistry<T> {
  readonly #entries = new Map<string, Entry<T>>();
  /** The runs that were last heard of longest and least long ago. */
  #oldest: Entry<T> | undefined;
  #newest: Entry<T> | undefined;
  readonly #options: RunRegistryOptions<T>;
  readonly #maxRuns: number;
  readonly #idleMs: number;
  readonly #orphanIdleMs: number;
  readonly #holders = new FinalizationRegistry<string>((id) => this.#holderIsGone(id));
  /** Runs whose holders were collected, and that were not closed yet. */
  #gone: [string, Entry<T>][] = [];
  #closing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RunRegistryOptions<T>) {
    this.#options = options;
    this.#maxRuns = options.maxRuns ?? DEFAULT_MAX_RUNS;
    this.#idleMs = options.idleMs ?? DEFAULT_IDLE_MS;
    this.#orphanIdleMs = options.orphanIdleMs ?? DEFAULT_ORPHAN_IDLE_MS;
  }

  get size(): number {
    return this.#entries.size;
  }

  start(id: string, span: Span, data: T, place?: RunPlace): boolean {
    return this.#keep(id, span, data, true, place);
  }

  alias(id: string, span: Span, data: T, place?: RunPlace): boolean {
    return this.#keep(id, span, data, false, place);
  }

  get(id: string): Run<T> | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    entry.seenMs = performance.now();
    if (entry === this.#newest) return entry;
    this.#unlink(entry);
    this.#link(entry);
    return entry;
  }

  end(id: string): Run<T> | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    this.#forget(id, entry);
    if (entry.parent !== undefined) entry.parent.seenMs = performance.now();
    if (this.#gone.length > 0) this.#soonCloseGone();
    return entry;
  }

  clear(): void {
    for (const [id, entry] of innerFirst(this.#entries)) this.#close(id, entry);
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #keep(id: string, span: Span, data: T, owned: boolean, { parentId, holder }: RunPlace = {}): boolean {
    if (this.#entries.has(id)) return false;
    const parent = parentId === undefined ? undefined : this.#entries.get(parentId);
    const depth = parent === undefined ? 0 : parent.depth + 1;
    const now = performance.now();
    const entry: Entry<T> = {
      id,
      span,
      data,
      owned,
      parent,
      depth,
      startedMs: now,
      seenMs: now,
      holder,
      isWatched: false,
      older: undefined,
      newer: undefined,
    };
    this.#entries.set(id, entry);
    this.#link(entry);
    this.#timer ??= setInterval(
      () => this.#sweep(),
      Math.min(WATCHED_AFTER_MS, this.#idleMs / SWEEPS_PER_IDLE, this.#orphanIdleMs / SWEEPS_PER_IDLE),
    ).unref();
    if (this.#entries.size > this.#maxRuns) {
      if (this.#oldest !== undefined) this.#close(this.#oldest.id, this.#oldest);
    }
    return true;
  }

  #link(entry: Entry<T>): void {
    entry.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  #unlink(entry: Entry<T>): void {
    const { older, newer } = entry;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    entry.older = undefined;
    entry.newer = undefined;
  }

  #forget(id: string, entry: Entry<T>): void {
    this.#entries.delete(id);
    this.#unlink(entry);
    if (entry.isWatched) this.#holders.unregister(entry);
  }

  #close(id: string, entry: Entry<T>, agoMs = 0): void {
    this.#forget(id, entry);
    if (!entry.owned) return;
    endAsOf(entry.span, agoMs, this.#options.onClose?.(entry) ?? 'abandoned');
  }

  /** Holders of one broken-off stream go together: its runs are closed together, the inner ones first. */
  #holderIsGone(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    tellParents(entry);
    this.#gone.push([id, entry]);
    this.#soonCloseGone();
  }

  #soonCloseGone(): void {
    if (this.#closing) return;
    this.#closing = true;
    setImmediate(() => this.#closeGone());
  }

  /** Nothing can be heard of these runs any more: they ended when something last was. Those that were lost before holders were trusted wait for it. */
  #closeGone(): void {
    this.#closing = false;
    if (this.#options.trustsHolders?.() === false) return;
    const gone = innerFirst(this.#gone);
    this.#gone = [];
    const now = performance.now();
    for (const [id, entry] of gone) {
      if (this.#entries.get(id) === entry) this.#close(id, entry, now - entry.seenMs);
    }
  }

  /** The holder of a run that has lasted is watched from now on, and no longer kept. */
  #watch(id: string, entry: Entry<T>): void {
    if (entry.holder === undefined) return;
    this.#holders.register(entry.holder, id, entry);
    entry.isWatched = true;
    entry.holder = undefined;
  }

  #isForgotten(entry: Entry<T>, now: number): boolean {
    const idle = now - entry.seenMs;
    if (idle <= this.#orphanIdleMs) return idle > this.#idleMs;
    return idle > this.#idleMs || rootHasEnded(entry.span) || this.#options.isLeft?.(entry) === true;
  }

  #sweep(): void {
    const now = performance.now();
    for (const [id, entry] of this.#entries) {
      tellParents(entry);
      if (now - entry.startedMs >= WATCHED_AFTER_MS) this.#watch(id, entry);
    }
    const forgotten = [...this.#entries].filter(([, entry]) => this.#isForgotten(entry, now));
    for (const [id, entry] of innerFirst(forgotten)) this.#close(id, entry);
    this.#gone = this.#gone.filter(([id, entry]) => this.#entries.get(id) === entry);
    if (this.#entries.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/**
 * The state of a source whose host reports starts and ends by id. Frameworks forget ends (a broken-off stream, an abort), so that without a bound
 * this would be the leak every other handler has. A run is closed when nobody is left who could report its end, when nothing was heard of it for long, or when there are too many.
 */
export function createRunRegistry<T>(options: RunRegistryOptions<T> = {}): RunRegistry<T> {
  return new Runs(options);
}
