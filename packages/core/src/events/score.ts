/** Score lines. */
import type { SpanRecord } from '@spanline/record';
import type { ScoreOptions } from '../api/index.ts';
import { currentSpan, currentValues, isSpanId, isTraceId } from '../context/index.ts';
import { admit, type LeftOut, readFields } from '../gate/index.ts';
import type { Pipeline } from '../pipeline/index.ts';
import { noteUnknownOptions, type OptionNames, rememberScore, type SpanOwner, stateOf } from '../trace/index.ts';

const OPTIONS: OptionNames<ScoreOptions> = {
  name: true,
  value: true,
  label: true,
  explanation: true,
  source: true,
  version: true,
  spanId: true,
  traceId: true,
  requestId: true,
  sessionId: true,
  latencyMs: true,
};

/**
 * Writes a score line. Malformed ids are left out, so that a line is never joined to the wrong span. Options that do
 * not exist are counted.
 */
export function writeScore(
  pipeline: Pipeline,
  options: ScoreOptions,
  epochMs: number,
  internalError: SpanOwner['internalError'],
): void {
  const target: LeftOut = { leftOut: undefined };
  const given = readFields(options);
  noteUnknownOptions('score', given, OPTIONS, internalError);
  const hasTarget = ['traceId', 'spanId', 'requestId'].some((key) => given[key] !== undefined);
  const span = hasTarget ? undefined : currentSpan();
  const values = currentValues();
  const { value } = given;
  const number = admit('gen_ai.evaluation.score.value', typeof value === 'boolean' ? Number(value) : value, {
    leftOut: undefined,
  });
  const own = typeof value === 'number' ? undefined : value;
  const label = admit('spanline.evaluation.label', given['label'] || own, target);
  const name = admit('gen_ai.evaluation.name', given['name'], target) || 'score';
  const record: SpanRecord = pipeline.envelope(epochMs, 'info', `score ${name} ${label ?? number ?? ''}`.trimEnd());
  record['event.name'] = 'gen_ai.evaluation.result';
  const traceId = given['traceId'] ?? span?.traceId;
  const spanId = given['spanId'] ?? span?.spanId;
  if (isTraceId(traceId)) record.trace_id = traceId;
  if (isSpanId(spanId)) record.span_id = spanId;
  const requestId = admit('http.request.id', given['requestId'], target);
  record['http.request.id'] = requestId || (span === undefined ? undefined : values.requestId);
  record['session.id'] = admit('session.id', given['sessionId'], target) || values.sessionId;
  record['user.id'] = span === undefined ? undefined : values.userId;
  record['gen_ai.evaluation.name'] = name;
  record['gen_ai.evaluation.score.value'] = number;
  record['spanline.evaluation.label'] = label;
  record['spanline.evaluation.source'] = admit('spanline.evaluation.source', given['source'], target) ?? 'code';
  record['spanline.evaluation.version'] = admit('spanline.evaluation.version', given['version'], target) || undefined;
  record['gen_ai.evaluation.explanation'] =
    admit('gen_ai.evaluation.explanation', given['explanation'], target) || undefined;
  record['spanline.evaluation.latency_ms'] = admit('spanline.evaluation.latency_ms', given['latencyMs'], target);
  rememberScore(stateOf(span)?.localRoot, name, number ?? label ?? '');
  pipeline.event(record, target.leftOut);
}
