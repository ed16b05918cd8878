import { rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { listSegments, listWriters } from '../state/file-names.ts';
import { writerLiveness } from '../state/writer-file.ts';
import { countUnsent } from './unsent.ts';

interface Segment {
  readonly folder: string;
  readonly name: string;
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** Disk space taken by the segments of all writers below a spool's folder. */
export interface DiskBudget {
  usedBytes(): number;
  /**
   * Deletes the oldest complete segment.
   * @returns what it contained; `undefined` when there is none
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

/** The last segment of a writer that may be alive is still being written; all before it are complete. */
function completeOf(segments: readonly Segment[]): Segment[] {
  return segments.filter(
    ({ folder }, index) => segments[index + 1]?.folder === folder || writerLiveness(folder) === 'gone',
  );
}

/** Deletes a file. It is truncated first, so that its space is free at once even while another process has it open. */
function discard(path: string): void {
  try {
    truncateSync(path);
  } catch {
    // Another process has deleted it.
  }
  rmSync(path, { force: true });
}

/** The budget of all processes that write below `root`. */
export function createDiskBudget(root: string): DiskBudget {
  return {
    usedBytes: () => segmentsOf(root).reduce((sum, { bytes }) => sum + bytes, 0),
    dropOldest() {
      const oldest = completeOf(segmentsOf(root)).toSorted((a, b) => a.mtimeMs - b.mtimeMs)[0];
      if (oldest === undefined) return undefined;
      const unsentLines = countUnsent(oldest.folder, oldest.name);
      discard(join(oldest.folder, oldest.name));
      return { bytes: oldest.bytes, unsentLines };
    },
  };
}
