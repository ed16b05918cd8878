import type { Position } from '../state/checkpoint.ts';
import type { Refused } from './dead-letters.ts';
import type { Delivery } from './delivery.ts';
import { createLedger } from './ledger.ts';
import type { Entry, Reader, Report, Sink, SinkStats, Source, SourceLine } from './types.ts';

/** What a lane works with. */
export interface LaneParts {
  readonly source: Source;
  readonly sink: Sink;
  readonly delivery: Delivery;
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

interface Batch {
  readonly entries: Entry[];
  readonly refused: Refused[];
  bytes: number;
  since: number;
}

const emptyBatch = (): Batch => ({ entries: [], refused: [], bytes: 0, since: 0 });
/** One batch is made while the others are on their way. */
const SPARE = 1;

function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    stop.addEventListener('abort', wake, { once: true });
  });
}

/** Reads, batches and delivers until it is stopped. Never rejects. */
export function startLane(parts: LaneParts): Lane {
  const { source, sink, delivery, stats, pollMs, report, stop, hurried } = parts;
  const ledger = createLedger(parts.from);
  const window = sink.limits.concurrency + SPARE;
  let batch = emptyBatch();
  let cursor = parts.from;
  let running = 0;
  let isIdle = false;
  let isFinished = false;
  let moved: () => void = () => {};

  function damaged(text: string): void {
    report({ level: 'warn', what: 'damaged', message: `${source.id}: ${text}`, sink: sink.name });
  }

  async function dispatch(): Promise<void> {
    if (cursor === undefined) return;
    const { entries, refused } = batch;
    batch = emptyBatch();
    const settled = ledger.open(cursor);
    const run = async (): Promise<void> => {
      const kept = await delivery.refuse(refused);
      if (kept && (entries.length === 0 || (await delivery.deliver(entries)))) settled();
      running--;
      moved();
    };
    running++;
    void run();
    while (ledger.size >= window && !stop.aborted) await nextMove();
  }

  function nextMove(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        stop.removeEventListener('abort', wake);
        resolve();
      };
      moved = wake;
      stop.addEventListener('abort', wake, { once: true });
    });
  }

  async function take(line: SourceLine): Promise<void> {
    const encoded = sink.encode(line, source.id);
    if (encoded.kind === 'entry') {
      const bytes = Buffer.byteLength(encoded.body);
      const { limits } = sink;
      if (batch.entries.length > 0 && (batch.bytes + bytes > limits.bytes || batch.entries.length >= limits.entries)) {
        await dispatch();
      }
      if (batch.entries.length === 0) batch.since = performance.now();
      batch.entries.push({ line, source: source.id, body: encoded.body, bytes });
      batch.bytes += bytes;
      if (encoded.shortened === true) stats.shortened++;
    } else if (encoded.kind === 'reject') {
      batch.refused.push({ line, source: source.id, reason: encoded.reason });
    } else stats.skipped++;
    cursor = { ...line.position, offset: line.end };
  }

  /** A batch is sent when nothing more comes at the moment and its first line has waited long enough. */
  async function rest(reader: Reader): Promise<void> {
    const isEmpty = batch.entries.length === 0 && batch.refused.length === 0;
    const ended = reader.ended();
    if (isEmpty) {
      if (cursor !== undefined && ledger.size === 0 && ledger.acked !== cursor) await dispatch();
      isIdle = ledger.size === 0;
      isFinished = ended && isIdle;
      if (!isFinished) await pause(pollMs, stop);
      return;
    }
    const waited = performance.now() - batch.since;
    if (ended || hurried() || batch.entries.length === 0 || waited >= sink.limits.lingerMs) await dispatch();
    else await pause(Math.min(pollMs, sink.limits.lingerMs - waited), stop);
  }

  async function step(reader: Reader): Promise<void> {
    const chunk = reader.next();
    if (chunk === undefined) return rest(reader);
    isIdle = false;
    for (const line of chunk.lines) {
      await take(line);
      if (stop.aborted) return;
    }
    cursor = chunk.end;
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
