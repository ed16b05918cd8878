/** Scores of Langfuse (`POST /api/public/ingestion`, events `score-create`). */
import { props, text } from '@spanline/record';
import type { HttpResponse } from '@spanline/remote';
import type { ItemResult, SendResult, SinkBatch } from '../../contracts/sink.ts';
import { jsonBody, resultOfResponse } from '../http-status.ts';
import type { ScoreForm } from './score-form.ts';
import type { Score } from './score.ts';

const MULTI_STATUS = 207;

/** A score is of an observation in a trace, of a trace, or of a session. */
function placeOf({ traceId, spanId, sessionId }: Score): object | undefined {
  if (traceId !== undefined) return { traceId, ...(spanId === undefined ? {} : { observationId: spanId }) };
  return sessionId === undefined ? undefined : { sessionId };
}

function encode(score: Score): object | undefined {
  const place = placeOf(score);
  if (place === undefined) return undefined;
  const { id, name, value, label, explanation, source, time, requestId } = score;
  const body = {
    // Langfuse keeps one score of an id.
    id,
    ...place,
    name,
    ...(value === undefined ? { value: label, dataType: 'CATEGORICAL' } : { value, dataType: 'NUMERIC' }),
    ...(explanation === undefined ? {} : { comment: explanation }),
    metadata: {
      source,
      ...(label === undefined ? {} : { label }),
      ...(requestId === undefined ? {} : { 'http.request.id': requestId }),
    },
  };
  return { id, type: 'score-create', timestamp: time, body };
}

function itemOf(error: unknown): ItemResult {
  if (error === undefined) return { kind: 'stored' };
  const status = Number(props(error)['status']);
  const reason = `${Number.isInteger(status) ? status : 'an error'} for this score`;
  return { kind: status === 429 || status >= 500 ? 'retry' : 'reject', reason };
}

/** Langfuse answers 207 with the events that it refused. */
function interpret(response: HttpResponse, { entries }: SinkBatch<string>): SendResult {
  if (response.status !== MULTI_STATUS) return resultOfResponse(response);
  const { errors } = jsonBody(response) ?? {};
  if (!Array.isArray(errors)) return { kind: 'retry', reason: '207 without the list of errors' };
  const byId = new Map(errors.map((error: unknown) => [text(props(error)['id']), error]));
  return { kind: 'items', items: entries.map(({ meta }) => itemOf(byId.get(meta))) };
}

/** Scores of observations, traces and sessions. */
export const langfuseScores: ScoreForm = {
  open: '{"batch":[',
  close: ']}',
  encode,
  target: ({ id }) => id,
  interpret,
};
