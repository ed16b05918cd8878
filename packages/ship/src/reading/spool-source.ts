import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Position } from '../contracts/position.ts';
import type { Chunk, Reader, Source } from '../contracts/source.ts';
import { listSegments, segmentName } from '../state/file-names.ts';
import { bytesAfter, sizeOf } from '../state/spool-state.ts';
import { type LineFile, readLineFile } from './line-file.ts';

/** Options of {@link openSpoolSource}. */
export interface SpoolSourceOptions {
  /** Folder of all writers. */
  readonly root: string;
  /** Name of the writer's folder. */
  readonly writer: string;
  /** Whether the writer will never write again. */
  readonly isGone: () => boolean;
}

/** Sorts before every real segment. */
const BEFORE_FIRST = segmentName(0);

function startReader(
  options: SpoolSourceOptions,
  from: Position | undefined,
  onProblem: (description: string) => void,
): Reader {
  const folder = join(options.root, options.writer);
  let current: (LineFile & { readonly file: string }) | undefined;
  let handle: number | undefined;
  let offset = 0;
  let ended = false;

  function leave(): void {
    if (handle !== undefined) closeSync(handle);
    handle = undefined;
    current = undefined;
  }

  function enter(file: string, at: number): NonNullable<typeof current> {
    leave();
    handle = openSync(join(folder, file), 'r');
    current = { ...readLineFile({ handle, path: file }, `${options.writer}/${file}`), file };
    offset = at;
    return current;
  }

  /** The position is ahead of the data after a power cut, or inside a line when the file was changed. */
  function resume(position: Position): void {
    const file = enter(position.file, position.offset);
    const size = file.size();
    if (position.offset > size) {
      onProblem(`the checkpoint is ${position.offset - size} bytes ahead of ${position.file}; going on at its end`);
      offset = size;
    } else if (position.offset < size && !file.startsLine(position.offset)) {
      onProblem(`the checkpoint lies inside a line of ${position.file}; reading the segment again`);
      offset = 0;
    }
  }

  function begin(segments: readonly string[]): typeof current {
    if (from !== undefined && segments.includes(from.file)) {
      resume(from);
      return current;
    }
    const next = segments.find((name) => from === undefined || name > from.file);
    return next === undefined ? undefined : enter(next, 0);
  }

  function chunkOf(file: string, lines: Chunk['lines'], end: number): Chunk {
    offset = end;
    return { lines, at: (place) => ({ file, offset: place }), end: { file, offset: end } };
  }

  function next(): Chunk | undefined {
    const file = current ?? begin(listSegments(folder));
    if (file === undefined) {
      ended = options.isGone();
      return undefined;
    }
    const complete = file.read(offset, 'open');
    if (complete.lines.length > 0) return chunkOf(file.file, complete.lines, complete.end);
    // Order matters: lines written before the writer was found gone are read afterwards.
    const isGone = options.isGone();
    const later = listSegments(folder).find((name) => name > file.file);
    if (later === undefined && !isGone) return undefined;
    const rest = file.read(offset, 'torn');
    if (rest.lines.length > 0) return chunkOf(file.file, rest.lines, rest.end);
    if (later === undefined) {
      ended = true;
      return undefined;
    }
    enter(later, 0);
    return chunkOf(later, [], 0);
  }

  return {
    next,
    ended: () => ended,
    close: leave,
  };
}

/** Opens the segments of one writer as a source. */
export function openSpoolSource(options: SpoolSourceOptions): Source {
  const folder = join(options.root, options.writer);
  return {
    id: options.writer,
    folder,
    // Without a checkpoint of a sink that has stored nothing, a full spool would not count dropped lines as lost.
    start: () => ({ file: BEFORE_FIRST, offset: 0 }),
    open: (from, onProblem) => startReader(options, from, onProblem),
    lag: (from) => bytesAfter(folder, from),
    release(slowest) {
      const isGone = options.isGone();
      const segments = listSegments(folder);
      const last = segments.at(-1);
      for (const name of segments) {
        if (name < slowest.file) rmSync(join(folder, name), { force: true });
      }
      const isEmpty =
        last === undefined || (last <= slowest.file && slowest.offset >= sizeOf(join(folder, slowest.file)));
      if (!isGone || !isEmpty) return false;
      rmSync(folder, { recursive: true, force: true });
      return true;
    },
    close: () => {},
  };
}
