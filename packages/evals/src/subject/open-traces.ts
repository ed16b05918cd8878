/** Finished spans of traces that still run, so that an evaluator of a span can read the spans below it. */
import { BoundedMap } from '@spanline/record';
import type { EvaluatedSpan } from './evaluated-span.ts';

/** A finished span and the finished spans below it. */
export interface Subject {
  readonly span: EvaluatedSpan;
  /** The spans below it, in the order of their end. Of very many the newest are kept. */
  readonly below: readonly EvaluatedSpan[];
}

/** Traces at once. Of more, the oldest are forgotten: their spans are evaluated alone. */
const MAX_TRACES = 1000;
/** Spans of one trace. */
const MAX_SPANS = 500;

/** The spans below one span. A parent ends after its children, so that one pass from the newest finds them all. */
function spansBelow(spans: readonly EvaluatedSpan[], spanId: string): EvaluatedSpan[] {
  const family = new Set([spanId]);
  const found: EvaluatedSpan[] = [];
  for (let at = spans.length - 1; at >= 0; at--) {
    const span = spans[at] as EvaluatedSpan;
    if (span.parentSpanId === undefined || !family.has(span.parentSpanId)) continue;
    family.add(span.spanId);
    found.push(span);
  }
  return found.toReversed();
}

/** Keeps the finished spans of each trace until the first span of the trace in this process has ended. */
export class OpenTraces {
  readonly #traces = new BoundedMap<string, EvaluatedSpan[]>(MAX_TRACES);

  /** Adds a finished span. @returns the span with the spans below it, which is read only when it is asked for */
  add(span: EvaluatedSpan): () => Subject {
    const spans = this.#traces.get(span.traceId) ?? [];
    let subject: Subject | undefined;
    const read = (): Subject => (subject ??= { span, below: spansBelow(spans, span.spanId) });
    if (!span.isLocalRoot) {
      // The spans above this one read it later.
      if (spans.length >= MAX_SPANS) spans.shift();
      spans.push(span);
      this.#traces.set(span.traceId, spans);
    } else if (spans.length > 0) {
      // Another request of this process may belong to the same trace.
      const below = new Set(read().below);
      const others = spans.filter((other) => !below.has(other));
      if (others.length === 0) this.#traces.delete(span.traceId);
      else this.#traces.set(span.traceId, others);
    }
    return read;
  }

  /** Number of traces with spans that are kept. */
  get size(): number {
    return this.#traces.size;
  }
}
