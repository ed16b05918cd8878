import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILE_MODE, isDiskFull, WRITER_FILE } from './file-names.ts';
import { makeFolder } from './folder.ts';
import { currentProcess, type Liveness, livenessOf, parseIdentity } from './process-identity.ts';

const CLOSED = '{"closed":true}';

/**
 * Creates a writer's folder and records this process in it. On a full disk the record is written later, by {@link
 * touchFolder}.
 * @throws the system's error
 */
export function claimFolder(folder: string): void {
  makeFolder(folder);
  try {
    writeFileSync(join(folder, WRITER_FILE), JSON.stringify(currentProcess()), { mode: FILE_MODE });
  } catch (error) {
    if (!isDiskFull(error)) throw error;
  }
}

/** Marks the writer as alive. A folder that was deleted is created again. */
export function touchFolder(folder: string): void {
  if (writerLiveness(folder) === 'unknown') return claimFolder(folder);
  const now = new Date();
  utimesSync(join(folder, WRITER_FILE), now, now);
}

/** Marks the writer as closed, though its process may live on. @throws the system's error */
export function closeFolder(folder: string): void {
  writeFileSync(join(folder, WRITER_FILE), CLOSED, { mode: FILE_MODE });
}

/** Whether the process that writes a folder still runs. */
export function writerLiveness(folder: string): Liveness {
  let text: string;
  try {
    text = readFileSync(join(folder, WRITER_FILE), 'utf8');
  } catch {
    return 'unknown';
  }
  if (text === CLOSED) return 'gone';
  const writer = parseIdentity(text);
  return writer === undefined ? 'unknown' : livenessOf(writer);
}
