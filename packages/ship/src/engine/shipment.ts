import { join } from 'node:path';
import { earlier, type Position } from '../contracts/position.ts';
import type { Report } from '../contracts/report.ts';
import type { Source } from '../contracts/source.ts';
import { checkpointName, loadCheckpoint, saveCheckpoint } from '../state/checkpoint.ts';
import type { Lock } from '../state/lock.ts';
import { type Lane, type LaneParts, type Route, startLane } from './lane.ts';

/** Collaborators of a shipment. */
export interface ShipmentParts extends Pick<LaneParts, 'pace' | 'report'> {
  readonly source: Source;
  readonly lock: Lock;
  readonly routes: readonly Route[];
}

/** One source and its lanes to every sink. */
export interface Shipment {
  /**
   * Saves the checkpoints that have moved, and deletes what every sink has passed. Returns `drop` when nothing is left
   * of the source.
   */
  save(): 'keep' | 'drop';
  /** Renews the lock. Returns `drop` when another shipper has taken over. */
  beat(): 'keep' | 'drop';
  lag(sink: string): number;
  readonly isIdle: boolean;
  /** Resolves when the requests under way are settled, or when `killed` resolves. */
  stop(killed: Promise<unknown>): Promise<void>;
}

interface Track {
  readonly sink: string;
  readonly lane: Lane;
  saved: Position | undefined;
}

/** Starts a lane at each sink's checkpoint. */
export function startShipment({ source, lock, routes, report, pace }: ShipmentParts): Shipment {
  const stopping = new AbortController();
  /** Another shipper has taken over, or the source was closed. Nothing more may be saved. */
  let isOver = false;

  function reportDamage(message: string, sink: string): void {
    const damage: Report = { level: 'warn', what: 'damaged', message: `${source.id}: ${message}`, sink };
    report(damage);
  }

  function trySave(sink: string, position: Position, isDurable = true): boolean {
    try {
      saveCheckpoint(source.folder, sink, position, isDurable);
      return true;
    } catch (error) {
      reportDamage(`the checkpoint cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`, sink);
      return false;
    }
  }

  const tracks = routes.map((route): Track => {
    const sink = route.name;
    const { position, problem } = loadCheckpoint(join(source.folder, checkpointName(sink)));
    if (problem !== undefined) reportDamage(`${problem}; reading again from the first line`, sink);
    const from = position ?? source.start();
    const saved = position ?? (from !== undefined && trySave(sink, from, false) ? from : undefined);
    return { sink, lane: startLane({ pace, source, route, from, report, stop: stopping.signal }), saved };
  });

  function saveTrack(track: Track): void {
    const { acked } = track.lane;
    if (acked !== undefined && acked !== track.saved && trySave(track.sink, acked)) track.saved = acked;
  }

  function end(): void {
    isOver = true;
    stopping.abort();
    source.close();
  }

  function save(): 'keep' | 'drop' {
    if (isOver) return 'drop';
    for (const track of tracks) saveTrack(track);
    const [first, ...rest] = tracks.map(({ saved }) => saved);
    if (first === undefined || rest.includes(undefined)) return 'keep';
    const slowest = (rest as Position[]).reduce(earlier, first);
    try {
      const isFinished = tracks.every(({ lane }) => lane.isFinished);
      if (!source.release(slowest, isFinished)) return 'keep';
    } catch {
      return 'keep';
    }
    end();
    lock.release();
    return 'drop';
  }

  return {
    save,
    beat() {
      if (lock.beat()) return 'keep';
      end();
      return 'drop';
    },
    lag(sink) {
      const track = tracks.find((candidate) => candidate.sink === sink);
      return source.lag(track?.lane.acked);
    },
    get isIdle() {
      return tracks.every(({ lane }) => lane.isIdle || lane.isFinished);
    },
    async stop(killed) {
      stopping.abort();
      await Promise.all(tracks.map(({ lane }) => lane.done));
      await Promise.race([Promise.all(tracks.map(({ lane }) => lane.settled())), killed]);
      if (isOver || save() === 'drop') return;
      end();
      lock.release();
    },
  };
}
