import type { SpanAttributes } from '@spanline/core';
import { type Bag, normalizeUsage, text, usageAttributes } from '@spanline/instrumentation';

/** What every answer of a model tells: who answered, and what it counted. */
export function answerFacts(answer: Bag): SpanAttributes {
  const usage = normalizeUsage(answer['usage']);
  return {
    'gen_ai.response.id': text(answer['id']),
    'gen_ai.response.model': text(answer['model']),
    ...(usage === undefined ? {} : usageAttributes(usage)),
  };
}
