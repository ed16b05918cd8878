/** Chat completions of OpenAI, and of the many servers that speak like it. Also legacy completions. */
import { list, props } from '@spanline/record';
import type { Reading, Shape } from '../gate/shape.ts';
import { type Fields, idText, Texts } from './fields.ts';

const MESSAGE: Fields = {
  content: 'text',
  refusal: 'text',
  reasoning: 'text',
  reasoning_content: 'text',
  reasoning_details: 'each',
  annotations: 'each',
  parsed: 'each',
  role: 'skip',
  name: 'skip',
  tool_calls: 'skip',
  function_call: 'skip',
  audio: 'skip',
};
/** Fields of a choice, and of the chunk around it. */
const CHOICE: Fields = {
  index: 'skip',
  delta: 'skip',
  message: 'skip',
  text: 'skip',
  finish_reason: 'skip',
  logprobs: 'skip',
};
const FRAME: Fields = {
  id: 'skip',
  object: 'skip',
  model: 'skip',
  choices: 'skip',
  usage: 'skip',
  system_fingerprint: 'skip',
  service_tier: 'skip',
  obfuscation: 'skip',
  'amazon-bedrock-invocationMetrics': 'skip',
};
const NONE = { chunks: [], isShown: false };

/** Creates the shape of one answer, whole or in chunks. */
export function chatCompletionsShape(): Shape<unknown> {
  /** Channels of each choice. */
  const channels = new Map<unknown, Set<string>>();

  function readChoice(choice: Record<string, unknown>, at: number, texts: Texts): string[] {
    const index = choice['index'] ?? at;
    const isDelta = choice['delta'] !== undefined;
    const key = isDelta ? 'delta' : 'message';
    const path = ['choices', at, key];
    const first = texts.slots.length;
    const message = props(choice[key]);
    if (choice[key] === undefined && choice['text'] === undefined) texts.unknown(choice, ['choices', at]);
    else texts.frame(choice, ['choices', at], CHOICE);
    texts.fields(message, path, MESSAGE, (field) => `${idText(index)}.${field}`);
    texts.piece(choice['text'], ['choices', at, 'text'], `${idText(index)}.text`);
    texts.piece(props(message['audio'])['transcript'], [...path, 'audio', 'transcript'], `${idText(index)}.audio`);
    const called = props(message['function_call'])['arguments'];
    texts.piece(called, [...path, 'function_call', 'arguments'], `${idText(index)}.function`, 'json');
    for (const [place, call] of list(message['tool_calls']).entries()) {
      const channel = `${idText(index)}.tool.${idText(props(call)['index'] ?? place)}`;
      const into = [...path, 'tool_calls', place];
      // The first chunk of a call has its name, and waits for its arguments.
      if (props(call)['custom'] === undefined)
        texts.piece(
          props(props(call)['function'])['arguments'] ?? '',
          [...into, 'function', 'arguments'],
          channel,
          'json',
        );
      else texts.piece(props(props(call)['custom'])['input'] ?? '', [...into, 'custom', 'input'], channel, 'json');
    }
    let known = channels.get(index);
    if (known === undefined) channels.set(index, (known = new Set()));
    for (const { channel } of texts.slots.slice(first)) known.add(channel);
    const isComplete = !isDelta || (choice['finish_reason'] !== null && choice['finish_reason'] !== undefined);
    return isComplete ? [...known] : [];
  }

  return {
    read(chunk): Reading {
      const texts = new Texts();
      if (Array.isArray(props(chunk)['choices'])) texts.frame(chunk, [], FRAME);
      else texts.unknown(chunk, []);
      const ends = list(props(chunk)['choices']).flatMap((choice, at) => readChoice(props(choice), at, texts));
      return { slots: texts.slots, unmapped: texts.unmapped, ends };
    },
    stopped(chunk, replacement) {
      const { choices, ...frame } = props(chunk);
      const given = list(choices).map(props);
      const rest = given.map(({ logprobs: _, text, ...choice }) => {
        const isDelta = choice['delta'] !== undefined;
        const content = replacement ?? '';
        const reason = choice['finish_reason'] === 'tool_calls' ? 'stop' : choice['finish_reason'];
        const finish = reason === undefined ? {} : { finish_reason: reason };
        if (text !== undefined) return { ...choice, ...finish, text: content };
        const shown = isDelta && replacement === undefined ? {} : { role: 'assistant', content };
        return isDelta
          ? { ...choice, ...finish, delta: shown }
          : { ...choice, ...finish, message: { ...shown, refusal: null } };
      });
      const isFrame = given.length === 0 || given.some((choice) => (choice['finish_reason'] ?? null) !== null);
      if (replacement === undefined && !isFrame) return NONE;
      return {
        chunks: [withRequestId(chunk, { ...frame, choices: rest })],
        isShown: replacement !== undefined && given.length > 0,
      };
    },
  };
}

/** Keeps the id of the request, which is not enumerable. */
function withRequestId(source: unknown, value: object): object {
  const id = Object.getOwnPropertyDescriptor(source, '_request_id');
  return id === undefined ? value : Object.defineProperty(value, '_request_id', id);
}
