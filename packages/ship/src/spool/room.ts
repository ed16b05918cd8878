import { rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { listSegments, listWriters } from './layout.ts';
import { countUnsent } from './unsent.ts';
import { writerFate } from './writer-file.ts';

interface Segment {
  readonly folder: string;
  readonly name: string;
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** Space that the segments below a spool's folder take. */
export interface Room {
  /** Bytes of all segments, of every writer. */
  measure(): number;
  /**
   * Deletes the oldest segment that nobody writes.
   * @returns what it held; `undefined` when there is none
   */
  dropOldest(): { bytes: number; unsentLines: number } | undefined;
}

function segmentsOf(root: string): Segment[] {
  return listWriters(root).flatMap((writer) => {
    const folder = join(root, writer);
    return listSegments(folder).flatMap((name) => {
      try {
        const { size, mtimeMs } = statSync(join(folder, name));
        return [{ folder, name, bytes: size, mtimeMs }];
      } catch {
        return [];
      }
    });
  });
}

/** The last segment of a writer that may live is open; all before it are complete. */
function complete(segments: readonly Segment[]): Segment[] {
  return segments.filter(
    ({ folder }, index) => segments[index + 1]?.folder === folder || writerFate(folder) === 'gone',
  );
}

/** Space is free at once, also while somebody has the file open. */
function discard(path: string): void {
  try {
    truncateSync(path);
  } catch {
    // Another process has deleted it.
  }
  rmSync(path, { force: true });
}

/** The spool of all processes that write below `root`. */
export function createRoom(root: string): Room {
  return {
    measure: () => segmentsOf(root).reduce((sum, { bytes }) => sum + bytes, 0),
    dropOldest() {
      const oldest = complete(segmentsOf(root)).toSorted((a, b) => a.mtimeMs - b.mtimeMs)[0];
      if (oldest === undefined) return undefined;
      const unsentLines = countUnsent(oldest.folder, oldest.name);
      discard(join(oldest.folder, oldest.name));
      return { bytes: oldest.bytes, unsentLines };
    },
  };
}
