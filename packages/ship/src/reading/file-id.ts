import { type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Identifies a file on this machine, whatever its name. */
export function fileId({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `file-${dev}-${ino}`;
}

/** Whether something is on the disk of a file. */
export function isOnDisk(id: string, { dev }: { readonly dev: number }): boolean {
  return id.startsWith(`file-${dev}-`);
}

const QUIET = { throwIfNoEntry: false } as const;

/** A system that does not know when a file was created says 0, or the time of its last change. */
function isBirthKnown(stats: Stats | undefined): boolean {
  return stats !== undefined && stats.birthtimeMs > 0 && stats.birthtimeMs < stats.ctimeMs;
}

/**
 * Whether a file was created at another time than the one that had its inode before: that was deleted.
 *
 * @param bornAt - when the other one was created, in milliseconds since the epoch; 0 if that is not known
 * @param path - of either file
 */
export function isLaterFile(stats: Stats, bornAt: number, path: string): boolean {
  if (bornAt === 0 || bornAt === stats.birthtimeMs) return false;
  // A file that was not changed since it was created looks like one of which this is not known: its folder knows.
  return isBirthKnown(stats) || (stats.birthtimeMs > 0 && isBirthKnown(statSync(dirname(path), QUIET)));
}

/** Whether the path of a file that was found still belongs to it. */
export function isSameFile(stats: Stats, found: Stats, path: string): boolean {
  return fileId(stats) === fileId(found) && !isLaterFile(stats, found.birthtimeMs, path);
}
