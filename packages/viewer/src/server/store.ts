/**
 * Answers that are kept for the next request: lists of traces, and the traces and spans that are open on the page. A
 * change of the source makes them stale.
 */

import { setImmediate } from 'node:timers/promises';
import type { Itemize } from '@spanline/core';
import { type Chain, chainOf, findTrace, type Query, resolveField, type Trace } from '@spanline/query';
import type { ValuesAnswer } from '../contract/index.ts';
import { type Content, contentOf, type SpanDetails, toSpanDetails } from './answers/span.ts';
import { toTraceAnswer } from './answers/trace.ts';
import { readTranscript, type Transcript } from './answers/transcript.ts';
import { createRecent } from './recent.ts';
import { createTraceLists, type TraceLists } from './trace-lists.ts';

const MAX_TRACES = 8;
const MAX_SPANS = 16;
const MAX_FIELDS = 16;
/** Values of a field that are kept, the most frequent ones. */
const MAX_VALUES = 5000;
/** Values of a log that grows are read anew after this time: for that, all lines are. */
const VALUES_MS = 30_000;

/** Runs to the end; other requests have their turn between pieces. */
async function inPieces<Result>(steps: Generator<void, Result>): Promise<Result> {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await setImmediate();
  }
}

export interface Store extends TraceLists {
  trace(id: string): Promise<Trace | undefined>;
  span(id: string, spanId: string): Promise<SpanDetails | undefined>;
  /** The conversation of a trace. */
  transcript(id: string): Promise<Transcript | undefined>;
  /** The decision chain of a trace. */
  chain(trace: Trace): Chain;
  /** Values of a field among all spans, the most frequent first. None for numbers, times and content. */
  values(field: string): Promise<ValuesAnswer['values']>;
  /** The source has new lines. */
  changed(): void;
}

export function createStore(query: Query, nowMs: () => number = () => performance.now()): Store {
  const traces = createRecent<{ version: number; trace: Promise<Trace | undefined> }>(MAX_TRACES);
  const spans = createRecent<{ version: number; details: Promise<SpanDetails | undefined> }>(MAX_SPANS);
  const values = createRecent<{ version: number; readMs: number; values: Promise<ValuesAnswer['values']> }>(MAX_FIELDS);
  const contents = new WeakMap<Trace, Content>();
  const chains = new WeakMap<Trace, Chain>();
  const transcripts = new WeakMap<Trace, Promise<Transcript>>();
  let version = 0;
  const lists = createTraceLists(query, () => version, nowMs);
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

  function trace(id: string): Promise<Trace | undefined> {
    const known = traces.get(id);
    if (known?.version === version) return known.trace;
    const found = findTrace(query, id).then((one) => ('trace' in one ? one.trace : undefined));
    traces.set(id, { version, trace: found });
    found.catch(() => traces.delete(id));
    return found;
  }

  return {
    list: lists.list,
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
    chain(found) {
      const known = chains.get(found) ?? chainOf(found);
      chains.set(found, known);
      return known;
    },
    values(name) {
      const known = values.get(name);
      if (known !== undefined && (known.version === version || nowMs() - known.readMs < VALUES_MS)) return known.values;
      const read = readValues(name);
      values.set(name, { version, readMs: nowMs(), values: read });
      read.catch(() => values.delete(name));
      return read;
    },
    changed() {
      version++;
    },
    close: lists.close,
  };
}
