import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { FILE_MODE } from '../spool/layout.ts';

/** A place between two lines. */
export interface Position {
  /** Name of the file. */
  readonly file: string;
  /** Bytes before the place. */
  readonly offset: number;
  /** What a file that others rotate began with when it was read. */
  readonly mark?: string;
}

/** What a checkpoint file says. */
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

/** True for the names of checkpoint files. */
export function isCheckpoint(name: string): boolean {
  return name.startsWith(PREFIX) && name.endsWith('.json');
}

const sumOf = ({ file, offset, mark = '' }: Position): number => crc32(`${file}:${offset}${mark}`);

/** Replaces a file so that after a crash or a power cut it holds the old text or the new one, never half of it. */
function replaceFile(path: string, text: string): void {
  const temporary = `${path}.tmp`;
  const file = openSync(temporary, 'w', FILE_MODE);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  syncFolder(dirname(path));
}

/** A renamed file is durable when its folder is; some systems cannot open folders. */
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

/** Writes how far a sink is. */
export function saveCheckpoint(folder: string, sink: string, position: Position): void {
  replaceFile(join(folder, checkpointName(sink)), JSON.stringify({ ...position, sum: sumOf(position) }));
}

/** Reads how far a sink is. A file that is empty, torn or damaged is a problem to report, and reading starts over. */
export function loadCheckpoint(path: string): LoadedCheckpoint {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { position: undefined, ...(missing ? {} : { problem: 'the checkpoint cannot be read' }) };
  }
  if (text === '') return { position: undefined, problem: 'the checkpoint is empty' };
  try {
    const { file, offset, mark, sum } = JSON.parse(text) as Record<string, unknown>;
    if (typeof file === 'string' && Number.isSafeInteger(offset) && (offset as number) >= 0) {
      const position = { file, offset: offset as number, ...(typeof mark === 'string' ? { mark } : {}) };
      if (sum === sumOf(position)) return { position };
    }
  } catch {
    // Said below.
  }
  return { position: undefined, problem: 'the checkpoint is damaged' };
}
