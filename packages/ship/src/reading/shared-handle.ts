import { closeSync } from 'node:fs';

/** An open file that several readers use. It is read at positions, so that they do not disturb one another. */
export interface SharedHandle {
  readonly handle: number;
  /** Adds a user. */
  retain(): void;
  /** Removes a user. The last one closes the file. */
  release(): void;
}

/** Shares an open file. The caller is its first user. */
export function shareHandle(handle: number): SharedHandle {
  let users = 1;
  return {
    handle,
    retain: () => void users++,
    release() {
      if (--users === 0) closeSync(handle);
    },
  };
}
