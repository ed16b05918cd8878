import { basename } from 'node:path';
import type { Discovery } from '../reading/discovery.ts';
import { acquireLock, type Lock } from '../state/lock.ts';
import { watchStillness } from '../state/stillness.ts';
import { createBatchPool } from './batch-pool.ts';
import { openDeadLetters } from './dead-letters.ts';
import { createDelivery } from './delivery.ts';
import { DEFAULT_TIMING, type RetryTiming } from './gate.ts';
import { type Route, type Shipment, startShipment } from './shipment.ts';
import type { Report, Sink, SinkStats, Source } from './types.ts';

/** Options of {@link startEngine}. */
export interface EngineOptions {
  /** Folder of the dead letters. */
  readonly root: string;
  /** Where lines come from. */
  readonly from: readonly Discovery[];
  readonly sinks: readonly Sink[];
  /** Names this engine in locks; the same after a restart of its thread. */
  readonly owner: string;
  readonly report?: (report: Report) => void;
  readonly timing?: RetryTiming;
  /** How often a file is looked at for new lines. @defaultValue 200 */
  readonly pollMs?: number;
}

/** Ships sources. */
export interface Engine {
  stats(): Readonly<Record<string, SinkStats>>;
  /** What another process ships, as names of writers and files. */
  held(): readonly string[];
  /** Resolves when everything that is there now is stored or refused by every sink, or the engine is stopped. */
  drain(): Promise<void>;
  /** Once: reads no more, waits for the requests on their way but not for a target that is down, notes where it was. */
  stop(graceMs: number): Promise<void>;
}

const SCAN_MS = 2000;
const SAVE_MS = 250;
const BEAT_MS = 5000;
const DRAIN_STEP_MS = 20;

const freshStats = (): SinkStats => ({
  stored: 0,
  rejected: 0,
  shortened: 0,
  skipped: 0,
  retries: 0,
  lagBytes: 0,
  state: 'ok',
});

const later = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Ships every source that is found to every sink until it is stopped. */
export function startEngine(options: EngineOptions): Engine {
  const { root, from, owner, report = () => {}, timing = DEFAULT_TIMING, pollMs = 200 } = options;
  const quit = new AbortController();
  const kill = new AbortController();
  const stillness = watchStillness();
  const shipments = new Map<string, Shipment>();
  let held: readonly string[] = [];
  let isHurried = false;
  let stopped: Promise<void> | undefined;

  const routes = options.sinks.map((sink): Route => {
    const stats = freshStats();
    const discarded = (): void =>
      report({
        level: 'warn',
        what: 'failed',
        message: `${sink.name}: the oldest dead letters were discarded`,
        sink: sink.name,
      });
    const deadLetters = openDeadLetters(root, sink.name, discarded);
    return {
      sink,
      stats,
      batches: createBatchPool(sink.limits),
      delivery: createDelivery({ sink, timing, deadLetters, stats, report, quit: quit.signal, kill: kill.signal }),
    };
  });

  /** A file may be gone again since it was found. */
  function start(folder: string, lock: Lock, open: () => Source): void {
    try {
      shipments.set(folder, startShipment({ source: open(), lock, routes, pollMs, report, hurried: () => isHurried }));
    } catch {
      lock.release();
    }
  }

  /** Takes over what nobody ships. */
  function scan(): void {
    if (stopped !== undefined) return;
    const elsewhere: string[] = [];
    for (const { folder, open } of from.flatMap((discovery) => discovery.find())) {
      if (shipments.has(folder)) continue;
      const lock = acquireLock(folder, owner, stillness);
      if (lock === undefined) elsewhere.push(basename(folder));
      else start(folder, lock, open);
    }
    held = elsewhere;
  }

  function each(act: (shipment: Shipment) => 'keep' | 'drop'): void {
    for (const [folder, shipment] of shipments) if (act(shipment) === 'drop') shipments.delete(folder);
  }

  scan();
  const timers = [
    setInterval(scan, SCAN_MS),
    setInterval(() => each((shipment) => shipment.save()), SAVE_MS),
    setInterval(() => each((shipment) => shipment.beat()), BEAT_MS),
  ];

  const isStopped = (): boolean => stopped !== undefined;

  async function stop(graceMs: number): Promise<void> {
    for (const timer of timers) clearInterval(timer);
    quit.abort();
    const grace = setTimeout(() => kill.abort(), graceMs);
    await Promise.all([...shipments.values()].map((shipment) => shipment.stop(kill.signal)));
    clearTimeout(grace);
    kill.abort();
    for (const { sink } of routes) sink.close();
  }

  return {
    stats: () =>
      Object.fromEntries(
        routes.map(({ sink, stats }) => {
          stats.lagBytes = [...shipments.values()].reduce((sum, shipment) => sum + shipment.lag(sink.name), 0);
          return [sink.name, { ...stats }];
        }),
      ),
    held: () => held,
    async drain() {
      scan();
      isHurried = true;
      for (let looks = 0; looks < 2 && !isStopped();) {
        await later(Math.max(DRAIN_STEP_MS, pollMs));
        looks = [...shipments.values()].every((shipment) => shipment.isIdle) ? looks + 1 : 0;
      }
      isHurried = false;
      each((shipment) => shipment.save());
    },
    stop: (graceMs) => (stopped ??= stop(graceMs)),
  };
}
