/**
 * Spans in the Trace Event Format, which ui.perfetto.dev and `chrome://tracing` open. A trace is a process; its spans
 * are slices on threads. Slices of one thread are nested, so a span that overlaps its sibling gets a thread of its own.
 * A span that is not drawn inside its parent has a flow from it, unless it begins before it: flows lead forwards.
 *
 * @see https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */

import type { RecordValue, SpanRecord, TreeNode } from '@spanline/record';
import { toTrees, type TraceSpan } from '../answers/index.ts';
import { endMs } from '../records/index.ts';
import { byTrace } from './by-trace.ts';

/** Facts of a slice, by the name that the panel of a slice shows. */
const FACTS = {
  type: 'span.type',
  status: 'span.status',
  span_id: 'span_id',
  model: 'gen_ai.request.model',
  provider: 'gen_ai.provider.name',
  input_tokens: 'gen_ai.usage.input_tokens',
  output_tokens: 'gen_ai.usage.output_tokens',
  cost_usd: 'spanline.cost.usd',
  time_to_first_chunk_s: 'gen_ai.response.time_to_first_chunk',
  documents: 'spanline.retrieval.count',
  error: 'error.type',
  error_message: 'error.message',
  request: 'http.request.id',
  session: 'session.id',
  user: 'user.id',
  service: 'service.name',
} as const satisfies Readonly<Record<string, keyof SpanRecord>>;

/** One event. Times are microseconds. */
type TraceEvent = Readonly<Record<string, unknown>>;

/** Some readers take no event without a category and a time. */
const METADATA = { ph: 'M', cat: '__metadata', ts: 0 } as const;
/** Spans of traces that are open at once. */
const MAX_SPANS = 500_000;
const MICROS = 1000;

/** Where a span is drawn. */
interface Slice {
  readonly record: SpanRecord;
  readonly from: number;
  readonly to: number;
  readonly thread: number;
  /** The slice of the parent, if this one is not inside it and does not begin before it. */
  readonly parent: Slice | undefined;
}

const micros = (ms: number): number => Math.round(ms * MICROS);

/** The threads of one trace. Slices are placed in the order of their starts. */
function createThreads(): { place(from: number, to: number, parent: Slice | undefined, record: SpanRecord): Slice } {
  /** Slices of each thread that have not ended, the innermost last. */
  const open: Slice[][] = [];

  function openAt(thread: number, time: number): Slice[] {
    const slices = open[thread] ?? [];
    while (slices.length > 0 && (slices.at(-1)?.to ?? 0) <= time) slices.pop();
    return slices;
  }

  /** The parent's thread, if nothing else is open there; else one on which nothing is. */
  function threadOf(from: number, to: number, parent: Slice | undefined): number {
    if (parent !== undefined && to <= parent.to && openAt(parent.thread, from).at(-1) === parent) return parent.thread;
    const free = open.findIndex((_, thread) => openAt(thread, from).length === 0);
    return free === -1 ? open.push([]) - 1 : free;
  }

  return {
    place(from, to, parent, record) {
      const thread = threadOf(from, to, parent);
      const isInside = parent?.thread === thread && from < parent.to;
      const slice = { record, from, to, thread, parent: isInside ? undefined : parent };
      open[thread]?.push(slice);
      return slice;
    },
  };
}

/** Slices of a trace in the order of their starts; parents come before their children. */
function slicesOf(spans: readonly SpanRecord[]): Slice[] {
  interface Waiting {
    readonly node: TreeNode<TraceSpan>;
    readonly from: number;
    readonly to: number;
    readonly depth: number;
    readonly above: Waiting | undefined;
  }
  const waiting: Waiting[] = [];
  const stack: { node: TreeNode<TraceSpan>; depth: number; above: Waiting | undefined }[] = [];
  for (const node of toTrees(spans)) stack.push({ node, depth: 0, above: undefined });
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, depth, above } = top;
    const { startMs, record } = node.item;
    const end = endMs(record);
    const from = micros(startMs ?? end ?? 0);
    const one = { node, depth, above, from, to: Math.max(from, micros(end ?? 0)) };
    waiting.push(one);
    for (const child of node.children) stack.push({ node: child, depth: depth + 1, above: one });
  }
  const threads = createThreads();
  const placed = new Map<Waiting, Slice>();
  for (const one of waiting.toSorted((a, b) => a.from - b.from || a.depth - b.depth || b.to - a.to)) {
    const { from, to, node, above } = one;
    placed.set(one, threads.place(from, to, above && placed.get(above), node.item.record));
  }
  return [...placed.values()];
}

function argsOf(record: SpanRecord): Record<string, RecordValue> {
  const facts = Object.entries(FACTS).flatMap(([name, key]) => {
    const value = record[key];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(facts);
}

const name = (record: SpanRecord): string => record['span.name'] ?? '(no name)';

function* eventsOf(spans: readonly SpanRecord[], pid: number, flowIds: { next: number }): Generator<TraceEvent> {
  const slices = slicesOf(spans);
  const [first] = slices;
  if (first === undefined) return;
  const title = `${name(first.record)} · ${first.record.trace_id ?? ''}`;
  yield { ...METADATA, name: 'process_name', pid, tid: 0, args: { name: title } };
  yield { ...METADATA, name: 'process_sort_index', pid, tid: 0, args: { sort_index: pid } };
  const threads = new Set<number>();
  for (const { record, from, to, thread, parent } of slices) {
    const tid = thread + 1;
    if (!threads.has(thread)) {
      threads.add(thread);
      yield { ...METADATA, name: 'thread_name', pid, tid, args: { name: thread === 0 ? 'steps' : 'at the same time' } };
    }
    const cat = record['span.type'] ?? 'span';
    yield { ph: 'X', name: name(record), cat, pid, tid, ts: from, dur: to - from, args: argsOf(record) };
    if (parent === undefined) continue;
    const flow = { cat: 'parent', name: 'parent', id: flowIds.next++, pid };
    // The start of a flow belongs to the slice around its time.
    yield { ...flow, ph: 's', tid: parent.thread + 1, ts: Math.min(Math.max(from, parent.from), parent.to) };
    yield { ...flow, ph: 'f', bp: 'e', tid, ts: from };
  }
}

/** The text of a file in the Trace Event Format, piece by piece. */
export async function* traceEvents(spans: AsyncIterable<SpanRecord>): AsyncGenerator<string> {
  yield '{"displayTimeUnit":"ms","traceEvents":[';
  const flowIds = { next: 1 };
  let pid = 0;
  let separator = '\n';
  const traces = byTrace(spans, { traceOf: ({ trace_id: id }) => id, weigh: () => 1, maxHeld: MAX_SPANS });
  for await (const trace of traces) {
    let text = '';
    for (const event of eventsOf(trace, ++pid, flowIds)) {
      text += separator + JSON.stringify(event);
      separator = ',\n';
    }
    yield text;
  }
  yield '\n]}\n';
}
