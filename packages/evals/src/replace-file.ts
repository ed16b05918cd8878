/** Files that are whole or not there. */
import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file, and replaces one that is there. Whenever the process ends, the file has the old text or the new one.
 *
 * @param mode - of a new file @throws the system's error
 */
export function replaceFile(path: string, text: string, mode = 0o666): void {
  const there = statSync(path, { throwIfNoEntry: false });
  // A pipe or a device cannot be replaced.
  if (there !== undefined && !there.isFile()) return writeFileSync(path, text);
  const target = there === undefined ? path : realpathSync(path);
  const hidden = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  try {
    const file = openSync(hidden, 'w', mode);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(hidden, target);
  } catch (error) {
    rmSync(hidden, { force: true });
    throw error;
  }
}
