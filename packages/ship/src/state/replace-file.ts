import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { FILE_MODE } from './file-names.ts';

/** A rename is durable once its folder is synced. Some systems cannot open folders. */
function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // Nothing more can be done there.
  }
}

/**
 * Replaces a file. After a crash or a power cut it holds the old text or the new text, never a mixture.
 *
 * @param options - `isDurable: false` does not wait for the disk; a power cut may then leave any text
 * @throws the system's error
 */
export function replaceFile(path: string, text: string, { isDurable = true }: { isDurable?: boolean } = {}): void {
  const temporary = `${path}.tmp`;
  const file = openSync(temporary, 'w', FILE_MODE);
  try {
    writeFileSync(file, text);
    if (isDurable) fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  if (isDurable) syncFolder(dirname(path));
}
