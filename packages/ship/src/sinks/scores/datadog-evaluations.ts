/** Evaluations of Datadog's LLM Observability (`POST /api/intake/llm-obs/v2/eval-metric`). */
import { resultOfResponse } from '../http-status.ts';
import type { ScoreForm } from './score-form.ts';
import type { Score } from './score.ts';

const MAX_LABEL = 200;

/** Spans that came over OTLP are named by decimal numbers. */
const decimal = (hex: string): string => BigInt(`0x${hex}`).toString();

/** Labels of evaluations start with a letter, and have ASCII letters, digits and underscores. */
function labelOf(name: string): string {
  const plain = name.replaceAll(/\W/g, '_').slice(0, MAX_LABEL);
  return /^[A-Za-z]/.test(plain) ? plain : `score_${plain}`.slice(0, MAX_LABEL);
}

/** A user's score is feedback, which may also be about a trace or a session. Others are about a span. */
function placeOf({ source, traceId, spanId, sessionId, userId }: Score): object | undefined {
  const hasSpan = spanId !== undefined && traceId !== undefined;
  if (source !== 'user') {
    if (!hasSpan) return undefined;
    return { event_kind: 'evaluation', join_on: { span: { span_id: decimal(spanId), trace_id: decimal(traceId) } } };
  }
  const submitter = { id: userId ?? sessionId ?? 'unknown' };
  if (hasSpan) return { event_kind: 'feedback', span_id: decimal(spanId), submitter };
  if (traceId !== undefined) return { event_kind: 'feedback', trace_id: decimal(traceId), submitter };
  return sessionId === undefined ? undefined : { event_kind: 'feedback', session_id: sessionId, submitter };
}

function encode(score: Score): object | undefined {
  const place = placeOf(score);
  if (place === undefined) return undefined;
  const { id, name, value, label, explanation, source, time, service = 'unknown' } = score;
  const timestamp = Date.parse(time);
  return {
    ...place,
    label: labelOf(name),
    ml_app: service,
    timestamp_ms: Number.isNaN(timestamp) ? Date.now() : timestamp,
    ...(value === undefined
      ? { metric_type: 'categorical', categorical_value: label }
      : { metric_type: 'score', score_value: value }),
    ...(explanation === undefined ? {} : { reasoning: explanation }),
    tags: [
      // Lets Datadog wait for the span, which came over OTLP.
      ...(source === 'user' ? [] : ['source:otel']),
      `ml_app:${service}`,
      `evaluation.source:${source}`,
      `event.id:${id}`,
    ],
  };
}

/** Evaluations of spans, and feedback of users. */
export const datadogEvaluations: ScoreForm = {
  open: '{"data":{"type":"evaluation_metric","attributes":{"metrics":[',
  close: ']}}}',
  encode,
  target: ({ id }) => id,
  interpret: resultOfResponse,
};
