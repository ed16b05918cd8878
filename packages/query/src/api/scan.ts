/** Answers by reading the lines from the first to the last. */

import type { AttributeKey } from '@spanline/record';
import {
  createAlertFinder,
  createExaminer,
  createExplainer,
  type Examination,
  type ExplainQuestion,
  type Explanation,
  questionOfAlert,
} from '../analysis/index.ts';
import {
  closestKey,
  COMPARED_KEYS,
  createStatsCollector,
  createTraceCollector,
  keysOf,
  STATS_KEYS,
  SUMMARY_KEYS,
  type Stats,
  toTrace,
  type Trace,
  type TraceKey,
  type TraceSummary,
} from '../answers/index.ts';
import { type Field, fieldsIn, type Filter, parseFilter, toTest } from '../filter/index.ts';
import { createBadLineCounter, type LogFile, type LogLine, newestLines } from '../lines/index.ts';
import {
  createKeyReader,
  type KeyReader,
  type ReadOptions,
  readRecords,
  type ReadRecord,
  type TracesOptions,
} from '../records/index.ts';
import type { ExamineOptions } from './query.ts';
import type { OpenSource } from './source.ts';

const ALERTS = parseFilter('event:alert');

/** Reads every record. */
async function* eachBatch(
  source: OpenSource,
  { signal, onProgress, lastBytes }: TracesOptions,
  how: {
    skips?: ((line: LogLine, file: LogFile) => boolean) | undefined;
    keys?: KeyReader | undefined;
    visit?: (read: ReadRecord) => void;
  } = {},
): AsyncGenerator<readonly ReadRecord[]> {
  signal?.throwIfAborted();
  const files = await source.files();
  const bad = createBadLineCounter();
  try {
    const newest = lastBytes === undefined ? undefined : newestLines(files, lastBytes);
    const options = {
      bad,
      signal,
      onProgress,
      ...how,
      ...(newest === undefined ? {} : { from: (file: LogFile) => newest.get(file) ?? 0 }),
    };
    for await (const { records } of readRecords(newest === undefined ? files : [...newest.keys()], options)) {
      yield records;
      signal?.throwIfAborted();
    }
  } finally {
    source.bad.keepLarger(bad);
    source.release(files);
  }
}

export const LIST_KEYS: readonly AttributeKey[] = [...SUMMARY_KEYS, 'event.start', 'duration_ms'];

/** Options of {@link readerOf}. */
interface ReaderOptions {
  readonly by?: readonly Field[];
  readonly isReused?: boolean;
  /** Keys that the answer only compares. */
  readonly compact?: readonly AttributeKey[];
}

/** Reads only the keys that an answer needs; `undefined` if it needs words, which stand in the content. */
export function readerOf(
  keys: readonly string[],
  filter: Filter,
  { by = [], isReused = false, compact = [] }: ReaderOptions = {},
): KeyReader | undefined {
  const columns = [...fieldsIn(filter), ...by].flatMap((field) => field.columns);
  if (columns.some(({ type }) => type === 'words')) return undefined;
  const shown = columns.map(({ key }) => key);
  return createKeyReader([...keys, ...shown], {
    isReused,
    compact: compact.filter((key) => !shown.includes(key)),
  });
}

/** Every record that passes. */
export async function* scanRecords(
  source: OpenSource,
  filter: Filter,
  options: ReadOptions,
): AsyncGenerator<ReadRecord> {
  const passes = toTest(filter);
  for await (const records of eachBatch(source, options)) {
    for (const read of records) if (passes(read.record)) yield read;
  }
}

/** Figures of the spans that pass. */
export async function scanStats(
  source: OpenSource,
  filter: Filter,
  by: readonly Field[],
  options: ReadOptions,
): Promise<Stats> {
  const passes = toTest(filter);
  const collector = createStatsCollector(by);
  const visit = (read: ReadRecord): void => collector.add(read, passes(read.record));
  const keys = readerOf(STATS_KEYS, filter, { by, isReused: true, compact: COMPARED_KEYS });
  for await (const records of eachBatch(source, options, { keys, visit })) records.forEach(visit);
  return collector.end();
}

/** Likely causes for what is bad about the traces with a span that passes. */
export async function scanCauses(
  source: OpenSource,
  filter: Filter,
  question: ExplainQuestion,
  options: ReadOptions,
): Promise<Explanation> {
  const passes = toTest(filter);
  const explainer = createExplainer(question);
  // People score answers long after they were given, so that a score may stand far behind its trace.
  if (question.measure === 'score' && source.isRepeatable) {
    for await (const records of eachBatch(source, options))
      for (const { record } of records) explainer.addScore(record);
  }
  for await (const records of eachBatch(source, options)) {
    for (const { kind, record } of records) explainer.add(kind, record, passes(record));
  }
  return explainer.end();
}

/** The question of an alert; `undefined` if no line has its id. */
export async function scanAlert(
  source: OpenSource,
  id: string,
  options: ReadOptions,
): Promise<ExplainQuestion | undefined> {
  const finder = createAlertFinder(id);
  for await (const { record } of scanRecords(source, ALERTS, options)) finder.add(record);
  const found = finder.end();
  return found && questionOfAlert(found.alert, found.recovered);
}

/** Traces with a span that passes. */
export async function* scanTraces(
  source: OpenSource,
  filter: Filter,
  options: TracesOptions,
): AsyncGenerator<TraceSummary> {
  const passes = toTest(filter);
  const collector = createTraceCollector();
  for await (const records of eachBatch(source, options, { keys: readerOf(LIST_KEYS, filter) })) {
    for (const read of records) collector.add(read, passes(read.record));
    yield* collector.take(false);
  }
  yield* collector.take(true);
}

/** Looks for faults of the lines. */
export async function scanFaults(
  source: OpenSource,
  times: Filter,
  { findPersonalData, ...options }: Omit<ExamineOptions, 'times'>,
): Promise<Examination> {
  const examiner = createExaminer(findPersonalData, toTest(times));
  const skips = (line: LogLine, file: LogFile): boolean => {
    examiner.add(file.path, line);
    return true;
  };
  // The checks need lines as they are written. They read each on their own.
  for await (const _ of eachBatch(source, options, { skips }));
  return examiner.end();
}

/** Most lines of a trace that are read. */
export const MAX_LINES = 100_000;

const placeOf = ({ file, offset }: { readonly file: LogFile; readonly offset: number }): string =>
  `${file.id}:${offset}`;

interface Found {
  readonly lines: ReadRecord[];
  readonly keys: Set<TraceKey>;
  isCut: boolean;
}

/** Skips lines in which no text occurs. An id that JSON writes with escapes is looked for in all lines. */
function without(texts: readonly string[]): ((line: LogLine) => boolean) | undefined {
  if (texts.length > 20 || texts.some((text) => JSON.stringify(text) !== `"${text}"`)) return undefined;
  const patterns = texts.map((text) => Buffer.from(text));
  return ({ bytes }) => !patterns.some((pattern) => bytes.includes(pattern));
}

async function collect(
  source: OpenSource,
  options: ReadOptions,
  texts: readonly string[],
  isWanted: (read: ReadRecord) => boolean,
): Promise<{ lines: ReadRecord[]; isCut: boolean }> {
  const lines: ReadRecord[] = [];
  for await (const records of eachBatch(source, options, { skips: without(texts) })) {
    for (const read of records) {
      if (!isWanted(read)) continue;
      if (lines.length >= MAX_LINES) return { lines, isCut: true };
      lines.push(read);
    }
  }
  return { lines, isCut: false };
}

/**
 * The traces that an id names. A first pass finds lines with the id; a second one the rest of their traces, where
 * lines of a trace need not carry the id. A stream has the first pass alone.
 */
export async function scanTrace(source: OpenSource, id: string, options: ReadOptions): Promise<Trace | undefined> {
  const found: Found = {
    keys: new Set(),
    ...(await collect(source, options, [id], ({ record }) => keysOf(record, id).length > 0)),
  };
  for (const { record } of found.lines) for (const key of keysOf(record, id)) found.keys.add(key);
  const by = closestKey(found.keys);
  if (by === undefined) return undefined;
  const own = found.lines.filter(({ record }) => keysOf(record, id).includes(by));
  if (by === 'trace' || !source.isRepeatable) return toTrace(id, by, own, found.isCut);
  const traceIds = new Set(own.flatMap(({ record }) => record.trace_id ?? []));
  const places = new Set(own.filter(({ record }) => record.trace_id === undefined).map(placeOf));
  const whole = await collect(
    source,
    options,
    [...traceIds, ...(places.size > 0 ? [id] : [])],
    (read) => traceIds.has(read.record.trace_id ?? '') || places.has(placeOf(read)),
  );
  return toTrace(id, by, whole.lines, whole.isCut);
}
