import { isDiskFull } from './layout.ts';
import type { Losses } from './notices.ts';
import type { ResolvedSpoolOptions } from './options.ts';
import type { Room } from './room.ts';
import type { SegmentWriter } from './segment-writer.ts';

const MEASURE_INTERVAL_MS = 250;
const BLOCK_STEP_MS = 20;
const DROPS_PER_LINE = 16;
/** The process may not write files of this size; a segment of its own is another file. */
const FULL_FILE = 'EFBIG';

/** What an appender works with. */
export interface AppendParts {
  readonly writer: SegmentWriter;
  readonly room: Room;
  readonly losses: Losses;
  readonly options: Pick<ResolvedSpoolOptions, 'maxBytes' | 'segmentBytes' | 'whenFull'>;
}

/** Appends lines within the budget. */
export interface Appender {
  /**
   * Never throws.
   * @param isOwn - the spool's own line about losses, which is no loss itself
   * @returns true when the line is in the file
   */
  append(line: string, isOwn?: boolean): boolean;
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** The policy of a spool: what to do when there is no room, in the budget or on the disk. */
export function createAppender({ writer, room, losses, options }: AppendParts): Appender {
  const { maxBytes, segmentBytes, whenFull } = options;
  let used = room.measure();
  let measuredAt = performance.now();

  function measure(): void {
    used = room.measure();
    measuredAt = performance.now();
  }

  function rotate(): void {
    try {
      writer.rotate();
      measure();
    } catch {
      // The old segment goes on growing, and the next line tries again.
    }
  }

  /** Deletes one segment, the own one last. */
  function dropOne(): boolean {
    let dropped = room.dropOldest();
    if (dropped === undefined && writer.bytes > 0) {
      rotate();
      dropped = room.dropOldest();
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

  /** The shipper deletes complete segments only. */
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
        if (code === FULL_FILE && attempt === 0 && writer.bytes > 0) {
          rotate();
          continue;
        }
        if (!isDiskFull(error)) {
          losses.failed(error);
          return false;
        }
        if (whenFull === 'block') {
          sleep(BLOCK_STEP_MS);
        } else if (whenFull === 'drop-new' || attempt >= DROPS_PER_LINE || !dropOne()) {
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
