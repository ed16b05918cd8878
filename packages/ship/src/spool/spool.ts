import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { SpanlineError } from '@spanline/record';
import type { Report, SinkStats } from '../engine/types.ts';
import { type Host, startHost } from '../host/host.ts';
import { type Appender, createAppender } from './append.ts';
import { atExit } from './at-exit.ts';
import { createLosses, type Losses, noticeLine } from './notices.ts';
import { type ResolvedSpoolOptions, resolveSpoolOptions, type SpoolOptions } from './options.ts';
import { createRoom } from './room.ts';
import { createSegmentWriter, type SegmentWriter } from './segment-writer.ts';
import { claimFolder, leaveFolder, touchFolder } from './writer-file.ts';

/** What a spool has done. */
export interface SpoolStats {
  /** Lines in the spool's files since the start. */
  writtenLines: number;
  /** Lines that were lost because the spool or the disk was full. */
  droppedLines: number;
  /** Lines that could not be written for another reason. */
  failedLines: number;
  /** By name of the sink; at most a second old. */
  sinks: Readonly<Record<string, SinkStats>>;
}

/** A destination of pino that keeps lines on the disk until they are sent. */
export interface Spool {
  /** The folder that this process writes. */
  readonly file: string;
  /** What pino knows a stream by. */
  readonly writable: true;
  /** Appends a line. When it has returned, the line survives the end of the process. Never throws. */
  write(line: string): boolean;
  /** Brings what was written to the disk; pino's `flush`. */
  flush(done?: (error?: Error) => void): void;
  flushSync(): void;
  stats(): SpoolStats;
  /**
   * Waits until everything in the spool is stored by every sink; for programs that end soon, and functions that are frozen.
   * @param timeoutMs - @defaultValue 10,000
   * @returns false when that took too long; nothing is lost then, and the next process sends it
   */
  drain(timeoutMs?: number): Promise<boolean>;
  /** Drains, then ends the worker thread and the files. Lines written later are lost and counted. */
  close(timeoutMs?: number): Promise<boolean>;
}

const HEARTBEAT_MS = 10_000;
const DRAIN_MS = 10_000;
const STOP_MS = 5000;

interface Parts {
  readonly folder: string;
  readonly options: ResolvedSpoolOptions;
  readonly writer: SegmentWriter;
  readonly appender: Appender;
  readonly losses: Losses;
}

function open(options: ResolvedSpoolOptions): Parts {
  const root = resolve(options.dir);
  const folder = join(root, `writer-${process.pid}-${randomBytes(5).toString('hex')}`);
  try {
    claimFolder(folder);
    const writer = createSegmentWriter(folder);
    const losses = createLosses(options.whenFull);
    return {
      folder,
      options,
      writer,
      losses,
      appender: createAppender({ writer, room: createRoom(root), losses, options }),
    };
  } catch (cause) {
    throw new SpanlineError({
      code: 'ERR_SPOOL',
      option: 'dir',
      expected: 'a folder that can be written',
      got: options.dir,
      cause,
    });
  }
}

/** The part of a spool that writes. */
interface Running {
  readonly writtenLines: number;
  write(line: string): boolean;
  flush(done?: (error?: Error) => void): void;
  flushSync(): void;
  stop(): void;
}

/** Appends, syncs and says what was lost. */
function run({ folder, options, writer, appender, losses }: Parts): Running {
  const { fsyncIntervalMs } = options;
  let writtenLines = 0;
  let isDirty = false;
  let isClosed = false;

  function sayLosses(atOnce: boolean): void {
    const notice = losses.notice(atOnce);
    if (notice === undefined) return;
    losses.noticed(appender.append(notice, true));
    process.emitWarning('log lines were lost: the spool was full or could not be written', {
      type: 'SpanlineWarning',
      code: 'SPANLINE_SPOOL_LOST',
    });
  }

  function syncNow(): void {
    isDirty = false;
    try {
      writer.syncNow();
    } catch {
      isDirty = true;
    }
  }

  function onTick(): void {
    sayLosses(false);
    if (!isDirty || isClosed) return;
    isDirty = false;
    writer.sync((error) => void (isDirty ||= error !== null));
  }

  /** A folder that somebody deleted is made again; what was in it is lost. */
  function onHeartbeat(): void {
    try {
      touchFolder(folder);
      if (!writer.isLinked()) writer.rotate();
    } catch (error) {
      losses.failed(error);
    }
  }

  const tickMs = fsyncIntervalMs === 0 ? HEARTBEAT_MS : fsyncIntervalMs;
  const timers = [setInterval(onTick, tickMs), setInterval(onHeartbeat, HEARTBEAT_MS)];
  for (const timer of timers) timer.unref();
  const forget = atExit(() => sayLosses(true));

  return {
    get writtenLines() {
      return writtenLines;
    },
    write(line) {
      if (isClosed) {
        losses.failed({ code: 'closed' });
        return true;
      }
      if (appender.append(line)) writtenLines++;
      if (fsyncIntervalMs === 0) syncNow();
      else isDirty = true;
      if (losses.droppedLines + losses.failedLines > 0) sayLosses(false);
      return true;
    },
    flush(done) {
      writer.sync((error) => (error === null ? done?.() : done?.(error)));
    },
    flushSync: syncNow,
    stop() {
      if (isClosed) return;
      forget();
      sayLosses(true);
      isClosed = true;
      for (const timer of timers) clearInterval(timer);
      syncNow();
      try {
        writer.close();
        leaveFolder(folder);
      } catch {
        // The next shipper finds out by the process that is gone.
      }
    },
  };
}

/** News of the shipper stand in the log; what an operator must do is a warning of the process as well. */
function createReporter(write: (line: string) => unknown): (report: Report) => void {
  return ({ level, what, message, sink, lines }) => {
    write(
      noticeLine(level, message, {
        'spanline.ship.event': what,
        ...(sink === undefined ? {} : { 'spanline.ship.sink': sink }),
        ...(lines === undefined ? {} : { 'spanline.ship.lines': lines }),
      }),
    );
    if (level === 'error') process.emitWarning(message, { type: 'SpanlineWarning', code: 'SPANLINE_SHIP' });
  };
}

/**
 * A pino destination that loses nothing: each line is appended to a file in the same tick, and a worker thread sends the files to every sink in `to`. When a log call has returned,
 * its line survives a crash, SIGKILL and any outage of a target, up to `maxBytes`. What a process leaves behind the next one on the same folder sends.
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
  const resolved = resolveSpoolOptions(options);
  const parts = open(resolved);
  const running = run(parts);
  const host: Host | undefined =
    resolved.to.length === 0
      ? undefined
      : startHost({
          root: resolve(resolved.dir),
          own: parts.folder.slice(parts.folder.lastIndexOf('writer-')),
          sinks: resolved.to,
          report: createReporter(running.write),
        });
  const drain = (timeoutMs = DRAIN_MS): Promise<boolean> => host?.drain(timeoutMs) ?? Promise.resolve(false);
  return {
    file: parts.folder,
    writable: true,
    write: running.write,
    flush: running.flush,
    flushSync: running.flushSync,
    stats: () => ({
      writtenLines: running.writtenLines,
      droppedLines: parts.losses.droppedLines,
      failedLines: parts.losses.failedLines,
      sinks: host?.stats() ?? {},
    }),
    drain,
    async close(timeoutMs = DRAIN_MS) {
      running.stop();
      const drained = await drain(timeoutMs);
      await host?.stop(STOP_MS);
      return drained;
    },
  };
}
