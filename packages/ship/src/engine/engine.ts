import { once, setMaxListeners } from 'node:events';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report, SinkStats } from '../contracts/report.ts';
import type { Discovery, Source } from '../contracts/source.ts';
import { watchFileActivity } from '../state/file-activity.ts';
import { acquireLock, BEAT_MS, type Lock } from '../state/lock.ts';
import { createBatchPool } from './batch-pool.ts';
import { openDeadLetters } from './dead-letters.ts';
import { createDelivery } from './delivery.ts';
import { guardSink, type NamedSink } from './guard-sink.ts';
import type { Route } from './lane.ts';
import { createPace } from './pace.ts';
import { DEFAULT_TIMING, type RetryTiming } from './retry-gate.ts';
import { type Shipment, startShipment } from './shipment.ts';

/** Options of {@link startEngine}. */
export interface EngineOptions {
  /** Folder of the dead letters. */
  readonly root: string;
  readonly from: readonly Discovery[];
  readonly sinks: readonly NamedSink[];
  /** Identifies this engine in locks; the same after a restart of its thread. */
  readonly owner: string;
  readonly report?: (report: Report) => void;
  /** The lines were refused before. @defaultValue false */
  readonly resends?: boolean;
  readonly timing?: RetryTiming;
  /** Milliseconds between two looks for new lines. @defaultValue 200 */
  readonly pollMs?: number;
  /** Milliseconds between two searches for files. @defaultValue 2000 */
  readonly scanMs?: number;
  /** Milliseconds between two looks for checkpoints to save. @defaultValue 250 */
  readonly saveMs?: number;
}

/** Ships sources to sinks. */
export interface Engine {
  /** Counters by name of the sink. */
  stats(): Readonly<Record<string, SinkStats>>;
  /** Resolves when the first search for files is over. It takes a while where there are thousands. */
  found(): Promise<void>;
  /** Names of the writers and files that another process ships. */
  held(): readonly string[];
  /** Resolves when every sink has stored or refused everything that exists now, or the engine is stopped. */
  drain(): Promise<void>;
  /**
   * Stops reading, waits for the requests under way but not for a target that is down, and saves the checkpoints.
   * @param graceMs - longest wait for the requests under way
   */
  stop(graceMs: number): Promise<void>;
}

const DRAIN_STEP_MS = 20;
/** Longest search for files before other work gets its turn. */
const SLICE_MS = 10;
const MAX_LOOKS = 10;
const MOVED: ReadonlySet<unknown> = new Set(['ENOENT', 'ESTALE']);

const initialStats = (): SinkStats => ({
  stored: 0,
  rejected: 0,
  shortened: 0,
  skipped: 0,
  retries: 0,
  lagBytes: 0,
  state: 'ok',
});

/**
 * Ships every source that is found to every sink until it is stopped.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` for a sink with wrong limits
 */
export function startEngine(options: EngineOptions): Engine {
  const { root, from, owner, report = () => {}, timing = DEFAULT_TIMING, resends: isTrusted = false } = options;
  const { pollMs = 200, scanMs = 2000, saveMs = 250 } = options;
  const quit = new AbortController();
  const kill = new AbortController();
  // Every waiting request of every sink listens.
  setMaxListeners(0, quit.signal, kill.signal);
  const activity = watchFileActivity();
  const pace = createPace(pollMs);
  const shipments = new Map<string, Shipment>();
  let held: readonly string[] = [];
  /** Whether the holder of a lock may be gone. It becomes clear when that one beats, or has not for long. */
  let isUnclear = false;
  /** Folders whose lock cannot be written, with the reason. */
  const unlockable = new Map<string, string>();
  let stopped: Promise<void> | undefined;
  let scanning: Promise<void> | undefined;

  const routes = options.sinks.map((named): Route => {
    const { name } = named;
    const sink = guardSink(named);
    const stats = initialStats();
    const onDiscard = (): void =>
      report({ level: 'warn', what: 'failed', message: `${name}: the oldest dead letters were discarded`, sink: name });
    const deadLetters = openDeadLetters(root, name, onDiscard);
    const signals = { quit: quit.signal, kill: kill.signal };
    const delivery = createDelivery({ name, sink, timing, deadLetters, stats, report, isTrusted, ...signals });
    return { name, sink, stats, batches: createBatchPool(sink.limits), delivery };
  });

  /** @returns `undefined` if the folder cannot be locked */
  function lock(folder: string): Lock | 'held' | 'unclear' | undefined {
    try {
      const taken = acquireLock(folder, owner, activity);
      unlockable.delete(folder);
      return taken;
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? String(error);
      if (unlockable.get(folder) !== reason) {
        const message = `${folder} waits: its lock cannot be written (${reason})`;
        report({ level: 'error', what: 'unreadable', message });
      }
      unlockable.set(folder, reason);
      return undefined;
    }
  }

  /** @returns false if the file was rotated or deleted since it was found */
  function start(folder: string, lock: Lock, open: () => Source): boolean {
    try {
      shipments.set(folder, startShipment({ source: open(), lock, routes, pace, report }));
      return true;
    } catch (error) {
      lock.release();
      return !MOVED.has((error as NodeJS.ErrnoException).code);
    }
  }

  /**
   * Takes over what nobody ships. Other work goes on between files, and `stop` ends the search.
   *
   * @returns false if a file was rotated between finding and opening it, so that another look is due at once
   */
  async function look(): Promise<boolean> {
    const elsewhere: string[] = [];
    let isComplete = true;
    let isUnclearNow = false;
    let since = performance.now();
    for (const discovery of from) {
      for (const { folder, open } of discovery.find()) {
        if (stopped !== undefined) return true;
        if (!shipments.has(folder)) {
          const locked = lock(folder);
          isUnclearNow ||= locked === 'unclear';
          if (locked === 'held' || locked === 'unclear') elsewhere.push(basename(folder));
          else if (locked !== undefined) isComplete = start(folder, locked, open) && isComplete;
        }
        if (performance.now() - since < SLICE_MS) continue;
        await new Promise(setImmediate);
        since = performance.now();
      }
    }
    held = elsewhere;
    isUnclear = isUnclearNow;
    return isComplete;
  }

  async function lookAgain(): Promise<void> {
    for (let looks = 0; looks < MAX_LOOKS; looks++) if (await look()) return;
  }

  /** One search at a time. */
  function scan(): Promise<void> {
    return (scanning ??= lookAgain().finally(() => (scanning = undefined)));
  }

  function each(act: (shipment: Shipment) => 'keep' | 'drop'): void {
    for (const [folder, shipment] of shipments) if (act(shipment) === 'drop') shipments.delete(folder);
  }

  const isDue = (): boolean => from.some((discovery) => discovery.isDue?.() === true);

  const found = scan();
  const timers = [
    setInterval(() => void scan(), scanMs),
    setInterval(() => {
      each((shipment) => shipment.save());
      if (isDue()) void scan();
    }, saveMs),
    setInterval(() => each((shipment) => shipment.beat()), BEAT_MS),
  ];

  async function unpacked(): Promise<boolean> {
    const found = await Promise.all(from.map(async (discovery) => discovery.unpacked?.()));
    return found.includes(true);
  }

  const isStopped = (): boolean => stopped !== undefined;

  async function stop(graceMs: number): Promise<void> {
    for (const timer of timers) clearInterval(timer);
    quit.abort();
    await scanning;
    const killed = once(kill.signal, 'abort');
    const grace = setTimeout(() => kill.abort(), graceMs);
    await Promise.all([...shipments.values()].map((shipment) => shipment.stop(killed)));
    clearTimeout(grace);
    kill.abort();
    for (const { sink } of routes) sink.close?.();
  }

  const isBehind = (): boolean => from.some((discovery) => discovery.isBehind?.() === true);

  async function shipFound(): Promise<void> {
    const endDrain = pace.beginDrain();
    for (let looks = 0; looks < 2 && !isStopped();) {
      await sleep(DRAIN_STEP_MS);
      looks = [...shipments.values()].every((shipment) => shipment.isIdle) ? looks + 1 : 0;
    }
    endDrain();
    each((shipment) => shipment.save());
  }

  return {
    stats: () =>
      Object.fromEntries(
        routes.map(({ name, stats }) => {
          stats.lagBytes = [...shipments.values()].reduce((sum, shipment) => sum + shipment.lag(name), 0);
          return [name, { ...stats }];
        }),
      ),
    held: () => held,
    found: () => found,
    async drain() {
      for (let isDone = false; !isDone;) {
        // A search under way may have passed the place of a new file.
        await scanning;
        await scan();
        while (!isStopped() && (await unpacked())) await scan();
        const wasBehind = isBehind();
        await shipFound();
        // Files that wait for room get it when others were shipped; a file that was truncated has another content;
        // a lock may turn out to be that of a process that is gone.
        isDone = isStopped() || (!isUnclear && !isDue() && (!wasBehind || isBehind()));
      }
    },
    stop: (graceMs) => (stopped ??= stop(graceMs)),
  };
}
