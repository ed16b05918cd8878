import { fstatSync, openSync, rmSync, type Stats } from 'node:fs';
import type { Position } from '../contracts/position.ts';
import type { Source } from '../contracts/source.ts';
import { hasPackedCopy } from './copies.ts';
import { openContent } from './file-content.ts';
import { settle } from './file-origin.ts';
import { type ReaderOptions, startReader } from './file-reader.ts';
import { firstPlace } from './known-files.ts';
import { openFound } from './open-found.ts';
import type { UnpackedFile } from './packed-files.ts';
import { contentKey, type ReadFiles } from './read-files.ts';
import { shareFile } from './shared-file.ts';

/** Options of {@link openFileSource}. */
export interface FileSourceOptions extends ReaderOptions {
  /** Current path of the file. */
  readonly path: string;
  /** The file that was found at `path`. */
  readonly found: Stats;
  /** The unpacked content of a compressed file. It is read instead of the file. */
  readonly unpacked?: UnpackedFile | undefined;
  /** The file is a copy of one that is gone. */
  readonly isCopy: boolean;
  /** Files that were read and are gone. */
  readonly readFiles: ReadFiles;
}

/** A content of a log file. */
export interface FileSource extends Source {
  /** Looks at the first bytes, if there were too few to know a copy of the file. */
  see(): void;
}

/**
 * Opens a log file that another program writes and rotates. The file is opened once; it is read and identified by its
 * handle. The `file` of positions is the number of the content in its inode.
 *
 * @throws the system's error; `ESTALE` if the path has come to belong to another file since it was found
 */
export function openFileSource(options: FileSourceOptions): FileSource {
  const { found, folder, origin, path, unpacked, isCopy, readFiles, onReplaced } = options;
  const handle = unpacked === undefined ? openFound(path, found) : openSync(unpacked.content, 'r');
  const file = shareFile({ handle, path });
  const content = openContent(file, isCopy || unpacked !== undefined, options);
  let isOpen = true;

  // The fingerprint shows later whether the file was truncated, even if nothing was stored before that.
  const start = (): Position => ({ ...firstPlace(folder, content.start), ...unpacked?.from });

  return {
    id: path,
    folder,
    start,
    see() {
      try {
        if (isOpen) content.see();
      } catch {
        // A disk or a server is gone. Its reader says so.
      }
    },
    open: (from, onProblem) => startReader(options, content, from ?? start(), onProblem),
    lag(from) {
      try {
        return isOpen && !content.isAway ? Math.max(0, fstatSync(file.handle).size - (from?.offset ?? 0)) : 0;
      } catch {
        return 0;
      }
    },
    release(slowest, isFinished) {
      if (!isOpen) return false;
      const isOver = content.isWhole || content.isAway || fstatSync(file.handle).nlink === 0;
      if (!isOver) return false;
      if (!content.locate(slowest)) {
        // Its folder stays: a copy may come.
        if (isFinished) onReplaced();
        if (isFinished && !hasPackedCopy(origin.watched, content.start)) settle(folder);
        return isFinished;
      }
      const { size } = fstatSync(file.handle);
      if (slowest.offset < size) return false;
      // Only this folder shows that its file is watched, until the content that came after it has one.
      if (content.isMoved && !onReplaced()) return false;
      // It may come again as a compressed file.
      readFiles.add(contentKey(file.handle, size));
      unpacked?.end();
      rmSync(folder, { recursive: true, force: true });
      return true;
    },
    close() {
      if (isOpen) file.release();
      isOpen = false;
    },
  };
}
