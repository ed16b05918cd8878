/** Images, speech and transcripts. Prompts, pictures and sound are not recorded. */

import type { SpanAttributes } from '@spanline/core';
import { clientSpan, type AnswerReader, props, type ClientCall, number, text } from '@spanline/instrumentation';
import { answerAttributes } from './answer.ts';
import type { ApiRequest } from './request.ts';

/** The kind of output, by path. */
const OUTPUTS: Readonly<Record<string, string>> = {
  '/images/generations': 'image',
  '/images/edits': 'image',
  '/images/variations': 'image',
  '/audio/speech': 'speech',
  '/audio/transcriptions': 'text',
  '/audio/translations': 'text',
};

/** The paths of the media APIs. */
export const MEDIA_PATHS: readonly string[] = Object.keys(OUTPUTS);

/** Reads a field of an object or of a form. The numbers of a form are strings. */
function fieldOf(body: object, key: string): unknown {
  const { get } = props(body);
  return typeof get === 'function' ? Reflect.apply(get, body, [key]) : props(body)[key];
}

function isStreamed(body: object): boolean {
  const stream = fieldOf(body, 'stream');
  return stream === true || stream === 'true' || fieldOf(body, 'stream_format') === 'sse';
}

function mediaAttributes(path: string, body: object): SpanAttributes {
  const count = number(Number(fieldOf(body, 'n')));
  return {
    'gen_ai.operation.name': 'generate_content',
    'gen_ai.request.model': text(fieldOf(body, 'model')),
    'gen_ai.request.choice.count': count !== undefined && count > 1 ? count : undefined,
    'gen_ai.request.stream': isStreamed(body) ? true : undefined,
    'gen_ai.output.type': OUTPUTS[path],
  };
}

/** Creates a reader that leaves all but id and model out. */
function createMediaReader(): AnswerReader {
  return {
    whole: (value) => answerAttributes(props(value)),
    chunk: () => 'content',
    gathered: () => ({}),
  };
}

/** Reads a request for media. */
export function readMedia({ path, body, server }: ApiRequest): ClientCall {
  const attributes = mediaAttributes(path, body);
  const operation = path.slice(1).replace('/', '.');
  return {
    span: clientSpan(operation, 'llm', Object.assign(attributes, server)),
    reader: createMediaReader(),
  };
}
