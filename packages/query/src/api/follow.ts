/** Traces of files that grow. Each byte is read once; a file that does not hold any more what was read ends it. */

import { createTraceCollector, type TraceSummary } from '../answers/index.ts';
import { type Filter, toTest } from '../filter/index.ts';
import { createBadLineCounter, lineAt, type LogFile } from '../lines/index.ts';
import { type ReadOptions, readRecord, type ReadRecord, readRecords } from '../records/index.ts';
import { findTraces, type IndexedSource } from './indexed.ts';
import type { FollowedTraces } from './query.ts';
import { LIST_KEYS, readerOf } from './scan.ts';

/** Bytes at the start of a file that distinguish it from the content that replaced it. */
const HEAD_BYTES = 256;
/** Most bytes of a text without a line feed that may be a line. */
const MAX_REST = 1_048_576;

/** How far a file was read. */
interface Place {
  end: number;
  readonly head: Buffer;
  /** Of a compressed file, which does not grow. */
  readonly stamp: string | undefined;
}

const keyOf = ({ id, path }: LogFile): string => id ?? path;

const placeOf = (file: LogFile, end: number): Place => ({
  end,
  head: file.readAt(0, Math.min(HEAD_BYTES, file.isCompressed ? HEAD_BYTES : end)),
  stamp: file.isCompressed ? file.stamp() : undefined,
});

/** The file holds what was read of it. */
function isSame(file: LogFile, { end, head, stamp }: Place): boolean {
  if (stamp !== undefined) return file.stamp() === stamp;
  return file.size() >= end && file.readAt(0, head.length).equals(head);
}

/** The text after the last line feed, if it is a line: it may be the last one of a program that ended. */
function lastLine(file: LogFile, from: number): ReadRecord | undefined {
  const length = file.size() - from;
  if (file.isCompressed || length <= 0 || length > MAX_REST) return undefined;
  const line = lineAt(file.readAt(from, length), from);
  return line && readRecord(file, line);
}

/** Follows the files of a source. */
export function followLog(indexed: IndexedSource, filter: Filter): FollowedTraces {
  const { source } = indexed;
  const passes = toTest(filter);
  const collector = createTraceCollector();
  const places = new Map<string, Place>();
  const bad = createBadLineCounter();
  const count = { lines: 0, badLines: 0 };
  let isBegun = false;
  let isOver = false;

  const add = (read: ReadRecord): void => collector.add(read, passes(read.record));

  async function* readFile(file: LogFile, options: ReadOptions, done: number, totalBytes: number) {
    const { signal, onProgress } = options;
    const known = places.get(keyOf(file));
    if (known !== undefined && (file.isCompressed || known.end === file.size())) return;
    const before = { ...count };
    let end = known?.end ?? 0;
    const batches = readRecords([file], {
      bad,
      signal,
      from: () => end,
      isGrowing: !file.isCompressed && source.isRepeatable,
      keys: readerOf(LIST_KEYS, filter),
      onProgress({ bytes, lines, badLines }) {
        count.lines = before.lines + lines;
        count.badLines = before.badLines + badLines;
        onProgress?.({ file: file.path, bytes: done + bytes, totalBytes, ...count });
      },
    });
    for await (const { records, end: reached } of batches) {
      records.forEach(add);
      end = reached;
      signal?.throwIfAborted();
      yield* collector.take(false);
    }
    const last = isBegun || !source.isRepeatable ? undefined : lastLine(file, end);
    if (last !== undefined) {
      add(last);
      count.lines++;
      end = last.offset + last.length;
    }
    places.set(keyOf(file), placeOf(file, end));
  }

  /** @returns false if what was read is not in the files any more */
  function areSame(files: readonly LogFile[]): boolean {
    const found = files.flatMap((file) => {
      const place = places.get(keyOf(file));
      return place === undefined ? [] : [isSame(file, place)];
    });
    return found.length === places.size && found.every(Boolean);
  }

  async function* readFiles(options: ReadOptions): AsyncGenerator<TraceSummary> {
    const files = await source.files();
    try {
      isOver ||= !areSame(files);
      if (isOver) return;
      const totalBytes = files.reduce((sum, file) => sum + file.size(), 0);
      let done = 0;
      for (const file of files) {
        yield* readFile(file, options, done, totalBytes);
        done += file.size();
      }
    } finally {
      source.bad.keepLarger(bad);
      source.release(files);
    }
  }

  async function* begin(options: ReadOptions): AsyncGenerator<TraceSummary> {
    const isIndexed = yield* findTraces(indexed, filter, collector, options, ({ files, ends, lines, bad: found }) => {
      files.forEach((file, index) => places.set(keyOf(file), placeOf(file, ends[index] ?? 0)));
      Object.assign(count, { lines, badLines: found.read().count });
    });
    if (!isIndexed) yield* readFiles(options);
  }

  return {
    async *read(options = {}) {
      if (isBegun && !source.isRepeatable) return;
      yield* isBegun ? readFiles(options) : begin(options);
      isBegun = true;
      yield* collector.takeChanged();
    },
    get isOver() {
      return isOver;
    },
  };
}
