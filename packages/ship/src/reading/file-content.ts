import type { Position } from '../contracts/position.ts';
import { openCopy } from './copies.ts';
import { type FileOrigin, saveStart, seenStart } from './file-origin.ts';
import { extendedStart, hasPosition, isPartial, type ReadBytes, withStart } from './fingerprint.ts';
import type { SharedFile } from './shared-file.ts';

/** Where a content was found, and where its state is. */
export interface ContentParts {
  /** Where the content was found first. After a rotation the watched path belongs to another file. */
  readonly origin: FileOrigin;
  /** Folder of lock and checkpoints. */
  readonly folder: string;
  /**
   * Called once the file has another content, so that another look finds it.
   * @returns whether that content is noted, so that it is found after a restart as well
   */
  readonly onReplaced: () => boolean;
}

/** The content of a file. It stays what it is when the file gets another one: its rest is in a copy then. */
export interface Content {
  readonly file: SharedFile;
  /** Fingerprint of its first bytes, as far as they were seen. */
  readonly start: string;
  /** Nothing is appended to it: what follows its last newline is a torn line. */
  readonly isWhole: boolean;
  /** Its file has another content, and it goes on in a copy. */
  readonly isMoved: boolean;
  /** Its file has another content, and no copy of it was found. */
  readonly isAway: boolean;
  /**
   * Looks at its first bytes, if there were too few.
   *
   * @param read - what was read of the file before
   * @returns false if the file has another content now
   */
  see(read?: ReadBytes): boolean;
  /**
   * Makes sure that a place is in the file, or goes on with the copy that `copytruncate` made.
   * @returns false if the place is nowhere
   */
  locate(place: Place): boolean;
}

/** A place in a content. */
type Place = Omit<Position, 'file'>;

/** Wraps the content of an open file. */
export function openContent(file: SharedFile, isCopy: boolean, { origin, folder, onReplaced }: ContentParts): Content {
  const { watched } = origin;
  let start = seenStart(folder) ?? '0-0';
  let isWhole = isCopy;
  let isAway = false;

  function see(read?: ReadBytes): boolean {
    if (isAway || !isPartial(start)) return true;
    const more = extendedStart(file.handle, start, read);
    if (more === undefined || more === start) return more !== undefined;
    start = more;
    try {
      saveStart(folder, start);
    } catch {
      // The disk is full. The checkpoints have it as well.
    }
    return true;
  }

  function findCopy(place: Place): boolean {
    const copy = openCopy(watched, place);
    if (copy !== undefined) file.moveTo(copy);
    isWhole = copy !== undefined;
    isAway = !isWhole;
    onReplaced();
    return isWhole;
  }

  see();
  return {
    file,
    get start() {
      return start;
    },
    get isWhole() {
      return isWhole;
    },
    get isMoved() {
      return isWhole && !isCopy;
    },
    get isAway() {
      return isAway;
    },
    see,
    locate({ offset, fingerprint = '0-0' }) {
      const place = { offset, fingerprint: withStart(fingerprint, start) };
      return !isAway && (hasPosition(file.handle, place) || (!isWhole && findCopy(place)));
    },
  };
}
