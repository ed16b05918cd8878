import { statSync } from 'node:fs';
import { BoundedMap } from '@spanline/record';

/** Measures for how long a file has not changed. */
export interface FileActivity {
  /**
   * Milliseconds since a change of the file was last seen; 0 at the first call, `Infinity` for a file that does not
   * exist.
   */
  idleMs(path: string): number;
  /** Whether a change of the file was seen since the first call. */
  hasChanged(path: string): boolean;
}

const MAX_FILES = 20_000;

/**
 * The wall clock may jump, so a file's modification time is only compared with its own earlier value; the time between
 * is taken from a monotonic clock.
 */
export function watchFileActivity(): FileActivity {
  const seen = new BoundedMap<string, { mtimeMs: number; since: number; hasChanged: boolean }>(MAX_FILES);
  return {
    idleMs(path) {
      let mtimeMs: number;
      try {
        ({ mtimeMs } = statSync(path));
      } catch {
        seen.delete(path);
        return Infinity;
      }
      const before = seen.get(path);
      if (before?.mtimeMs === mtimeMs) return performance.now() - before.since;
      seen.set(path, { mtimeMs, since: performance.now(), hasChanged: before !== undefined });
      return 0;
    },
    hasChanged: (path) => seen.get(path)?.hasChanged === true,
  };
}
