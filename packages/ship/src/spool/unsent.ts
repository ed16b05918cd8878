import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { earlier, type Position } from '../contracts/position.ts';
import { isCheckpoint, loadCheckpoint } from '../state/checkpoint.ts';

const NEWLINE = 10;
const CHUNK_BYTES = 262_144;

/** Position of the slowest sink; `undefined` while a sink has no valid checkpoint, or none has one. */
function slowestOf(folder: string): Position | undefined {
  const positions = readdirSync(folder)
    .filter(isCheckpoint)
    .map((name) => loadCheckpoint(join(folder, name)).position);
  return positions.reduce((a, b) => (a === undefined || b === undefined ? undefined : earlier(a, b)), positions[0]);
}

function countLines(path: string, from: number): number {
  const file = openSync(path, 'r');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let lines = 0;
  try {
    for (let at = from; ;) {
      const bytes = readSync(file, chunk, 0, CHUNK_BYTES, at);
      if (bytes === 0) return lines;
      for (
        let index = chunk.indexOf(NEWLINE);
        index !== -1 && index < bytes;
        index = chunk.indexOf(NEWLINE, index + 1)
      ) {
        lines++;
      }
      at += bytes;
    }
  } finally {
    closeSync(file);
  }
}

/**
 * Counts the lines of a segment that some sink has not stored, according to the checkpoints; 0 when the file is gone.
 */
export function countUnsent(folder: string, segment: string): number {
  try {
    const reached = slowestOf(folder);
    if (reached === undefined || reached.file < segment) return countLines(join(folder, segment), 0);
    return reached.file > segment ? 0 : countLines(join(folder, segment), reached.offset);
  } catch {
    return 0;
  }
}
