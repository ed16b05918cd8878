/** Bodies of Bedrock's `InvokeModel`: each maker of models has its own form. */
import { isObject, props } from '@spanline/record';
import type { Reading, Shape } from '../gate/shape.ts';
import { chatCompletionsShape } from './chat-completions.ts';
import { converseShape } from './converse.ts';
import { type Fields, Texts } from './fields.ts';
import { messagesShape } from './messages.ts';

/** Keys of makers whose answers are texts and nothing else: Titan, Llama, Cohere, Mistral, Jurassic. */
const PLAIN: Fields = {
  generation: 'text',
  outputText: 'text',
  completion: 'text',
  text: 'text',
  results: 'each',
  outputs: 'each',
  generations: 'each',
  completions: 'each',
  response: 'each',
  prompt: 'each',
  id: 'skip',
  index: 'skip',
  event_type: 'skip',
  response_id: 'skip',
  generation_id: 'skip',
  finish_reason: 'skip',
  stop_reason: 'skip',
  stop: 'skip',
  completionReason: 'skip',
  is_finished: 'skip',
  embedding: 'skip',
  embeddings: 'skip',
  model: 'skip',
  'amazon-bedrock-invocationMetrics': 'skip',
};
/** Lists of texts, each of which goes on in the next chunk. */
const LISTS = ['results', 'outputs', 'generations', 'completions'];
const ITEM: Fields = {
  outputText: 'text',
  text: 'text',
  data: 'skip',
  id: 'skip',
  completionReason: 'skip',
  finishReason: 'each',
  finish_reason: 'skip',
  stop_reason: 'skip',
};
/** The text of Jurassic. Its tokens say the text again, piece by piece. */
const DATA: Fields = { text: 'text', tokens: 'skip' };
const CONVERSE = [
  'output',
  'messageStart',
  'contentBlockStart',
  'contentBlockDelta',
  'contentBlockStop',
  'messageStop',
  'metadata',
];
const MESSAGES = new Set([
  'message',
  'message_start',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'message_stop',
  'ping',
]);

function plainShape(): Shape<unknown> {
  return {
    read(body): Reading {
      const texts = new Texts();
      if (!isObject(body)) texts.unknown(body, ['body']);
      const entries = Object.entries(props(body));
      const isPiece = ([key, value]: [string, unknown]): boolean => LISTS.includes(key) && Array.isArray(value);
      for (const [key, value] of entries.filter(isPiece)) {
        for (const [at, each] of (value as unknown[]).entries()) {
          texts.fields(each, [key, at], ITEM, () => `${key}.${at}`);
          texts.fields(props(each)['data'], [key, at, 'data'], DATA, () => `${key}.${at}`);
        }
      }
      const rest = Object.fromEntries(entries.filter((entry) => !isPiece(entry)));
      texts.fields(rest, [], PLAIN, (key) => key);
      return { slots: texts.slots, unmapped: texts.unmapped };
    },
    /** A text that was changed is not repeated by its tokens. */
    replaced(copy) {
      const { completions } = props(copy);
      if (!Array.isArray(completions)) return copy;
      const changed = completions.map((each) => {
        const { tokens: _, ...data } = props(props(each)['data']);
        return { ...props(each), data };
      });
      return { ...props(copy), completions: changed };
    },
    /** Without a form of their own to show it in, replacements stand where the maker has its text. */
    stopped(body, replacement) {
      const { generation, outputText, text, completion, results, outputs, generations, completions, ...frame } =
        props(body);
      const shown = replacement ?? '';
      const own = Object.entries({ generation, outputText, text, completion }).filter(
        ([, value]) => value !== undefined,
      );
      const lists = Object.entries({ results, outputs, generations, completions }).filter(
        ([, value]) => value !== undefined,
      );
      const { response: _, prompt: __, ...rest } = frame;
      const isText = own.length > 0 || lists.length > 0;
      const kept = {
        ...rest,
        ...Object.fromEntries(own.map(([key]) => [key, shown])),
        ...Object.fromEntries(lists.map(([key]) => [key, [{ [key === 'results' ? 'outputText' : 'text']: shown }]])),
      };
      return { chunks: [kept], isShown: isText && replacement !== undefined };
    },
  };
}

function shapeOf(body: unknown): Shape<unknown> {
  const { type, choices } = props(body);
  if (CONVERSE.some((key) => isObject(props(body)[key]))) return converseShape();
  if (typeof type === 'string' && MESSAGES.has(type)) return messagesShape();
  return Array.isArray(choices) ? chatCompletionsShape() : plainShape();
}

/** Creates the shape of one answer, which its first chunk shows. */
export function invokeModelShape(): Shape<unknown> {
  let shape: Shape<unknown> | undefined;
  const known = (body: unknown): Shape<unknown> => (shape ??= shapeOf(body));
  return {
    read: (body) => known(body).read(body),
    replaced: (copy) => known(copy).replaced?.(copy) ?? copy,
    sent: (body) => known(body).sent?.(body),
    stopped: (body, replacement) => known(body).stopped(body, replacement),
  };
}
