/**
 * The lines of a user, session or trace. A line belongs to the one that it names. A line that names none
 * belongs to the one of its trace or, in a trace that several share, to the one of the closest span above it.
 */

import type { SpanRecord } from '@spanline/record';

/** The subject of an erasure. */
export interface Subject {
  readonly by: 'user' | 'session' | 'trace';
  readonly id: string;
}

/** The facts by which a line or a document is given to a user, session or trace. */
export type OwnedRecord = Pick<SpanRecord, 'trace_id' | 'span_id' | 'parent_span_id' | 'user.id' | 'session.id'>;

/** Traces of a subject. */
export interface Found {
  readonly traceIds: readonly string[];
  /** Of traces that others share: the spans of the subject. */
  readonly spans: Readonly<Record<string, readonly string[]>>;
}

const KEYS = { user: 'user.id', session: 'session.id', trace: 'trace_id' } as const;

/** A span of a trace that several share. */
interface SharedSpan {
  readonly parent: string | undefined;
  readonly owner: string | undefined;
}

/** Finds the lines of a subject in three passes over all lines. */
export interface Ownership {
  /** First pass. */
  findTrace(record: OwnedRecord): void;
  /** Second pass: finds the traces that others share. */
  findShared(record: OwnedRecord): void;
  /** There are traces that others share. The third pass is needed only then. */
  readonly isShared: boolean;
  /** Third pass: the spans of those traces. */
  addSpan(record: OwnedRecord): void;
  /** Whether a line belongs to the subject. */
  owns(record: OwnedRecord): boolean;
  /** Whether a text that is no record, such as half of a line, names the subject or one of its own traces. */
  isNamedIn(text: string): boolean;
  /** Everything that was found, for a run that goes on after this one. */
  found(): Found;
}

const TRACE_ID = /[0-9a-f]{32}/g;
/** Parents of a hostile log may form a circle. */
const MAX_DEPTH = 1000;

/**
 * Creates the ownership of a subject.
 *
 * @param before - found by a run that did not end
 */
export function createOwnership({ by, id }: Subject, before: Found): Ownership {
  const key = KEYS[by];
  const traceIds = new Set<string>(before.traceIds);
  const shared = new Map<string, Map<string, SharedSpan>>();
  for (const [trace, spans] of Object.entries(before.spans))
    shared.set(trace, new Map(spans.map((span) => [span, { parent: undefined, owner: id }])));

  /** The owner of the closest span above that names one. */
  function ownerAbove(spans: ReadonlyMap<string, SharedSpan>, from: string | undefined): string | undefined {
    let at = from;
    for (let depth = 0; at !== undefined && depth < MAX_DEPTH; depth++) {
      const span = spans.get(at);
      if (span?.owner !== undefined) return span.owner;
      at = span?.parent;
    }
    return undefined;
  }

  return {
    found: () => ({
      traceIds: [...traceIds],
      spans: Object.fromEntries(
        [...shared].map(([trace, spans]) => [
          trace,
          [...spans.keys()].filter((span) => ownerAbove(spans, span) === id),
        ]),
      ),
    }),
    findTrace(record) {
      if (record[key] === id && record.trace_id !== undefined) traceIds.add(record.trace_id);
    },
    findShared({ trace_id: trace, [key]: owner }) {
      if (trace === undefined || owner === undefined || owner === id || !traceIds.has(trace)) return;
      if (!shared.has(trace)) shared.set(trace, new Map());
    },
    get isShared() {
      return shared.size > 0;
    },
    addSpan({ trace_id: trace = '', span_id: span, parent_span_id: parent, [key]: owner }) {
      const spans = shared.get(trace);
      if (spans === undefined || span === undefined) return;
      const before = spans.get(span);
      spans.set(span, { parent: parent ?? before?.parent, owner: owner ?? before?.owner });
    },
    owns(record) {
      const { [key]: owner, trace_id: trace, span_id: span, parent_span_id: parent } = record;
      if (owner !== undefined) return owner === id;
      if (trace === undefined || !traceIds.has(trace)) return false;
      const spans = shared.get(trace);
      return spans === undefined || (ownerAbove(spans, span) ?? ownerAbove(spans, parent)) === id;
    },
    isNamedIn(text) {
      // Half of a line may end in the id.
      if (text.includes(JSON.stringify(id)) || text.endsWith(JSON.stringify(id).slice(0, -1))) return true;
      return [...text.matchAll(TRACE_ID)].some(([found]) => traceIds.has(found) && !shared.has(found));
    },
  };
}
