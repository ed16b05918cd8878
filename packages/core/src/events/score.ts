/** Score lines. */
import { type SpanRecord, text } from '@spanline/record';
import type { ScoreOptions } from '../api/index.ts';
import { currentSpan, currentValues, isSpanId, isTraceId } from '../context/index.ts';
import type { Pipeline } from '../pipeline/index.ts';
import { type LocalRoot, stateOf } from '../trace/index.ts';

const SOURCES: readonly string[] = ['user', 'code', 'llm_judge'];
const MAX_SCORES = 32;

/** Keeps a score for the capture policies of the spans that end later. */
function rememberScore(localRoot: LocalRoot | undefined, name: string, value: number | string): void {
  if (localRoot === undefined) return;
  const scores = (localRoot.scores ??= Object.create(null) as Record<string, number | string>);
  if (Object.keys(scores).length < MAX_SCORES) scores[name] = value;
}

/** Writes a score line. Malformed ids are left out, so that a line is never joined to the wrong span. */
export function writeScore(pipeline: Pipeline, options: ScoreOptions, epochMs: number): void {
  const hasTarget = options.traceId !== undefined || options.spanId !== undefined || options.requestId !== undefined;
  const span = hasTarget ? undefined : currentSpan();
  const values = currentValues();
  const { value, source } = options;
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
  record['spanline.evaluation.source'] = source !== undefined && SOURCES.includes(source) ? source : 'code';
  rememberScore(stateOf(span)?.localRoot, name, typeof number === 'number' ? number : (label ?? ''));
  const explanation = text(options.explanation);
  if (explanation !== undefined) record['gen_ai.evaluation.explanation'] = explanation;
  pipeline.event(record);
}
