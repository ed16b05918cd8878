/** `/batches/{id}`: a batch that is fetched. */

import type { SpanAttributes } from '@spanline/core';
import {
  clientSpan,
  type AnswerReader,
  BoundedMap,
  type ClientCall,
  isObject,
  number,
  props,
  sharedState,
  text,
  wholeReader,
} from '@spanline/instrumentation';
import type { ApiRequest } from './request.ts';

/** States after which a batch no longer changes. */
const FINAL: ReadonlySet<unknown> = new Set(['completed', 'failed', 'expired', 'cancelled']);

/** Limit of batches that are remembered. */
const MAX_BATCHES = 10_000;

/**
 * Batches that are recorded, by id, of all clients of the process: with their usage, or without one. The API reports
 * none of batches that were created before September 2025, and Azure reports none at all.
 */
const recorded = sharedState('openai.batches', () => new BoundedMap<string, 'counted' | 'uncounted'>(MAX_BATCHES));

/** True for a usage that was filled in. */
function isCounted(usage: unknown): boolean {
  const { input_tokens: input, total_tokens: total } = props(usage);
  return (number(input) ?? 0) > 0 || (number(total) ?? 0) > 0;
}

function createBatchReader(): AnswerReader {
  return wholeReader((value): SpanAttributes => {
    const { id, model, status, request_counts, usage } = props(value);
    const requests = number(props(request_counts)['completed']);
    const isUncounted = !isCounted(usage) && (requests ?? 0) > 0;
    return {
      'gen_ai.response.id': text(id),
      'gen_ai.response.model': text(model),
      'gen_ai.response.status': text(status),
      'spanline.cost.tier': 'batch',
      ...(isUncounted ? {} : { 'spanline.usage.requests': requests }),
      ...(isUncounted && isObject(usage) ? { 'spanline.usage.issue': 'incomplete' } : {}),
      'spanline.output': { id, status, request_counts },
    };
  });
}

/** True for the first fetch of a final batch with answers, and for the first one that reports their usage. */
function isFirst(attributes: SpanAttributes): boolean {
  const { 'gen_ai.response.id': id, 'gen_ai.response.status': status } = attributes;
  if (id === undefined || !FINAL.has(status)) return false;
  const { request_counts: counts } = props(attributes['spanline.output']);
  const state = (attributes['gen_ai.usage.input_tokens'] ?? 0) > 0 ? 'counted' : 'uncounted';
  const hasAnswers = state === 'counted' || number(props(counts)['completed']) !== 0;
  const known = recorded.get(id);
  if (!hasAnswers || known === 'counted' || known === state) return false;
  recorded.set(id, state);
  return true;
}

/**
 * Reads a request for a batch. The sum of its requests is billed once, however often it is fetched. A batch without
 * usage has a line without a cost.
 */
export function readBatch({ server }: ApiRequest): ClientCall {
  return {
    span: clientSpan('fetch_batch', 'llm', { ...server, 'gen_ai.operation.name': 'fetch_batch' }),
    reader: createBatchReader(),
    isWritten: isFirst,
  };
}
