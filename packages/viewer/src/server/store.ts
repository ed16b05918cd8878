/**
 * Answers that are kept for the next request: lists of traces, which grow while lines are read, and the traces and
 * spans that are open on the page. A change of the source makes them stale.
 */

import { setImmediate } from 'node:timers/promises';
import type { Itemize } from '@spanline/core';
import {
  allOf,
  type Filter,
  findTrace,
  parseFilter,
  type Query,
  resolveField,
  timeFilter,
  type Trace,
} from '@spanline/query';
import type { ValuesAnswer } from '../contract/index.ts';
import { type Content, contentOf, type SpanDetails, toSpanDetails } from './answers/span.ts';
import { readTraceList, type TraceList } from './answers/trace-list.ts';
import { toTraceAnswer } from './answers/trace.ts';
import { readTranscript, type Transcript } from './answers/transcript.ts';
import { createRecent } from './recent.ts';

const MAX_LISTS = 4;
const MAX_TRACES = 8;
const MAX_SPANS = 16;
const MAX_FIELDS = 16;
/** Traces of all lists that are kept. */
const MAX_KEPT_ROWS = 3_000_000;
/** Values of a field that are kept, the most frequent ones. */
const MAX_VALUES = 5000;
/** A list reads changes at most this share of the time. */
const BUSY_SHARE = 0.1;
/** A request waits so long for the newest lines; it gets the others otherwise. */
const PATIENCE_MS = 100;
/** A list of the last hours is read anew after this time, so that older traces leave it. */
const ROLLING_MS = 60_000;

/** A filter of the page: text in the filter grammar, and times. */
export interface PageFilter {
  readonly text: string;
  readonly since?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * The filter of a time that was chosen in a chart. Charts show a span at its start, so that its start is in the range;
 * other lines have their own time there.
 */
function startedIn(time: Filter): Filter {
  const field = resolveField('start');
  if (time.kind !== 'test' || field === undefined) return time;
  const isSpan: Filter = { kind: 'test', field, test: { kind: 'exists' } };
  return { kind: 'or', filters: [{ ...time, field }, allOf({ kind: 'not', filter: isSpan }, time)] };
}

/** @throws FilterError */
export function toFilter({ text, since, from, to }: PageFilter): Filter {
  const time = timeFilter({ ...(since && { since }), ...(from && { from }), ...(to && { to }) });
  return allOf(parseFilter(text), from || to ? startedIn(time) : time);
}

/** Runs to the end; other requests have their turn between pieces. */
async function inPieces<Result>(steps: Generator<void, Result>): Promise<Result> {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await setImmediate();
  }
}

interface KeptList {
  readonly list: TraceList;
  version: number;
  /** When the list was begun. */
  readonly bornMs: number;
  /** When it read lines last, and how long that took. */
  readMs: number;
  tookMs: number;
  reading: Promise<void> | undefined;
  /** The list that replaces this one when it is complete. */
  next: TraceList | undefined;
}

const isRolling = ({ text, since }: PageFilter): boolean => since !== undefined || /\bnow\b/.test(text);

/** Waits for a promise that does not fail, but not for long. */
async function briefly(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)))]);
  clearTimeout(timer);
}

export interface Store {
  /** `isStale`: there are newer lines than those of the list. */
  list(filter: PageFilter): Promise<{ readonly list: TraceList; readonly isStale: boolean }>;
  trace(id: string): Promise<Trace | undefined>;
  span(id: string, spanId: string): Promise<SpanDetails | undefined>;
  /** The conversation of a trace. */
  transcript(id: string): Promise<Transcript | undefined>;
  /** Values of a field among all spans, the most frequent first. None for numbers, times and content. */
  values(field: string): Promise<ValuesAnswer['values']>;
  /** The source has new lines. */
  changed(): void;
  close(): void;
}

export function createStore(query: Query, nowMs: () => number = () => performance.now()): Store {
  const lists = createRecent<KeptList>(MAX_LISTS, ({ list, next }) => {
    list.stop();
    next?.stop();
  });
  const traces = createRecent<{ version: number; trace: Promise<Trace | undefined> }>(MAX_TRACES);
  const spans = createRecent<{ version: number; details: Promise<SpanDetails | undefined> }>(MAX_SPANS);
  const values = createRecent<Promise<ValuesAnswer['values']>>(MAX_FIELDS);
  const contents = new WeakMap<Trace, Content>();
  const transcripts = new WeakMap<Trace, Promise<Transcript>>();
  let version = 0;
  let itemizer: Promise<Itemize> | undefined;

  /** Loads the prices. They are needed for the first span that is opened, and not for a list. */
  function loadItemize(): Promise<Itemize> {
    itemizer ??= import('@spanline/core').then(({ createItemizer }) => createItemizer());
    return itemizer;
  }

  function contentIn(trace: Trace): Content {
    const known = contents.get(trace) ?? contentOf(trace);
    contents.set(trace, known);
    return known;
  }

  async function readValues(name: string): Promise<ValuesAnswer['values']> {
    const type = resolveField(name)?.type;
    if (type !== 'keyword' && type !== 'boolean' && type !== 'open') return [];
    const { rows } = await query.stats('*', { by: [name] });
    const known = rows.flatMap(({ by: [value], count }) =>
      value === undefined ? [] : [{ value: String(value), count }],
    );
    return known.toSorted((a, b) => b.count - a.count).slice(0, MAX_VALUES);
  }

  /** Large lists leave little room for others. */
  function makeRoom(): void {
    const all = lists.entries();
    let rows = all.reduce((sum, [, { list }]) => sum + list.table.count, 0);
    for (const [key, { list }] of all.slice(0, -1)) {
      if (rows <= MAX_KEPT_ROWS) return;
      rows -= list.table.count;
      lists.delete(key);
    }
  }

  const keep = (list: TraceList, bornMs: number): KeptList => ({
    list,
    version,
    bornMs,
    readMs: bornMs,
    tookMs: 0,
    reading: undefined,
    next: undefined,
  });

  function start(key: string, filter: PageFilter): KeptList {
    const kept = keep(readTraceList(query, toFilter(filter)), nowMs());
    const { list } = kept;
    lists.set(key, kept);
    // After a fault, its next request shows the fault, and the one after it reads the lines again.
    const settle = (): void => {
      kept.readMs = nowMs();
      makeRoom();
    };
    list.done.then(settle, settle);
    return kept;
  }

  /** Reads the lines that were written since. */
  async function readOn(kept: KeptList): Promise<void> {
    const at = version;
    const began = nowMs();
    try {
      await kept.list.more();
      if (!kept.list.isOver) kept.version = at;
    } catch {
      // The list stays as it is; the next request tries again.
    } finally {
      kept.readMs = nowMs();
      kept.tookMs = kept.readMs - began;
      kept.reading = undefined;
    }
  }

  /** Reads all lines for a list that takes the place of another one. */
  function replace(key: string, filter: PageFilter, kept: KeptList): void {
    const next = readTraceList(query, toFilter(filter));
    const another = keep(next, nowMs());
    kept.next = next;
    const settle = (isRead: boolean): void => {
      kept.next = undefined;
      another.readMs = nowMs();
      if (isRead) lists.set(key, another);
    };
    next.done.then(
      () => settle(true),
      () => settle(false),
    );
  }

  async function renew(key: string, filter: PageFilter, kept: KeptList): Promise<void> {
    const { list, readMs, tookMs, bornMs } = kept;
    if (!list.isComplete) return;
    const isOld = list.isOver || (isRolling(filter) && nowMs() - bornMs > ROLLING_MS);
    if (isOld && kept.next === undefined) replace(key, filter, kept);
    if (kept.version === version) return;
    if (kept.reading === undefined && !list.isOver && nowMs() - readMs >= tookMs / BUSY_SHARE)
      kept.reading = readOn(kept);
    if (kept.reading !== undefined) await briefly(kept.reading);
  }

  function trace(id: string): Promise<Trace | undefined> {
    const known = traces.get(id);
    if (known?.version === version) return known.trace;
    const found = findTrace(query, id).then((one) => ('trace' in one ? one.trace : undefined));
    traces.set(id, { version, trace: found });
    found.catch(() => traces.delete(id));
    return found;
  }

  return {
    async list(filter) {
      const key = JSON.stringify([filter.text, filter.since, filter.from, filter.to]);
      const known = lists.get(key);
      const kept = known ?? start(key, filter);
      if (kept.list.hasFailed) lists.delete(key);
      else await renew(key, filter, kept);
      return { list: kept.list, isStale: kept.version !== version };
    },
    trace,
    span(id, spanId) {
      const key = `${id}\n${spanId}`;
      const known = spans.get(key);
      if (known?.version === version) return known.details;
      const details = trace(id).then((found) =>
        found === undefined
          ? undefined
          : loadItemize().then((itemize) => toSpanDetails(found, contentIn(found), spanId, { itemize })),
      );
      spans.set(key, { version, details });
      details.catch(() => spans.delete(key));
      return details;
    },
    async transcript(id) {
      const found = await trace(id);
      if (found === undefined) return undefined;
      const known = transcripts.get(found) ?? inPieces(readTranscript(toTraceAnswer(found).spans, contentIn(found)));
      transcripts.set(found, known);
      return known;
    },
    values(name) {
      const known = values.get(name);
      if (known !== undefined) return known;
      const read = readValues(name);
      values.set(name, read);
      read.catch(() => values.delete(name));
      return read;
    },
    changed() {
      version++;
    },
    close: () => lists.clear(),
  };
}
