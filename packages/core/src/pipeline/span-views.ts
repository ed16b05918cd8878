/** A span as the application's policies and observers see it. */
import type { CaptureSubject, EndedSpan } from '../api/index.ts';
import { wholeRecord } from '../log/index.ts';
import { type RecordedSpan, type SpanState, STATE } from '../trace/index.ts';
import type { SpanLine } from './span-record.ts';

const NO_SCORES: Readonly<Record<string, number>> = Object.freeze({});

/** A record that is not a span's, as a capture policy sees it. */
export const EVENT_SUBJECT: CaptureSubject = {
  type: 'evaluator',
  name: 'event',
  status: 'ok',
  labels: {},
  traceFailed: false,
  scores: {},
  traceId: '',
  attributes: {},
};

/** Returns a span as a capture policy sees it. */
export function captureSubject(state: SpanState, line: SpanLine): CaptureSubject {
  return {
    type: state.type,
    name: state.name,
    status: state.status,
    labels: { ...state.values.labels, ...state.labels },
    traceFailed: state.localRoot.hasFailed,
    scores: state.localRoot.scores ?? NO_SCORES,
    traceId: state.traceId,
    attributes: wholeRecord(line),
  };
}

/** Returns a span as its observers see it. */
export function endedSpan(span: RecordedSpan, costUsd: number | undefined, costReason: string | undefined): EndedSpan {
  const { status, parent, durationMs, attributes, content, values, labels, error } = span[STATE];
  return {
    span,
    status,
    isLocalRoot: parent === undefined,
    durationMs,
    attributes: { ...attributes, ...content } as EndedSpan['attributes'],
    labels: { ...values.labels, ...labels },
    values,
    costUsd,
    costReason,
    error,
  };
}
