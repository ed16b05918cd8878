/** Annotations of Arize Phoenix, on spans and on traces (`POST /v1/span_annotations`, `/v1/trace_annotations`). */
import { text } from '@spanline/record';
import type { HttpResponse } from '@spanline/remote';
import type { SendResult, SinkBatch } from '../../contracts/sink.ts';
import { jsonBody, resultOfResponse } from '../http-status.ts';
import type { ScoreForm } from './score-form.ts';
import type { Score } from './score.ts';

const KINDS: Readonly<Record<string, string>> = { user: 'HUMAN', llm_judge: 'LLM' };
/** Phoenix answers before it has written a span. It has had about two minutes by then. */
const ATTEMPTS_WITHOUT_SPAN = 10;

/** Phoenix keeps one annotation of a name and an identifier on a span: the one that is sent again replaces itself. */
function annotation(score: Score, place: object): object {
  const { id, name, source, value, label, explanation, time, sessionId, requestId } = score;
  return {
    ...place,
    // Phoenix keeps this name for itself.
    name: name === 'note' ? 'score.note' : name,
    annotator_kind: KINDS[source] ?? 'CODE',
    identifier: id,
    result: { score: value ?? null, label: label ?? null, explanation: explanation ?? null },
    metadata: {
      time,
      ...(sessionId === undefined ? {} : { 'session.id': sessionId }),
      ...(requestId === undefined ? {} : { 'http.request.id': requestId }),
    },
  };
}

/** 404: the answer names the spans or traces that Phoenix does not have, and it has stored nothing. */
function withoutMissing(response: HttpResponse, { entries, attempt }: SinkBatch<string>, what: string): SendResult {
  const detail = text(jsonBody(response)?.['detail']) ?? response.body.toString('utf8');
  const missing = new Set(detail.match(/\b[0-9a-f]{16,32}\b/g) ?? []);
  if (!entries.some(({ meta }) => missing.has(meta ?? ''))) return resultOfResponse(response);
  const reason = `Phoenix does not have the ${what} of the score`;
  const givesUp = attempt >= ATTEMPTS_WITHOUT_SPAN;
  if (!givesUp) return { kind: 'retry', reason };
  return {
    kind: 'items',
    items: entries.map(({ meta }) => ({ kind: missing.has(meta ?? '') ? 'reject' : 'retry', reason })),
  };
}

function form(what: 'span' | 'trace', place: (score: Score) => Record<string, string> | undefined): ScoreForm {
  return {
    open: '{"data":[',
    close: ']}',
    encode(score) {
      const at = place(score);
      return at === undefined ? undefined : annotation(score, at);
    },
    target: ({ spanId, traceId }) => (what === 'span' ? spanId : traceId) ?? '',
    interpret: (response, batch) =>
      response.status === 404 ? withoutMissing(response, batch, what) : resultOfResponse(response),
  };
}

/** Scores of spans. */
export const phoenixSpanScores: ScoreForm = form('span', ({ spanId }) =>
  spanId === undefined ? undefined : { span_id: spanId },
);

/** Scores of whole traces. */
export const phoenixTraceScores: ScoreForm = form('trace', ({ spanId, traceId }) =>
  spanId !== undefined || traceId === undefined ? undefined : { trace_id: traceId },
);
