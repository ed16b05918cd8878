import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fateOf, parseIdentity, selfIdentity } from '../state/identity.ts';
import { makeFolder } from './folder.ts';
import { FILE_MODE, isDiskFull, WRITER_FILE } from './layout.ts';

/** Says in a folder that this process writes there; on a full disk later, when there is room. @throws the system's error */
export function claimFolder(folder: string): void {
  makeFolder(folder);
  try {
    writeFileSync(join(folder, WRITER_FILE), JSON.stringify(selfIdentity()), { mode: FILE_MODE });
  } catch (error) {
    if (!isDiskFull(error)) throw error;
  }
}

/** Says that the writer lives; a folder that was deleted is made again. */
export function touchFolder(folder: string): void {
  if (writerFate(folder) === 'unknown') return claimFolder(folder);
  const now = new Date();
  utimesSync(join(folder, WRITER_FILE), now, now);
}

/** The writer will write no more, though its process may live on. @throws the system's error */
export function leaveFolder(folder: string): void {
  writeFileSync(join(folder, WRITER_FILE), JSON.stringify({ closed: true }), { mode: FILE_MODE });
}

/** Whether the process that writes a folder still runs; `unknown` for one of another machine or container. */
export function writerFate(folder: string): 'alive' | 'gone' | 'unknown' {
  let text: string;
  try {
    text = readFileSync(join(folder, WRITER_FILE), 'utf8');
  } catch {
    return 'unknown';
  }
  if (text === '{"closed":true}') return 'gone';
  const writer = parseIdentity(text);
  return writer === undefined ? 'unknown' : fateOf(writer);
}
