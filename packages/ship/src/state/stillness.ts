import { statSync } from 'node:fs';

/** Tells how long a file has not been touched, by this process's own clock that only runs forward. */
export interface Stillness {
  /** Milliseconds since a change of the file was last seen; 0 at the first look, `Infinity` for a file that is not there. */
  stillMs(path: string): number;
}

/** A machine's wall clock may jump, so a file's own time is compared with itself only. */
export function watchStillness(): Stillness {
  const seen = new Map<string, { mtimeMs: number; since: number }>();
  return {
    stillMs(path) {
      let mtimeMs: number;
      try {
        ({ mtimeMs } = statSync(path));
      } catch {
        seen.delete(path);
        return Infinity;
      }
      const before = seen.get(path);
      if (before?.mtimeMs === mtimeMs) return performance.now() - before.since;
      seen.set(path, { mtimeMs, since: performance.now() });
      return 0;
    },
  };
}
