/** `/v1/messages/batches`. */

import type { SpanAttributes, SpanOptions } from '@spanline/core';
import { type AnswerReader, type Props, props, list, text, wholeReader } from '@spanline/instrumentation';

/**
 * The span of a batch that is submitted: the number of requests, and their models. Their messages are not recorded, and
 * nothing is billed yet.
 */
export function batchSpan(body: Props, server: SpanAttributes): SpanOptions {
  const requests = list(body['requests']);
  const models = new Set(requests.map((request) => text(props(props(request)['params'])['model'])));
  return {
    name: 'messages.batches',
    type: 'task',
    kind: 'CLIENT',
    attributes: {
      ...server,
      'gen_ai.request.model': models.size === 1 ? [...models][0] : undefined,
      'spanline.input': { requests: requests.length, models: [...models].filter((model) => model !== undefined) },
    },
  };
}

/** Creates a reader of a batch's id and state. */
export function createBatchReader(): AnswerReader {
  return wholeReader((value): SpanAttributes => {
    const { id, processing_status, request_counts, expires_at } = props(value);
    return {
      'gen_ai.response.id': text(id),
      'gen_ai.response.status': text(processing_status),
      'spanline.output': { id, processing_status, request_counts, expires_at },
    };
  });
}
