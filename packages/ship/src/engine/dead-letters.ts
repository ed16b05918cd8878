import { closeSync, existsSync, fstatSync, fsyncSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
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
/** Letters are taken out of the way once; more often only by mistake. */
const MAX_ATTEMPTS = 5;

/**
 * Appends to a file of this path.
 *
 * @returns its size; `undefined` if another process moved the file meanwhile and may have read it before the end
 */
function append(path: string, content: Buffer): number | undefined {
  const file = openSync(path, 'a', FILE_MODE);
  try {
    for (let written = 0; written < content.length;) written += writeSync(file, content, written);
    fsyncSync(file);
    const { ino, size } = fstatSync(file);
    return statSync(path, { throwIfNoEntry: false })?.ino === ino ? size : undefined;
  } finally {
    closeSync(file);
  }
}

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
      const content = Buffer.from(`${text.join('\n')}\n`);
      let bytes: number | undefined;
      for (let attempt = 0; bytes === undefined && attempt < MAX_ATTEMPTS; attempt++) bytes = append(path, content);
      if (bytes === undefined || bytes < MAX_BYTES) return;
      const previous = join(folder, `${sink}.1.ndjson`);
      const isReplaced = existsSync(previous);
      renameSync(path, previous);
      if (isReplaced) onDiscard();
    },
  };
}
