import type { SpanRecord } from '@spanline/record';
import type { ScoreOptions, Span } from '../api/index.ts';
import { currentSpan, currentValues, isSpanId, isTraceId } from '../context/index.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { RecordedSpan } from '../trace/span.ts';

const SOURCES = ['user', 'code', 'llm_judge'];

const MAX_SCORES = 32;

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Capture policies see the scores of the running trace. */
function rememberScore(span: Span | undefined, name: string, value: number | string): void {
  const { local } = (span ?? {}) as Partial<RecordedSpan>;
  if (local === undefined) return;
  const scores = (local.scores ??= Object.create(null) as Record<string, number | string>);
  if (Object.keys(scores).length < MAX_SCORES) scores[name] = value;
}

/** Writes one score line. Ids that are not well-formed are left out, so that a line is never joined to the wrong span. */
export function writeScore(pipeline: Pipeline, options: ScoreOptions, epochMs: number): void {
  const isAimed = options.traceId !== undefined || options.spanId !== undefined || options.requestId !== undefined;
  const span = isAimed ? undefined : currentSpan();
  const values = currentValues();
  const { value } = options;
  const number = typeof value === 'boolean' ? Number(value) : value;
  const label = text(options.label) ?? (typeof value === 'number' ? undefined : String(value));
  const name = text(options.name) ?? 'score';
  const record: SpanRecord = pipeline.envelope(epochMs, 'info', `score ${name} ${label ?? String(value)}`);
  record['event.name'] = 'gen_ai.evaluation.result';
  const traceId = options.traceId ?? span?.traceId;
  const spanId = options.spanId ?? span?.spanId;
  if (isTraceId(traceId)) record.trace_id = traceId;
  if (isSpanId(spanId)) record.span_id = spanId;
  const requestId = text(options.requestId) ?? (span === undefined ? undefined : values.requestId);
  const sessionId = text(options.sessionId) ?? values.sessionId;
  if (requestId !== undefined) record['http.request.id'] = requestId;
  if (sessionId !== undefined) record['session.id'] = sessionId;
  if (values.userId !== undefined && span !== undefined) record['user.id'] = values.userId;
  record['gen_ai.evaluation.name'] = name;
  if (typeof number === 'number' && Number.isFinite(number)) record['gen_ai.evaluation.score.value'] = number;
  if (label !== undefined) record['spanline.evaluation.label'] = label;
  record['spanline.evaluation.source'] = SOURCES.includes(options.source ?? '') ? (options.source ?? 'code') : 'code';
  rememberScore(span, name, typeof number === 'number' ? number : (label ?? ''));
  const explanation = text(options.explanation);
  if (explanation !== undefined) record['gen_ai.evaluation.explanation'] = explanation;
  pipeline.event(record);
}
