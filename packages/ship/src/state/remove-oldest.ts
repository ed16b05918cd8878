import { rmSync, statSync } from 'node:fs';

/** When a file or folder was changed, in milliseconds since the epoch; 0 if there is none. */
export function lastChange(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * Removes the oldest of files or folders, so that there are at most so many, and those that did not change for a time.
 *
 * @throws the system's error
 */
export function removeOldest(
  paths: readonly string[],
  max: number,
  maxAgeMs: number = Infinity,
  changedAt: (path: string) => number = lastChange,
): void {
  if (paths.length <= max && maxAgeMs === Infinity) return;
  const newestFirst = paths.map((path) => ({ path, at: changedAt(path) })).toSorted((a, b) => b.at - a.at);
  const oldest = Date.now() - maxAgeMs;
  for (const [index, { path, at }] of newestFirst.entries()) {
    if (index >= max || at < oldest) rmSync(path, { recursive: true, force: true });
  }
}
