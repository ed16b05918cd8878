/** Common attributes of all answers. */

import type { SpanAttributes } from '@spanline/core';
import { type Props, text } from '@spanline/instrumentation';

/** Id and model of an answer. */
export function answerAttributes(answer: Props): SpanAttributes {
  return {
    'gen_ai.response.id': text(answer['id']),
    'gen_ai.response.model': text(answer['model']),
  };
}
