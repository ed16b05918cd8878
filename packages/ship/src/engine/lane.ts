import type { Position } from '../contracts/position.ts';
import type { Report, SinkStats } from '../contracts/report.ts';
import type { Sink } from '../contracts/sink.ts';
import type { Chunk, Reader, Source } from '../contracts/source.ts';
import { createAckTracker } from './ack-tracker.ts';
import type { BatchPool } from './batch-pool.ts';
import type { Batch } from './batch.ts';
import type { Delivery } from './delivery.ts';
import type { Pace } from './pace.ts';

/** One sink, and what all its lanes share. */
export interface Route {
  readonly name: string;
  readonly sink: Sink;
  readonly delivery: Delivery;
  readonly batches: BatchPool;
  readonly stats: SinkStats;
}

/** Collaborators of a lane. */
export interface LaneParts {
  readonly source: Source;
  readonly route: Route;
  readonly from: Position | undefined;
  readonly pace: Pace;
  readonly report: (report: Report) => void;
  /** Aborts when nothing more may be read. Batches that were sent are still seen through. */
  readonly stop: AbortSignal;
}

/** Ships one source to one sink. */
export interface Lane {
  /** Everything before this position is settled. */
  readonly acked: Position | undefined;
  /** Whether there was nothing to read at the last look, and nothing is under way. */
  readonly isIdle: boolean;
  /** Whether the source has ended and everything is settled. */
  readonly isFinished: boolean;
  /** Resolves when the lane has stopped reading. */
  readonly done: Promise<void>;
  /** Resolves when the batches under way are settled or given up. Call it once {@link Lane.done} has resolved. */
  settled(): Promise<void>;
}

/** Reads, batches and delivers until it is stopped. Never rejects. */
export function startLane({ source, route, from, pace, report, stop }: LaneParts): Lane {
  const { name, sink, delivery, batches, stats } = route;
  const acks = createAckTracker(from);
  const underWay = new Set<Promise<void>>();
  let batch: Batch | undefined;
  let cursor = from;
  /** Whether there was nothing to read at the last look, and no line waits for others. */
  let hasReadAll = false;
  let isFinished = false;

  function reportDamage(description: string): void {
    report({ level: 'warn', what: 'damaged', message: `${source.id}: ${description}`, sink: name });
  }

  async function deliver(sent: Batch, acknowledge: () => void): Promise<void> {
    if (await delivery.deliver(sent)) acknowledge();
    batches.giveBack(sent);
  }

  /** Sends the current batch, which contains everything before a position. */
  function dispatch(end: Position): void {
    const acknowledge = acks.open(end);
    if (batch === undefined) return acknowledge();
    const delivered = deliver(batch, acknowledge).finally(() => underWay.delete(delivered));
    underWay.add(delivered);
    batch = undefined;
  }

  /** Adds the lines of a chunk to batches as they become available. */
  async function take(chunk: Chunk): Promise<void> {
    for (const line of chunk.lines) {
      const encoded = sink.encode(line);
      if (encoded.kind === 'skip') {
        stats.skipped++;
        continue;
      }
      if (batch?.isFullFor(line, encoded) === true) dispatch(chunk.at(line.offset));
      batch ??= await batches.take(stop);
      if (batch === undefined) return;
      batch.add(line, encoded);
      if (encoded.kind === 'entry' && encoded.shortened === true) stats.shortened++;
    }
    cursor = chunk.end;
    if (batch === undefined) dispatch(cursor);
  }

  /** Called when there is nothing to read. Sends the current batch once its first line has waited long enough. */
  async function rest(reader: Reader): Promise<void> {
    const hasEnded = reader.ended();
    if (batch === undefined || cursor === undefined) {
      hasReadAll = true;
      isFinished = hasEnded && acks.size === 0;
      if (!isFinished) await pace.rest(pace.pollMs, stop);
      return;
    }
    const waited = performance.now() - batch.since;
    const isDue = hasEnded || pace.isDraining || batch.entries.length === 0 || waited >= sink.limits.lingerMs;
    if (isDue) dispatch(cursor);
    else await pace.rest(Math.min(pace.pollMs, sink.limits.lingerMs - waited), stop);
  }

  async function step(reader: Reader): Promise<void> {
    const chunk = reader.next();
    if (chunk === undefined) return rest(reader);
    hasReadAll = false;
    await take(chunk);
    await new Promise(setImmediate);
  }

  async function run(): Promise<void> {
    const goesOn = (): boolean => !stop.aborted && !isFinished;
    while (goesOn()) {
      let reader: Reader | undefined;
      try {
        reader = source.open(cursor, reportDamage);
        while (goesOn()) await step(reader);
      } catch (error) {
        reportDamage(`cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
        await pace.rest(pace.pollMs * 10, stop);
      } finally {
        reader?.close();
      }
    }
    if (batch !== undefined) batches.giveBack(batch);
    batch = undefined;
  }

  return {
    get acked() {
      return acks.acked;
    },
    get isIdle() {
      return hasReadAll && acks.size === 0;
    },
    get isFinished() {
      return isFinished;
    },
    done: run(),
    settled: () => Promise.all(underWay).then(() => undefined),
  };
}
