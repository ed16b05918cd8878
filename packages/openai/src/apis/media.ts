/** Images, speech and transcripts. Capture describes pictures. Files that are sent and sound are not recorded. */

import type { MessagePart, SpanAttributes } from '@spanline/core';
import {
  clientSpan,
  type AnswerReader,
  createTextBuffer,
  list,
  number,
  props,
  type Props,
  type ClientCall,
  text,
  textMessage,
  toParts,
} from '@spanline/instrumentation';
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

/** The text of a request: a prompt, or what is to be said. */
function askedText(body: object): SpanAttributes {
  const asked = text(fieldOf(body, 'prompt')) ?? text(fieldOf(body, 'input'));
  const instructions = text(fieldOf(body, 'instructions'));
  return {
    ...(asked === undefined ? {} : { 'gen_ai.input.messages': [textMessage('user', asked)] }),
    ...(instructions === undefined ? {} : { 'gen_ai.system_instructions': toParts(instructions) }),
  };
}

function mediaAttributes(path: string, body: object): SpanAttributes {
  const count = number(Number(fieldOf(body, 'n')));
  return {
    'gen_ai.operation.name': 'generate_content',
    'gen_ai.request.model': text(fieldOf(body, 'model')),
    'gen_ai.request.choice.count': count !== undefined && count > 1 ? count : undefined,
    'gen_ai.request.stream': isStreamed(body) ? true : undefined,
    'gen_ai.output.type': OUTPUTS[path],
    ...askedText(body),
  };
}

/** A picture, behind the prompt that the provider made of the application's. */
function pictureParts(picture: unknown): MessagePart[] {
  const { b64_json: content, url, revised_prompt: revised } = props(picture);
  const parts = toParts(text(revised));
  if (text(content) !== undefined) parts.push({ type: 'blob', modality: 'image', content });
  else if (text(url) !== undefined) parts.push({ type: 'uri', modality: 'image', uri: url });
  return parts;
}

const ofAssistant = (parts: MessagePart[]): SpanAttributes =>
  parts.length === 0 ? {} : { 'gen_ai.output.messages': [{ role: 'assistant', parts }] };

/** A transcript is a text of its own in some formats. */
function answerParts(value: unknown): MessagePart[] {
  if (typeof value === 'string') return toParts(value);
  const { data, text: transcript } = props(value);
  return [...list(data).flatMap(pictureParts), ...toParts(text(transcript))];
}

/** Creates a reader of pictures and transcripts: whole, or as the events of a stream. */
function createMediaReader(): AnswerReader {
  const transcript = createTextBuffer();
  const pictures: Props[] = [];
  return {
    whole: (value) => ({ ...answerAttributes(props(value)), ...ofAssistant(answerParts(value)) }),
    chunk(value): 'content' {
      const event = props(value);
      const type = text(event['type']) ?? '';
      if (type === 'transcript.text.delta') transcript.add(event['delta']);
      // Pictures that are not finished come before.
      if (/^image_\w+\.completed$/.test(type)) pictures.push(event);
      return 'content';
    },
    gathered: () => ofAssistant([...pictures.flatMap(pictureParts), ...toParts(transcript.toString())]),
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
