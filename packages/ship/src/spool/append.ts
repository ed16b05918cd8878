import { isDiskFull } from '../state/file-names.ts';
import type { DiskBudget } from './disk-budget.ts';
import type { LossReport } from './loss-report.ts';
import type { SegmentWriter } from './segment-writer.ts';

/** Behaviour of a full spool. */
export type WhenFull = 'drop-oldest' | 'drop-new' | 'block';

/** Collaborators of an appender. */
export interface AppendParts {
  readonly writer: SegmentWriter;
  readonly budget: DiskBudget;
  readonly losses: LossReport;
  readonly options: { readonly maxBytes: number; readonly segmentBytes: number; readonly whenFull: WhenFull };
}

/** Appends lines within the disk budget. */
export interface Appender {
  /**
   * Appends a line. Never throws.
   * @param isOwn - the line reports losses, and is no loss itself when it is dropped
   * @returns true when the line is in the file
   */
  append(line: string, isOwn?: boolean): boolean;
}

const MEASURE_INTERVAL_MS = 250;
const BLOCK_STEP_MS = 20;
const MAX_DROPS_PER_LINE = 16;
/** The process may not write files of this size (`ulimit -f`); a new segment is another file. */
const FILE_TOO_LARGE = 'EFBIG';

/** Blocks the thread. */
function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Applies `whenFull` while the budget or the disk is exhausted. */
export function createAppender({ writer, budget, losses, options }: AppendParts): Appender {
  const { maxBytes, segmentBytes, whenFull } = options;
  let used = budget.usedBytes();
  let measuredAt = performance.now();

  function measure(): void {
    used = budget.usedBytes();
    measuredAt = performance.now();
  }

  function rotate(): void {
    try {
      writer.rotate();
      measure();
    } catch {
      // The old segment keeps growing; the next line tries again.
    }
  }

  /** Deletes one segment; this writer's own segment last. */
  function dropOne(): boolean {
    let dropped = budget.dropOldest();
    if (dropped === undefined && writer.bytes > 0) {
      rotate();
      dropped = budget.dropOldest();
    }
    if (dropped === undefined) return false;
    used -= dropped.bytes;
    losses.dropped(dropped.unsentLines);
    return true;
  }

  function makeRoom(bytes: number): boolean {
    if (whenFull === 'drop-new') {
      if (performance.now() - measuredAt < MEASURE_INTERVAL_MS) return false;
      measure();
      return used + bytes <= maxBytes;
    }
    measure();
    while (used + bytes > maxBytes) {
      if (whenFull === 'block') waitForShipper();
      else if (!dropOne()) return true;
    }
    return true;
  }

  /** The shipper only deletes complete segments, so the current one is completed first. */
  function waitForShipper(): void {
    if (writer.bytes > 0) rotate();
    sleep(BLOCK_STEP_MS);
    measure();
  }

  function lose(isOwn: boolean): false {
    if (!isOwn) losses.dropped(1);
    return false;
  }

  function store(line: string, isOwn: boolean): boolean {
    for (let attempt = 0; ; attempt++) {
      try {
        used += writer.append(line);
        return true;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === FILE_TOO_LARGE && attempt === 0 && writer.bytes > 0) {
          rotate();
          continue;
        }
        if (!isDiskFull(error)) {
          losses.failed(error);
          return false;
        }
        if (whenFull === 'block') {
          sleep(BLOCK_STEP_MS);
        } else if (whenFull === 'drop-new' || attempt >= MAX_DROPS_PER_LINE || !dropOne()) {
          return lose(isOwn);
        }
      }
    }
  }

  return {
    append(line, isOwn = false) {
      try {
        if (used + line.length > maxBytes && !makeRoom(line.length)) return lose(isOwn);
        const stored = store(line, isOwn);
        if (writer.bytes >= segmentBytes) rotate();
        return stored;
      } catch (error) {
        losses.failed(error);
        return false;
      }
    },
  };
}
