import { join } from 'node:path';
import { openSpoolSource } from '../reading/spool-source.ts';
import { listWriters, WRITER_FILE } from '../spool/layout.ts';
import { writerFate } from '../spool/writer-file.ts';
import { acquireLock, type Lock } from '../state/lock.ts';
import { watchStillness } from '../state/stillness.ts';
import { DEFAULT_TIMING, type RetryTiming } from './backoff.ts';
import { openDeadLetters } from './dead-letters.ts';
import { createDelivery } from './delivery.ts';
import { type Route, type Shipment, startShipment } from './shipment.ts';
import type { Report, Sink, SinkStats, Source } from './types.ts';

/** Options of {@link startEngine}. */
export interface EngineOptions {
  /** Folder of the spool. */
  readonly root: string;
  readonly sinks: readonly Sink[];
  /** Names this engine in locks; the same after a restart of its thread. */
  readonly owner: string;
  /** The writer's folder that belongs to this process; others are shipped when their writer is gone. */
  readonly own?: string;
  /** Also ship writers that live and have no shipper of their own. @defaultValue false */
  readonly everyWriter?: boolean;
  readonly report?: (report: Report) => void;
  readonly timing?: RetryTiming;
  /** How often a file is looked at for new lines. @defaultValue 200 */
  readonly pollMs?: number;
}

/** Ships a spool. */
export interface Engine {
  stats(): Readonly<Record<string, SinkStats>>;
  /** Resolves when everything that is in the spool now is stored or refused by every sink. */
  drain(): Promise<void>;
  /** Reads no more, waits for the requests on their way, notes where it was. */
  stop(graceMs: number): Promise<void>;
}

const SCAN_MS = 2000;
const SAVE_MS = 250;
const BEAT_MS = 5000;
const DRAIN_STEP_MS = 20;
/** A writer of another container says that it lives every ten seconds. */
const ABANDONED_MS = 600_000;

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

/** Ships the writers below a folder to every sink until it is stopped. */
export function startEngine(options: EngineOptions): Engine {
  const { root, owner, own, report = () => {}, timing = DEFAULT_TIMING, pollMs = 200 } = options;
  const kill = new AbortController();
  const stillness = watchStillness();
  const shipments = new Map<string, Shipment>();
  let isHurried = false;
  let isStopping = false;

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
    return { sink, stats, delivery: createDelivery({ sink, timing, deadLetters, stats, report, signal: kill.signal }) };
  });

  function isGone(writer: string): boolean {
    const fate = writerFate(join(root, writer));
    return (
      fate === 'gone' || (fate === 'unknown' && stillness.stillMs(join(root, writer, WRITER_FILE)) >= ABANDONED_MS)
    );
  }

  function start(writer: string, lock: Lock): void {
    const source: Source = openSpoolSource({ root, writer, isGone: () => isGone(writer) });
    shipments.set(writer, startShipment({ source, lock, routes, pollMs, report, hurried: () => isHurried }));
  }

  /** Takes over what nobody ships. */
  function scan(): void {
    if (isStopping) return;
    for (const writer of listWriters(root)) {
      if (shipments.has(writer)) continue;
      if (writer !== own && options.everyWriter !== true && !isGone(writer)) continue;
      const lock = acquireLock(join(root, writer), owner, stillness);
      if (lock !== undefined) start(writer, lock);
    }
  }

  function each(act: (shipment: Shipment) => 'keep' | 'drop'): void {
    for (const [writer, shipment] of shipments) if (act(shipment) === 'drop') shipments.delete(writer);
  }

  scan();
  const timers = [
    setInterval(scan, SCAN_MS),
    setInterval(() => each((shipment) => shipment.save()), SAVE_MS),
    setInterval(() => each((shipment) => shipment.beat()), BEAT_MS),
  ];

  return {
    stats: () =>
      Object.fromEntries(
        routes.map(({ sink, stats }) => {
          stats.lagBytes = [...shipments.values()].reduce((sum, shipment) => sum + shipment.lag(sink.name), 0);
          return [sink.name, { ...stats }];
        }),
      ),
    async drain() {
      scan();
      isHurried = true;
      for (let looks = 0; looks < 2;) {
        await later(Math.max(DRAIN_STEP_MS, pollMs));
        looks = [...shipments.values()].every((shipment) => shipment.isIdle) ? looks + 1 : 0;
      }
      isHurried = false;
      each((shipment) => shipment.save());
    },
    async stop(graceMs) {
      isStopping = true;
      for (const timer of timers) clearInterval(timer);
      const grace = setTimeout(() => kill.abort(), graceMs);
      await Promise.all([...shipments.values()].map((shipment) => shipment.stop(kill.signal)));
      clearTimeout(grace);
      kill.abort();
      for (const { sink } of routes) sink.close();
    },
  };
}
