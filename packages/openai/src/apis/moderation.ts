/** `/moderations`. */

import type { SpanAttributes } from '@spanline/core';
import {
  clientSpan,
  type AnswerReader,
  props,
  type ClientCall,
  list,
  text,
  wholeReader,
} from '@spanline/instrumentation';
import type { ApiRequest } from './request.ts';

function flaggedCategories(result: unknown): string[] {
  return Object.entries(props(props(result)['categories'])).flatMap(([category, flagged]) =>
    flagged === true ? [category] : [],
  );
}

/** The action is `flag` if one of the inputs is flagged. */
function createModerationReader(): AnswerReader {
  return wholeReader((value): SpanAttributes => {
    const answer = props(value);
    const results = list(answer['results']);
    return {
      'gen_ai.response.id': text(answer['id']),
      'gen_ai.response.model': text(answer['model']),
      'spanline.guardrail.action': results.some((result) => props(result)['flagged'] === true) ? 'flag' : 'pass',
      'spanline.output': results.map((result) => ({
        flagged: props(result)['flagged'] === true,
        categories: flaggedCategories(result),
      })),
    };
  });
}

/** Reads a request for a moderation. */
export function readModeration({ body, server }: ApiRequest): ClientCall {
  return {
    span: clientSpan('moderation', 'guardrail', {
      'gen_ai.provider.name': server['gen_ai.provider.name'],
      'server.address': server['server.address'],
      'server.port': server['server.port'],
      'gen_ai.request.model': text(body['model']),
      'spanline.guardrail.name': 'openai.moderation',
      'spanline.input': body['input'],
    }),
    reader: createModerationReader(),
  };
}
