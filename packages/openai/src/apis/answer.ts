/** Common attributes of all answers. */

import type { SpanAttributes } from '@spanline/core';
import { type Props, normalizeUsage, text, usageAttributes } from '@spanline/instrumentation';

/** Id, model and token counts of an answer. */
export function answerAttributes(answer: Props): SpanAttributes {
  const usage = normalizeUsage(answer);
  return {
    'gen_ai.response.id': text(answer['id']),
    'gen_ai.response.model': text(answer['model']),
    ...(usage === undefined ? {} : usageAttributes(usage)),
  };
}
