/** Answers out of the index of a log; `undefined` where reading all lines is better. */

import { type Stats, toTrace, type Trace, type TraceCollector, type TraceSummary } from '../answers/index.ts';
import { type Field, type Filter, toTest } from '../filter/index.ts';
import {
  type Indexer,
  indexedStats,
  indexedTraces,
  type IndexView,
  IS_END,
  readWhere,
  shareOf,
  type Sql,
  traceWhere,
  whereOf,
} from '../index-store/index.ts';
import type { ReadOptions, ReadRecord } from '../records/index.ts';
import { MAX_LINES } from './scan.ts';
import type { OpenSource } from './source.ts';

/** A source and its index. */
export interface IndexedSource {
  readonly source: OpenSource;
  readonly indexer: Indexer;
}

/** Above this share of the bytes, all lines are read in their order. */
const MAX_SHARE = 0.3;

/** An open view. */
interface Look {
  readonly view: IndexView;
  /** Counts the bad lines, says that all was read, and closes the view. */
  end(isAnswered: boolean): Promise<void>;
}

async function look({ source, indexer }: IndexedSource, options: ReadOptions): Promise<Look | undefined> {
  if (!source.isRepeatable) return undefined;
  options.signal?.throwIfAborted();
  const files = await source.files();
  const view = await indexer.view(files, options).catch((error: unknown) => {
    source.release(files);
    throw error;
  });
  if (view === undefined) {
    source.release(files);
    return undefined;
  }
  return {
    view,
    async end(isAnswered) {
      if (isAnswered) {
        source.bad.keepLarger(view.bad);
        const totalBytes = files.reduce((sum, file) => sum + file.size(), 0);
        const progress = { bytes: totalBytes, totalBytes, lines: view.lines, badLines: view.bad.read().count };
        options.onProgress?.({ file: files.at(-1)?.path ?? '', ...progress });
      }
      await view.release();
      source.release(files);
    },
  };
}

async function answer<T>(
  indexed: IndexedSource,
  options: ReadOptions,
  ask: (view: IndexView) => Promise<T | undefined>,
): Promise<T | undefined> {
  const opened = await look(indexed, options);
  if (opened === undefined) return undefined;
  let found: T | undefined;
  try {
    found = await ask(opened.view);
    return found;
  } finally {
    await opened.end(found !== undefined);
  }
}

/** The records that pass, or only the spans. */
export async function* findRecords(
  indexed: IndexedSource,
  filter: Filter,
  options: ReadOptions,
  kind: 'all' | 'spans',
): AsyncGenerator<ReadRecord, boolean> {
  const opened = filter.kind === 'all' ? undefined : await look(indexed, options);
  if (opened === undefined) return false;
  const { view, end } = opened;
  let isAnswered = false;
  try {
    const found = whereOf(view, filter);
    const where: Sql = kind === 'all' ? found : { ...found, text: `${IS_END} AND ${found.text}` };
    if ((await shareOf(view, where, options.signal)) > MAX_SHARE) return false;
    isAnswered = true;
    const passes = toTest(filter);
    const reading = { bad: view.bad, signal: options.signal };
    for await (const records of readWhere(view, where, reading)) {
      yield* records.filter(({ record }) => passes(record));
    }
    return true;
  } finally {
    await end(isAnswered);
  }
}

/**
 * The traces in which a span passes. Those that may get more lines stay in the collector.
 *
 * @param onRead - called with the lines that were read
 */
export async function* findTraces(
  indexed: IndexedSource,
  filter: Filter,
  collector: TraceCollector,
  options: ReadOptions,
  onRead: (view: IndexView) => void = () => {},
): AsyncGenerator<TraceSummary, boolean> {
  const opened = await look(indexed, options);
  if (opened === undefined) return false;
  const traces = indexedTraces(opened.view, filter, collector, options.signal);
  try {
    if (traces === undefined) return false;
    yield* traces;
    onRead(opened.view);
    return true;
  } finally {
    await opened.end(traces !== undefined);
  }
}

/** Figures of the spans that pass. */
export function findStats(
  indexed: IndexedSource,
  filter: Filter,
  by: readonly Field[],
  options: ReadOptions,
): Promise<Stats | undefined> {
  return answer(indexed, options, (view) => indexedStats(view, filter, by, options.signal));
}

/** The traces that an id names. `none`: no line has it. */
export async function findTrace(
  indexed: IndexedSource,
  id: string,
  options: ReadOptions,
): Promise<Trace | 'none' | undefined> {
  const opened = await look(indexed, options);
  if (opened === undefined) return undefined;
  const { view, end } = opened;
  try {
    const where = await traceWhere(view, id, options.signal);
    if (where === undefined) return 'none';
    const lines: ReadRecord[] = [];
    const reading = { bad: view.bad, signal: options.signal };
    for await (const records of readWhere(view, where, reading)) {
      lines.push(...records);
      if (lines.length > MAX_LINES) break;
    }
    return toTrace(id, where.by, lines.slice(0, MAX_LINES), lines.length > MAX_LINES) ?? 'none';
  } finally {
    await end(true);
  }
}
