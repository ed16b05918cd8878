import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Position } from '../contracts/position.ts';
import { replaceFile } from './replace-file.ts';

/** Content of a checkpoint file. */
export interface LoadedCheckpoint {
  readonly position: Position | undefined;
  /** Why the file could not be used. */
  readonly problem?: string;
}

const PREFIX = 'checkpoint-';

/** Name of a sink's checkpoint file. */
export function checkpointName(sink: string): string {
  return `${PREFIX}${sink}.json`;
}

/** Whether a file name is that of a checkpoint. */
export function isCheckpoint(name: string): boolean {
  return name.startsWith(PREFIX) && name.endsWith('.json');
}

/** The sink of a checkpoint file. */
export function sinkOf(name: string): string {
  return name.slice(PREFIX.length, -'.json'.length);
}

function checksum({ file, offset, fingerprint = '' }: Position): number {
  return crc32(`${file}:${offset}${fingerprint}`);
}

/**
 * Saves how far a sink has come.
 *
 * @param isDurable - false if a power cut may take it: nothing was stored yet
 * @throws the system's error
 */
export function saveCheckpoint(folder: string, sink: string, position: Position, isDurable = true): void {
  const json = JSON.stringify({ ...position, sum: checksum(position) });
  replaceFile(join(folder, checkpointName(sink)), json, { isDurable });
}

/** Loads how far a sink has come. A file that is empty, torn or damaged has no position and a problem to report. */
export function loadCheckpoint(path: string): LoadedCheckpoint {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { position: undefined, ...(isMissing ? {} : { problem: 'the checkpoint cannot be read' }) };
  }
  if (text === '') return { position: undefined, problem: 'the checkpoint is empty' };
  try {
    const { file, offset, fingerprint, sum } = JSON.parse(text) as Record<string, unknown>;
    if (typeof file === 'string' && Number.isSafeInteger(offset) && (offset as number) >= 0) {
      const position = {
        file,
        offset: offset as number,
        ...(typeof fingerprint === 'string' ? { fingerprint } : {}),
      };
      if (sum === checksum(position)) return { position };
    }
  } catch {
    // Reported below.
  }
  return { position: undefined, problem: 'the checkpoint is damaged' };
}
