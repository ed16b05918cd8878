import { closeSync } from 'node:fs';

/** Where the bytes of a file are. */
export interface OpenFile {
  readonly handle: number;
  readonly path: string;
}

/** An open file that several readers use. It is read at positions, so that they do not disturb one another. */
export interface SharedFile extends OpenFile {
  /** Goes on with a copy of the file. */
  moveTo(copy: OpenFile): void;
  /** Adds a user. */
  retain(): void;
  /** Removes a user. The last one closes the file. */
  release(): void;
}

/** Shares an open file. The caller is its first user. */
export function shareFile(file: OpenFile): SharedFile {
  let current = file;
  let users = 1;
  return {
    get handle() {
      return current.handle;
    },
    get path() {
      return current.path;
    },
    moveTo(copy) {
      closeSync(current.handle);
      current = copy;
    },
    retain: () => void users++,
    release() {
      if (--users === 0) closeSync(current.handle);
    },
  };
}
