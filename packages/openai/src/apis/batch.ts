/** `/batches/{id}`: a batch that is fetched. */

import type { SpanAttributes } from '@spanline/core';
import {
  type AnswerReader,
  BoundedMap,
  type ClientCall,
  number,
  props,
  sharedState,
  text,
} from '@spanline/instrumentation';
import { type ApiRequest, clientSpan } from './request.ts';

/** States after which a batch no longer changes. */
const FINAL: ReadonlySet<unknown> = new Set(['completed', 'failed', 'expired', 'cancelled']);

/** Limit of batches that are remembered. */
const MAX_BATCHES = 10_000;

/** Batches whose usage is recorded, by id, of all clients of the process. */
const recorded = sharedState('openai.batches', () => new BoundedMap<string, true>(MAX_BATCHES));

function createBatchReader(): AnswerReader {
  return {
    whole(value): SpanAttributes {
      const { id, model, status, request_counts } = props(value);
      const requests = number(props(request_counts)['completed']);
      return {
        'gen_ai.response.id': text(id),
        'gen_ai.response.model': text(model),
        'gen_ai.response.status': text(status),
        'spanline.cost.tier': 'batch',
        'spanline.usage.requests': requests,
        'spanline.output': { id, status, request_counts },
      };
    },
    chunk: () => 'event',
    gathered: () => ({}),
  };
}

/** True for the first fetch of a final batch that reports its usage. */
function isFirst(attributes: SpanAttributes): boolean {
  const { 'gen_ai.response.id': id, 'gen_ai.response.status': status } = attributes;
  const isCounted = attributes['gen_ai.usage.input_tokens'] !== undefined;
  if (id === undefined || !isCounted || !FINAL.has(status) || recorded.has(id)) return false;
  recorded.set(id, true);
  return true;
}

/** Reads a request for a batch. The sum of its requests is billed once, however often it is fetched. */
export function readBatch({ server }: ApiRequest): ClientCall {
  return {
    span: clientSpan('fetch_batch', 'llm', { ...server, 'gen_ai.operation.name': 'fetch_batch' }),
    reader: createBatchReader(),
    isWritten: isFirst,
  };
}
