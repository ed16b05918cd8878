import { closeSync, existsSync, fstatSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DEAD_LETTERS, FILE_MODE } from '../state/file-names.ts';
import { makeFolder } from '../state/folder.ts';
import type { Rejected } from './batch.ts';

/** The file of the lines that a target refuses. */
export interface DeadLetters {
  /** Returns once the lines are on the disk. @throws the system's error */
  put(lines: readonly Rejected[]): void;
}

const MAX_BYTES = 67_108_864;

/**
 * Opens the dead-letter file of a sink. At 64 MiB the file is renamed to `<sink>.1.ndjson`.
 *
 * @param onDiscard - called when an older file of that name was replaced
 */
export function openDeadLetters(root: string, sink: string, onDiscard: () => void): DeadLetters {
  const folder = join(root, DEAD_LETTERS);
  const path = join(folder, `${sink}.ndjson`);
  return {
    put(lines) {
      makeFolder(folder);
      const time = new Date().toISOString();
      const text = lines.map(({ entry, reason }) => {
        const { source, file, offset, time: lineTime, line } = entry;
        return JSON.stringify({ '@timestamp': time, sink, reason, source, file, offset, time: lineTime, line });
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
      const isReplaced = existsSync(previous);
      renameSync(path, previous);
      if (isReplaced) onDiscard();
    },
  };
}
