import type { SpanAttributes } from '@spanline/core';
import { type AnswerReader, bag, list, text } from '@spanline/instrumentation';

function flaggedCategories(result: unknown): string[] {
  return Object.entries(bag(bag(result)['categories'])).flatMap(([category, flagged]) =>
    flagged === true ? [category] : [],
  );
}

/** Reads the answers of `/moderations`: `flag` when one of the inputs is, with the categories. */
export function createModerationReader(): AnswerReader {
  return {
    whole(value): SpanAttributes {
      const answer = bag(value);
      const results = list(answer['results']);
      return {
        'gen_ai.response.id': text(answer['id']),
        'gen_ai.response.model': text(answer['model']),
        'spanline.guardrail.action': results.some((result) => bag(result)['flagged'] === true) ? 'flag' : 'pass',
        'spanline.output': results.map((result) => ({
          flagged: bag(result)['flagged'] === true,
          categories: flaggedCategories(result),
        })),
      };
    },
    chunk: () => 'event',
    gathered: () => ({}),
  };
}
