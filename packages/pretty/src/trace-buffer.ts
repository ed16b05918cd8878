import type { SpanView } from './view.ts';

/** Spans that are printed together. */
export interface Batch {
  /** `late` if their parent was printed before, `unfinished` if their root never ended. */
  readonly kind: 'complete' | 'late' | 'unfinished';
  readonly spans: readonly SpanView[];
}

/** Collects spans until their local root ends. */
export interface TraceBuffer {
  /** Adds a span. Returns what can be printed now, including what has to make room. */
  add(span: SpanView): Batch[];
  /** Returns everything whose root has not ended. */
  flush(): Batch[];
}

/** Limits of a {@link TraceBuffer}. */
export interface BufferLimits {
  readonly maxTraces: number;
  readonly maxSpans: number;
}

type Trace = Map<string, SpanView>;

function descendants(trace: Trace, top: SpanView): SpanView[] {
  const children = new Map<string, SpanView[]>();
  for (const span of trace.values()) {
    if (span.parentId === undefined) continue;
    const siblings = children.get(span.parentId);
    if (siblings === undefined) children.set(span.parentId, [span]);
    else siblings.push(span);
  }
  const found = new Set<SpanView>([top]);
  for (const span of found) for (const child of children.get(span.spanId) ?? []) found.add(child);
  return [...found];
}

/**
 * Spans that end with a local root: everything below it. If none of them is open any more, also spans on its path whose
 * parent was not logged. The rest of the trace may belong to another root in this process.
 */
function ownedBy(trace: Trace, root: SpanView): SpanView[] {
  const owned = new Set(descendants(trace, root));
  if (root.rollup?.open === 0 && root.path !== '') {
    const prefix = `${root.path} > `;
    for (const span of trace.values()) if (span.path.startsWith(prefix)) owned.add(span);
  }
  return [...owned];
}

/**
 * Creates a buffer of at most `maxTraces` unfinished traces and `maxSpans` spans. Beyond that, it returns the oldest
 * trace unfinished.
 */
export function createTraceBuffer({ maxTraces, maxSpans }: BufferLimits): TraceBuffer {
  const traces = new Map<string, Trace>();
  const printed = new Set<string>();
  let held = 0;

  const keyOf = (traceId: string, spanId: string): string => `${traceId}/${spanId}`;

  function release(trace: Trace, traceId: string, spans: readonly SpanView[]): void {
    for (const { spanId } of spans) {
      if (trace.delete(spanId)) held--;
      printed.add(keyOf(traceId, spanId));
    }
    if (trace.size === 0) traces.delete(traceId);
    for (const key of printed) {
      if (printed.size <= maxSpans) break;
      printed.delete(key);
    }
  }

  function finish(kind: Batch['kind'], traceId: string, trace: Trace, spans: readonly SpanView[]): Batch {
    release(trace, traceId, spans);
    return { kind, spans };
  }

  function makeRoom(): Batch[] {
    const batches: Batch[] = [];
    for (const [traceId, trace] of traces) {
      if (traces.size <= maxTraces && held <= maxSpans) break;
      batches.push(finish('unfinished', traceId, trace, [...trace.values()]));
    }
    return batches;
  }

  return {
    add(span): Batch[] {
      const { traceId } = span;
      const trace: Trace = traces.get(traceId) ?? new Map<string, SpanView>();
      traces.set(traceId, trace);
      if (!trace.has(span.spanId)) held++;
      trace.set(span.spanId, span);
      if (span.localRoot) return [finish('complete', traceId, trace, ownedBy(trace, span))];
      const followsParent = span.parentId !== undefined && printed.has(keyOf(traceId, span.parentId));
      if (span.late || followsParent) return [finish('late', traceId, trace, descendants(trace, span))];
      return makeRoom();
    },
    flush(): Batch[] {
      return [...traces].map(([traceId, trace]) => finish('unfinished', traceId, trace, [...trace.values()]));
    },
  };
}
