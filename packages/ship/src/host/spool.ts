import { resolve } from 'node:path';
import type { Report, SinkStats } from '../contracts/report.ts';
import { shipLine } from '../spool/loss-report.ts';
import { openSpoolWriter } from '../spool/spool-writer.ts';
import { withFolder } from './open-folder.ts';
import { toSinkData } from './sinks.ts';
import { resolveSpoolOptions, type SpoolOptions } from './spool-options.ts';
import { startWorkerHost } from './worker-host.ts';

/** Counters of a spool. */
export interface SpoolStats {
  /** Lines written to the spool's files since the start. */
  writtenLines: number;
  /** Lines lost because the spool or the disk was full. */
  droppedLines: number;
  /** Lines that could not be written for another reason. */
  failedLines: number;
  /** Counters by name of the sink, at most a second old. */
  sinks: Readonly<Record<string, SinkStats>>;
}

/** A pino destination that keeps lines on the disk until they are sent. */
export interface Spool {
  /** The folder that this process writes. */
  readonly file: string;
  /** Marks the object as a stream for pino. */
  readonly writable: true;
  /** Appends a line. Once it returns, the line survives the end of the process. Never throws. */
  write(line: string): boolean;
  /** Syncs what was written to the disk. pino's `flush` calls it. */
  flush(done?: (error?: Error) => void): void;
  flushSync(): void;
  stats(): SpoolStats;
  /**
   * Waits until every sink has stored everything in the spool. For programs that end soon, and for functions that are
   * frozen.
   *
   * @param timeoutMs - longest wait. @defaultValue 10,000
   * @returns false when the time was not enough; nothing is lost then, and the next process sends the rest
   */
  drain(timeoutMs?: number): Promise<boolean>;
  /** Drains, then ends the worker thread and closes the files. Lines written later are lost and counted. */
  close(timeoutMs?: number): Promise<boolean>;
}

const DRAIN_MS = 10_000;
const STOP_MS = 5000;

/** Writes reports of the shipper to the log. What an operator must fix also becomes a process warning. */
function createReporter(write: (line: string) => unknown): (report: Report) => void {
  return ({ level, what, message, sink, lines }) => {
    write(
      shipLine(level, message, {
        'spanline.ship.event': what,
        ...(sink === undefined ? {} : { 'spanline.ship.sink': sink }),
        ...(lines === undefined ? {} : { 'spanline.ship.lines': lines }),
      }),
    );
    if (level === 'error') process.emitWarning(message, { type: 'SpanlineWarning', code: 'SPANLINE_SHIP' });
  };
}

/**
 * Creates a pino destination that loses nothing. Each line is appended to a file before the log call returns, and a
 * worker thread sends the files to every sink in `to`. Lines survive crashes, SIGKILL and outages of a target, up to
 * `maxBytes`. If the process ends early, the next process on the same folder sends the rest.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`; `ERR_SPOOL` when the folder cannot be written
 * @example
 * ```ts
 * import { createLogger, createTracer } from '@spanline/core';
 * import { elasticsearch, spool } from '@spanline/ship';
 *
 * const to = [elasticsearch({ url: 'https://es.example.com:9200', apiKey: { env: 'ES_API_KEY' } })];
 * const tracer = createTracer({ logger: createLogger({}, spool({ dir: '/var/spool/rag-api', to })) });
 * ```
 */
export function spool(options: SpoolOptions): Spool {
  const { dir, to, fsyncIntervalMs, ...append } = resolveSpoolOptions(options);
  const sinks = toSinkData(to);
  const root = resolve(dir);
  const writer = withFolder(dir, () => openSpoolWriter({ root, append, fsyncIntervalMs }));
  const host =
    sinks.length === 0
      ? undefined
      : startWorkerHost({ root, own: writer.name, sinks, report: createReporter(writer.write) });
  const drain = (timeoutMs = DRAIN_MS): Promise<boolean> => host?.drain(timeoutMs) ?? Promise.resolve(false);
  return {
    file: resolve(root, writer.name),
    writable: true,
    write: writer.write,
    flush: writer.flush,
    flushSync: writer.flushSync,
    stats: () => ({
      writtenLines: writer.writtenLines,
      droppedLines: writer.droppedLines,
      failedLines: writer.failedLines,
      sinks: host?.stats() ?? {},
    }),
    drain,
    async close(timeoutMs = DRAIN_MS) {
      writer.stop();
      const drained = await drain(timeoutMs);
      await host?.stop(STOP_MS);
      return drained;
    },
  };
}
