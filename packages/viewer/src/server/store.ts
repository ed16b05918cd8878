/**
 * Answers that are kept for the next request: lists of traces, and the traces and spans that are open on the page. A
 * change of the source makes them stale.
 */

import type { Itemize } from '@spanline/core';
import {
  type Chain,
  type Divergence,
  findTrace,
  type Query,
  readChain,
  readDivergences,
  resolveField,
  type Trace,
} from '@spanline/query';
import type { ValuesAnswer } from '../contract/index.ts';
import { type Content, contentOf, type SpanDetails, toSpanDetails } from './answers/span.ts';
import { toTraceAnswer } from './answers/trace.ts';
import { readTranscript, type Transcript } from './answers/transcript.ts';
import { inPieces } from './in-pieces.ts';
import { createRecent } from './recent.ts';
import { createTraceLists, type TraceLists } from './trace-lists.ts';

const MAX_TRACES = 8;
const MAX_SPANS = 16;
const MAX_FIELDS = 16;
/** Values of a field that are kept, the most frequent ones. */
const MAX_VALUES = 5000;
/** Values of a log that grows are read anew after this time: for that, all lines are. */
const VALUES_MS = 30_000;

export interface Store extends TraceLists {
  trace(id: string): Promise<Trace | undefined>;
  span(id: string, spanId: string): Promise<SpanDetails | undefined>;
  /** The conversation of a trace. */
  transcript(id: string): Promise<Transcript | undefined>;
  /** The decision chain of a trace. */
  chain(trace: Trace): Promise<Chain>;
  /** The steps in which two traces differ. */
  divergences(before: Trace, after: Trace): Promise<readonly Divergence[]>;
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
  const chains = new WeakMap<Trace, Promise<Chain>>();
  /** Of a trace, the comparison with the trace that it was compared with last. */
  const comparisons = new WeakMap<Trace, { after: Trace; found: Promise<Divergence[]> }>();
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

  function chain(found: Trace): Promise<Chain> {
    const known = chains.get(found) ?? inPieces(readChain(found));
    chains.set(found, known);
    return known;
  }

  async function compare(before: Trace, after: Trace): Promise<Divergence[]> {
    const read = { before: await chain(before), after: await chain(after) };
    return inPieces(readDivergences(before, after, read));
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
    chain,
    divergences(before, after) {
      const last = comparisons.get(before);
      if (last?.after === after) return last.found;
      const found = compare(before, after);
      comparisons.set(before, { after, found });
      return found;
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
