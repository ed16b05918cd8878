import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { claimFolder, closeFolder, touchFolder } from '../state/writer-file.ts';
import { type AppendParts, createAppender } from './append.ts';
import { atExit } from './at-exit.ts';
import { createDiskBudget } from './disk-budget.ts';
import { createLossReport } from './loss-report.ts';
import { createSegmentWriter } from './segment-writer.ts';

/** Options of {@link openSpoolWriter}. */
export interface SpoolWriterOptions {
  /** Absolute path of the spool's folder. */
  readonly root: string;
  readonly append: AppendParts['options'];
  /** Milliseconds between two fsync; 0 = after each line. */
  readonly fsyncIntervalMs: number;
}

/** The writing half of a spool: appends lines, syncs them and reports losses. */
export interface SpoolWriter {
  /** Name of the folder below `root` that this writer owns. */
  readonly name: string;
  readonly writtenLines: number;
  readonly droppedLines: number;
  readonly failedLines: number;
  write(line: string): boolean;
  flush(done?: (error?: Error) => void): void;
  flushSync(): void;
  stop(): void;
}

const HEARTBEAT_MS = 10_000;

/** Creates a folder for this process and opens its first segment. @throws the system's error */
export function openSpoolWriter({ root, append, fsyncIntervalMs }: SpoolWriterOptions): SpoolWriter {
  const name = `writer-${process.pid}-${randomBytes(5).toString('hex')}`;
  const folder = join(root, name);
  claimFolder(folder);
  const writer = createSegmentWriter(folder);
  const losses = createLossReport(append.whenFull);
  const appender = createAppender({ writer, budget: createDiskBudget(root), losses, options: append });
  let writtenLines = 0;
  let isDirty = false;
  let isClosed = false;

  function reportLosses(atOnce: boolean): void {
    const line = losses.nextLine(atOnce);
    if (line === undefined) return;
    losses.attempted(appender.append(line, true));
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
    reportLosses(false);
    if (!isDirty || isClosed) return;
    isDirty = false;
    writer.sync((error) => void (isDirty ||= error !== null));
  }

  /** Creates a folder that somebody deleted again; what it contained is lost. */
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
  const removeExitHook = atExit(() => reportLosses(true));

  return {
    name,
    get writtenLines() {
      return writtenLines;
    },
    get droppedLines() {
      return losses.droppedLines;
    },
    get failedLines() {
      return losses.failedLines;
    },
    write(line) {
      if (isClosed) {
        losses.failed({ code: 'closed' });
        return true;
      }
      if (appender.append(line)) writtenLines++;
      if (fsyncIntervalMs === 0) syncNow();
      else isDirty = true;
      if (losses.droppedLines + losses.failedLines > 0) reportLosses(false);
      return true;
    },
    flush(done) {
      writer.sync((error) => (error === null ? done?.() : done?.(error)));
    },
    flushSync: syncNow,
    stop() {
      if (isClosed) return;
      removeExitHook();
      reportLosses(true);
      isClosed = true;
      for (const timer of timers) clearInterval(timer);
      syncNow();
      try {
        writer.close();
        closeFolder(folder);
      } catch {
        // The next shipper notices that the process is gone.
      }
    },
  };
}
