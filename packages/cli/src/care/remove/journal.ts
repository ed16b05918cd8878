/**
 * Notes of an erasure that has begun. When the process is killed, the line that names a user may be gone, and other
 * lines of the trace may not: the next run finds them by these notes. They hold ids of traces and spans alone.
 */

import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPlainObject, list } from '@spanline/record';
import { stateFolder } from '../../state-folder.ts';
import type { Found, Subject } from './ownership.ts';

/** The notes of one subject. */
export interface Journal {
  read(): Found;
  /** Returns when the notes are on the disk. @throws the system's error */
  write(found: Found): void;
  remove(): void;
}

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

const texts = (value: unknown): string[] => list(value).filter((entry) => typeof entry === 'string');

/** Opens the notes of a subject. Nothing is written before {@link Journal.write}. */
export function openJournal({ by, id }: Subject, env: Readonly<Record<string, string | undefined>>): Journal {
  const folder = stateFolder(env);
  const path = join(folder, `erase-${createHash('sha256').update(`${by}\n${id}`).digest('hex').slice(0, 32)}.json`);
  return {
    read() {
      try {
        const notes: unknown = JSON.parse(readFileSync(path, 'utf8'));
        if (!isPlainObject(notes)) return { traceIds: [], spans: {} };
        const spans = isPlainObject(notes['spans']) ? Object.entries(notes['spans']) : [];
        return {
          traceIds: texts(notes['traceIds']),
          spans: Object.fromEntries(spans.map(([trace, ids]) => [trace, texts(ids)])),
        };
      } catch {
        return { traceIds: [], spans: {} };
      }
    },
    write(found) {
      mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
      const written = `${path}.${process.pid}`;
      writeFileSync(written, JSON.stringify(found), { mode: FILE_MODE });
      const handle = openSync(written, 'r');
      fsyncSync(handle);
      closeSync(handle);
      renameSync(written, path);
    },
    remove: () => rmSync(path, { force: true }),
  };
}
