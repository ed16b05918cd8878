/** Answers that a guardrail of Amazon may have stopped. A body of any maker says so in a key of Amazon's. */

import type { SpanAttributes } from '@spanline/core';
import { type AnswerReader, props } from '@spanline/instrumentation';

/** The word of `Converse`. */
const REASON = 'guardrail_intervened';

const isStopped = (body: unknown): boolean => props(body)['amazon-bedrock-guardrailAction'] === 'INTERVENED';

/** The reason of the maker is the one of an answer that is not shown. */
function stopped(answer: SpanAttributes): SpanAttributes {
  const { 'gen_ai.output.messages': messages = [] } = answer;
  const told = messages.map((message) => ({ ...message, finish_reason: REASON }));
  return {
    ...answer,
    'gen_ai.response.finish_reasons': [REASON],
    ...(told.length === 0 ? {} : { 'gen_ai.output.messages': told }),
  };
}

/** Adds to a reader why an answer ended that a guardrail stopped. */
export function guardedAnswer(reader: AnswerReader): AnswerReader {
  let hasStopped = false;
  return {
    whole(value): SpanAttributes {
      const answer = reader.whole(value);
      return isStopped(value) ? stopped(answer) : answer;
    },
    chunk(value): 'content' | 'event' {
      hasStopped ||= isStopped(value);
      return reader.chunk(value);
    },
    gathered(): SpanAttributes {
      const answer = reader.gathered();
      return hasStopped ? stopped(answer) : answer;
    },
  };
}
