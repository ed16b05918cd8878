import { join } from 'node:path';
import { checkpointName, loadCheckpoint, type Position, saveCheckpoint } from '../state/checkpoint.ts';
import type { Lock } from '../state/lock.ts';
import type { BatchPool } from './batch-pool.ts';
import type { Delivery } from './delivery.ts';
import { type Lane, startLane } from './lane.ts';
import type { Report, Sink, SinkStats, Source } from './types.ts';

/** One sink with everything that all its lanes share. */
export interface Route {
  readonly sink: Sink;
  readonly delivery: Delivery;
  readonly batches: BatchPool;
  readonly stats: SinkStats;
}

/** What a shipment works with. */
export interface ShipmentParts {
  readonly source: Source;
  readonly lock: Lock;
  readonly routes: readonly Route[];
  readonly pollMs: number;
  readonly report: (report: Report) => void;
  readonly hurried: () => boolean;
}

/** One source on its way to every sink. */
export interface Shipment {
  /** Writes the checkpoints that moved, and deletes what every sink has passed. `drop` when nothing is left of the source. */
  save(): 'keep' | 'drop';
  /** Holds the lock. `drop` when another shipper has taken over. */
  beat(): 'keep' | 'drop';
  lag(sink: string): number;
  readonly isIdle: boolean;
  /** Resolves when batches on their way are settled, or `kill` fires. */
  stop(kill: AbortSignal): Promise<void>;
}

interface Track {
  readonly sink: string;
  readonly lane: Lane;
  saved: Position | undefined;
}

const STEP_MS = 10;

function earlier(a: Position, b: Position): Position {
  return b.file < a.file || (b.file === a.file && b.offset < a.offset) ? b : a;
}

/** Starts a lane from each sink's checkpoint. */
export function startShipment(parts: ShipmentParts): Shipment {
  const { source, lock, routes, pollMs, report, hurried } = parts;
  const stopping = new AbortController();
  let isLost = false;

  function complain(message: string, sink: string): void {
    report({ level: 'warn', what: 'damaged', message: `${source.id}: ${message}`, sink });
  }

  function remember(sink: string, position: Position): boolean {
    try {
      saveCheckpoint(source.folder, sink, position);
      return true;
    } catch (error) {
      complain(`the checkpoint cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`, sink);
      return false;
    }
  }

  const tracks = routes.map(({ sink, ...route }): Track => {
    const { position, problem } = loadCheckpoint(join(source.folder, checkpointName(sink.name)));
    if (problem !== undefined) complain(`${problem}; reading again from the first line`, sink.name);
    const from = position ?? source.start();
    const saved = position ?? (from !== undefined && remember(sink.name, from) ? from : undefined);
    const lane = startLane({ ...route, source, sink, from, pollMs, report, stop: stopping.signal, hurried });
    return { sink: sink.name, lane, saved };
  });

  function saveTrack(track: Track): void {
    const { acked } = track.lane;
    if (acked !== undefined && acked !== track.saved && remember(track.sink, acked)) track.saved = acked;
  }

  function end(): void {
    stopping.abort();
    source.close();
  }

  function save(): 'keep' | 'drop' {
    if (isLost) return 'drop';
    for (const track of tracks) saveTrack(track);
    const [first, ...rest] = tracks.map(({ saved }) => saved);
    if (first === undefined || rest.includes(undefined)) return 'keep';
    const slowest = (rest as Position[]).reduce(earlier, first);
    try {
      if (!source.release(slowest)) return 'keep';
    } catch {
      return 'keep';
    }
    end();
    return 'drop';
  }

  return {
    save,
    beat() {
      if (lock.beat()) return 'keep';
      isLost = true;
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
    async stop(kill) {
      stopping.abort();
      await Promise.all(tracks.map(({ lane }) => lane.done));
      while (!kill.aborted && tracks.some(({ lane }) => lane.pending > 0)) {
        await new Promise((resolve) => {
          setTimeout(resolve, STEP_MS);
        });
      }
      if (isLost || save() === 'drop') return;
      source.close();
      lock.release();
    },
  };
}
