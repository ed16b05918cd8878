import type { Position } from '../state/checkpoint.ts';
import type { BatchPool } from './batch-pool.ts';
import type { Batch } from './batch.ts';
import type { Delivery } from './delivery.ts';
import { createLedger } from './ledger.ts';
import { pause } from './pause.ts';
import type { Chunk, Reader, Report, Sink, SinkStats, Source } from './types.ts';

/** What a lane works with. */
export interface LaneParts {
  readonly source: Source;
  readonly sink: Sink;
  readonly delivery: Delivery;
  readonly batches: BatchPool;
  readonly stats: SinkStats;
  readonly from: Position | undefined;
  readonly pollMs: number;
  readonly report: (report: Report) => void;
  /** No more reading; batches on their way are seen through. */
  readonly stop: AbortSignal;
  /** True when lines need not wait for company. */
  readonly hurried: () => boolean;
}

/** One source on its way to one sink. */
export interface Lane {
  /** Everything before it is settled. */
  readonly acked: Position | undefined;
  /** Nothing to read and nothing on its way, at the last look. */
  readonly isIdle: boolean;
  /** Nothing will follow. */
  readonly isFinished: boolean;
  /** Batches on their way. */
  readonly pending: number;
  /** Resolves when the lane has stopped or finished. */
  readonly done: Promise<void>;
}

/** Reads, batches and delivers until it is stopped. Never rejects. */
export function startLane(parts: LaneParts): Lane {
  const { source, sink, delivery, batches, stats, pollMs, report, stop, hurried } = parts;
  const ledger = createLedger(parts.from);
  let batch: Batch | undefined;
  let cursor = parts.from;
  let running = 0;
  let isIdle = false;
  let isFinished = false;

  function damaged(text: string): void {
    report({ level: 'warn', what: 'damaged', message: `${source.id}: ${text}`, sink: sink.name });
  }

  async function see(sent: Batch, settled: () => void): Promise<void> {
    if (await delivery.deliver(sent)) settled();
    batches.give(sent);
    running--;
  }

  /** Sends what there is, which is everything before a place. */
  function dispatch(end: Position): void {
    const settled = ledger.open(end);
    if (batch === undefined) return settled();
    running++;
    void see(batch, settled);
    batch = undefined;
  }

  function giveBack(): void {
    if (batch !== undefined) batches.give(batch);
    batch = undefined;
  }

  /** Takes the lines of a chunk into batches, as there is room. */
  async function take(chunk: Chunk): Promise<void> {
    for (const line of chunk.lines) {
      const encoded = sink.encode(line, source.id);
      if (encoded.kind === 'skip') {
        stats.skipped++;
        continue;
      }
      if (batch?.isFullFor(line, encoded) === true) dispatch(chunk.at(line.offset));
      batch ??= await batches.take(stop);
      if (batch === undefined) return;
      batch.add(line, source.id, encoded);
      if (encoded.kind === 'entry' && encoded.shortened === true) stats.shortened++;
    }
    cursor = chunk.end;
    if (batch === undefined) dispatch(cursor);
  }

  /** A batch is sent when nothing more comes at the moment and its first line has waited long enough. */
  async function rest(reader: Reader): Promise<void> {
    const ended = reader.ended();
    if (batch === undefined || cursor === undefined) {
      isIdle = ledger.size === 0;
      isFinished = ended && isIdle;
      if (!isFinished) await pause(pollMs, stop);
      return;
    }
    const waited = performance.now() - batch.since;
    if (ended || hurried() || batch.entries.length === 0 || waited >= sink.limits.lingerMs) dispatch(cursor);
    else await pause(Math.min(pollMs, sink.limits.lingerMs - waited), stop);
  }

  async function step(reader: Reader): Promise<void> {
    const chunk = reader.next();
    if (chunk === undefined) return rest(reader);
    isIdle = false;
    await take(chunk);
    await new Promise(setImmediate);
  }

  async function run(): Promise<void> {
    const goesOn = (): boolean => !stop.aborted && !isFinished;
    while (goesOn()) {
      let reader: Reader | undefined;
      try {
        reader = source.open(cursor, damaged);
        while (goesOn()) await step(reader);
      } catch (error) {
        damaged(`cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
        await pause(pollMs * 10, stop);
      } finally {
        reader?.close();
      }
    }
    giveBack();
  }

  return {
    get acked() {
      return ledger.acked;
    },
    get isIdle() {
      return isIdle && ledger.size === 0;
    },
    get isFinished() {
      return isFinished;
    },
    get pending() {
      return running;
    },
    done: run(),
  };
}
