import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Position } from '../contracts/position.ts';
import { isCheckpoint, loadCheckpoint, sinkOf } from './checkpoint.ts';
import { listNames, listSegments, listWriters } from './file-names.ts';
import { writerLiveness } from './writer-file.ts';

/** State of one writer of a spool, as its files say. */
export interface WriterState {
  /** Name of its folder: `writer-<pid>-<id>`. */
  readonly name: string;
  readonly isRunning: boolean;
  /** Bytes of all segments. */
  readonly bytes: number;
  /** Bytes that wait, by name of the sink, for sinks that have worked on the folder. */
  readonly lagBytes: ReadonlyMap<string, number>;
}

/** Size of a file; 0 if there is none. */
export function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** Bytes of a writer's segments after a position. */
export function bytesAfter(folder: string, from: Position | undefined): number {
  return listSegments(folder).reduce((sum, name) => {
    if (from !== undefined && name < from.file) return sum;
    return sum + Math.max(0, sizeOf(join(folder, name)) - (name === from?.file ? from.offset : 0));
  }, 0);
}

function stateOf(root: string, name: string): WriterState {
  const folder = join(root, name);
  const lags = listNames(folder)
    .filter(isCheckpoint)
    .map((file) => [sinkOf(file), bytesAfter(folder, loadCheckpoint(join(folder, file)).position)] as const);
  const isRunning = writerLiveness(folder) !== 'gone';
  return { name, isRunning, bytes: bytesAfter(folder, undefined), lagBytes: new Map(lags) };
}

/** The writers of a spool, whoever ships it. */
export function readSpoolState(root: string): readonly WriterState[] {
  return listWriters(root).map((name) => stateOf(root, name));
}
