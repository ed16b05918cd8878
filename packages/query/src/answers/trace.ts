/** A trace, or all traces of a request, session or user, as a tree of spans. */

import { buildForest, type Placed, type SpanRecord, type TreeNode } from '@spanline/record';
import { endMs, isSpanEnd, type ReadRecord, startMs } from '../records/index.ts';
import { selfTimes } from './self-time.ts';

/** Kinds of ids that {@link Trace} can be found by. */
export type TraceKey = 'trace' | 'span' | 'request' | 'session' | 'user';

/** A span in its trace. */
export interface TraceSpan extends Placed {
  readonly record: SpanRecord;
  /** Milliseconds since the epoch. */
  readonly startMs: number | undefined;
  /** Time without an open child, in milliseconds. */
  selfMs: number | undefined;
}

/** The lines that an id names. */
export interface Trace {
  readonly id: string;
  /** Kind of the id. */
  readonly by: TraceKey;
  readonly traceIds: readonly string[];
  /** Spans in the order of their lines. */
  readonly spans: readonly SpanRecord[];
  /** Spans without a parent among the lines, with their children; each in the order of their starts. */
  readonly roots: readonly TreeNode<TraceSpan>[];
  /** Every other line of the traces: content that is kept apart, scores, alerts, lines of the application. */
  readonly others: readonly ReadRecord[];
  /** There are more lines than were read. */
  readonly isCut: boolean;
}

/** Keys of the record that an id may be the value of; the closest kind first. */
export const TRACE_KEYS: readonly (readonly [
  TraceKey,
  'trace_id' | 'span_id' | 'http.request.id' | 'session.id' | 'user.id',
])[] = [
  ['trace', 'trace_id'],
  ['span', 'span_id'],
  ['request', 'http.request.id'],
  ['session', 'session.id'],
  ['user', 'user.id'],
];

/** The kinds under which a record has an id; the closest one first. */
export function keysOf(record: SpanRecord, id: string): TraceKey[] {
  return TRACE_KEYS.flatMap(([by, key]) => (record[key] === id ? [by] : []));
}

/** The closest of several kinds. */
export function closestKey(found: ReadonlySet<TraceKey>): TraceKey | undefined {
  return TRACE_KEYS.find(([by]) => found.has(by))?.[0];
}

function place(record: SpanRecord): TraceSpan {
  return {
    spanId: record.span_id ?? '',
    parentId: record.parent_span_id,
    remoteParent: record['spanline.parent.remote'] === true,
    start: record['event.start'] ?? record['@timestamp'] ?? '',
    eventId: record['event.id'] ?? '',
    record,
    startMs: startMs(record),
    selfMs: undefined,
  };
}

/** Builds the trees of one trace. */
export function toTrees(records: readonly SpanRecord[]): TreeNode<TraceSpan>[] {
  const spans = records.map(place);
  const timed = spans.flatMap((span) => {
    const end = endMs(span.record);
    if (span.startMs === undefined || end === undefined) return [];
    return [{ id: span.spanId, parent: span.parentId, start: span.startMs, end, span }];
  });
  selfTimes(timed, ({ span }, selfMs) => {
    span.selfMs = selfMs;
  });
  const { roots, orphans } = buildForest(spans);
  return [...roots, ...orphans];
}

function groupByTrace(spans: readonly SpanRecord[]): SpanRecord[][] {
  const groups = new Map<string, SpanRecord[]>();
  for (const record of spans) {
    const group = groups.get(record.trace_id ?? '');
    if (group === undefined) groups.set(record.trace_id ?? '', [record]);
    else group.push(record);
  }
  return [...groups.values()];
}

const byStart = (a: TreeNode<TraceSpan>, b: TreeNode<TraceSpan>): number =>
  (a.item.startMs ?? 0) - (b.item.startMs ?? 0);

/** Builds the trace of lines. `undefined` if there is none. */
export function toTrace(id: string, by: TraceKey, lines: readonly ReadRecord[], isCut: boolean): Trace | undefined {
  if (lines.length === 0) return undefined;
  const spans = lines.filter(({ kind, record }) => isSpanEnd(kind, record)).map(({ record }) => record);
  const traceIds = new Set(lines.flatMap(({ record }) => record.trace_id ?? []));
  return {
    id,
    by,
    traceIds: [...traceIds],
    spans,
    roots: groupByTrace(spans).flatMap(toTrees).toSorted(byStart),
    others: lines.filter(({ kind, record }) => !isSpanEnd(kind, record)),
    isCut,
  };
}

/** Leaves out lines of a trace, such as those of other programs. */
export function partOfTrace(trace: Trace, keep: (record: SpanRecord) => boolean): Trace {
  const spans = trace.spans.filter((record) => keep(record));
  const roots = groupByTrace(spans).flatMap(toTrees).toSorted(byStart);
  return { ...trace, spans, roots, others: trace.others.filter(({ record }) => keep(record)) };
}
