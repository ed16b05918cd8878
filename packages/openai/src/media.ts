import type { SpanAttributes } from '@spanline/core';
import { type AnswerReader, type Bag, bag, number, text } from '@spanline/instrumentation';
import { answerFacts } from './answer-facts.ts';

/** What goes by the media APIs: the kind of output by path. */
const OUTPUTS: Readonly<Record<string, string>> = {
  '/images/generations': 'image',
  '/images/edits': 'image',
  '/images/variations': 'image',
  '/audio/speech': 'speech',
  '/audio/transcriptions': 'text',
  '/audio/translations': 'text',
};

/** The kind of output of a path of the media APIs; `undefined` for any other. */
export function mediaOutput(path: string): string | undefined {
  return OUTPUTS[path];
}

/** A form is read like an object; its numbers are strings. */
function fieldOf(body: unknown, key: string): unknown {
  const { get } = bag(body);
  return typeof get === 'function' ? Reflect.apply(get, body, [key]) : bag(body)[key];
}

function isStreamed(body: unknown): boolean {
  return (
    fieldOf(body, 'stream') === true || fieldOf(body, 'stream') === 'true' || fieldOf(body, 'stream_format') === 'sse'
  );
}

/** Facts about a request for images, speech or a transcript. Prompts, pictures and sound are not content that a line holds. */
export function mediaFacts(path: string, body: unknown): SpanAttributes {
  const count = number(Number(fieldOf(body, 'n')));
  return {
    'gen_ai.operation.name': 'generate_content',
    'gen_ai.request.model': text(fieldOf(body, 'model')),
    'gen_ai.request.choice.count': count !== undefined && count > 1 ? count : undefined,
    'gen_ai.request.stream': isStreamed(body) ? true : undefined,
    'gen_ai.output.type': mediaOutput(path),
  };
}

/** Reads tokens, where the model counts any. */
export function createMediaReader(): AnswerReader {
  let facts: SpanAttributes = {};
  return {
    whole: (value) => answerFacts(bag(value)),
    chunk(value): 'content' {
      const event: Bag = bag(value);
      const { usage } = event;
      if (usage !== undefined) facts = answerFacts({ usage });
      return 'content';
    },
    gathered: () => facts,
  };
}
