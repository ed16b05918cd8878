/** A finished span as evaluators see it. What may change after the end of the span is read at its end. */
import type { ContextValues, EndedSpan, Labels } from '@spanline/core';
import type { SpanAttributes, SpanStatus, SpanType } from '@spanline/record';
import { readContent, type SpanContent } from './span-content.ts';

/** A finished span, with its content before capture and redaction. It stays in the process. */
export interface EvaluatedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly type: SpanType;
  readonly status: SpanStatus;
  readonly durationMs: number;
  /** Epoch milliseconds at which the span ended. */
  readonly endedMs: number;
  /** True for the first span of its trace in this process. */
  readonly isLocalRoot: boolean;
  /** Facts by key. Content under the keys of its type is as the application gave it: read {@link content}. */
  readonly attributes: Readonly<SpanAttributes>;
  readonly labels: Readonly<Labels>;
  /** Session, user and request of the span. */
  readonly values: Readonly<ContextValues>;
  readonly content: SpanContent;
}

/** Reads a span at its end. */
export function evaluatedSpan(ended: EndedSpan, endedMs: number): EvaluatedSpan {
  const { span, status, durationMs, isLocalRoot, attributes, labels, values } = ended;
  const { traceId, spanId, parentSpanId, name, type } = span;
  const content = readContent(attributes);
  return {
    traceId,
    spanId,
    parentSpanId,
    name,
    type,
    status,
    durationMs,
    endedMs,
    isLocalRoot,
    attributes,
    labels,
    values,
    content,
  };
}
