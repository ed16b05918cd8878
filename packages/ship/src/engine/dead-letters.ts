import { closeSync, existsSync, fstatSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../spool/folder.ts';
import { DEAD_LETTERS, FILE_MODE } from '../spool/layout.ts';
import { lineOf, type Refused } from './batch.ts';

/** Keeps the lines that a target refuses. */
export interface DeadLetters {
  /** Returns when the lines are on the disk. @throws the system's error */
  put(lines: readonly Refused[]): void;
}

const MAX_BYTES = 67_108_864;

/** A file per sink. At 64 MiB it becomes `<sink>.1.ndjson`, and the one that had this name goes; `onDiscard` says so. */
export function openDeadLetters(root: string, sink: string, onDiscard: () => void): DeadLetters {
  const folder = join(root, DEAD_LETTERS);
  const path = join(folder, `${sink}.ndjson`);
  return {
    put(lines) {
      makeFolder(folder);
      const time = new Date().toISOString();
      const text = lines.map(({ entry, reason }) => {
        const { source, file, offset } = entry;
        return JSON.stringify({ '@timestamp': time, sink, reason, source, file, offset, line: lineOf(entry) });
      });
      const file = openSync(path, 'a', FILE_MODE);
      let bytes: number;
      try {
        const content = Buffer.from(`${text.join('\n')}\n`);
        for (let written = 0; written < content.length;) written += writeSync(file, content, written);
        fsyncSync(file);
        bytes = fstatSync(file).size;
      } finally {
        closeSync(file);
      }
      if (bytes < MAX_BYTES) return;
      const previous = join(folder, `${sink}.1.ndjson`);
      const discards = existsSync(previous);
      renameSync(path, previous);
      if (discards) onDiscard();
    },
  };
}
