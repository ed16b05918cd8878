/** Answers of a language model of the AI SDK: whole, or the parts of a stream. */
import { list, props } from '@spanline/record';
import type { Reading, Shape } from '../gate/shape.ts';
import { type Fields, idText, Texts } from './fields.ts';

const PART: Fields = {
  text: 'text',
  input: 'json',
  result: 'each',
  output: 'each',
  title: 'each',
  url: 'each',
  type: 'skip',
  id: 'skip',
  toolCallId: 'skip',
  toolName: 'skip',
  sourceType: 'skip',
  mediaType: 'skip',
  filename: 'skip',
  kind: 'skip',
  data: 'skip',
  providerMetadata: 'skip',
  dynamicMetadata: 'skip',
};
/** Parts that are no text of the model. */
const FRAMES = new Set(['stream-start', 'response-metadata', 'finish', 'error']);

/** Creates the shape of one answer. */
export function aiSdkShape(): Shape<unknown> {
  /** Parts that the reader has and that have not ended, by id: `text`, `reasoning`. */
  const open = new Map<unknown, string>();

  function shownParts(text: string): unknown[] {
    const [id] = [...open].find(([, kind]) => kind === 'text') ?? [];
    if (id !== undefined) return [{ type: 'text-delta', id, delta: text }];
    const own = 'guard';
    return [
      { type: 'text-start', id: own },
      { type: 'text-delta', id: own, delta: text },
      { type: 'text-end', id: own },
    ];
  }

  function closeAll(): unknown[] {
    const ends = [...open].map(([id, kind]) => ({ type: `${kind}-end`, id }));
    open.clear();
    return ends;
  }

  return {
    read(chunk): Reading {
      const texts = new Texts();
      const part = props(chunk);
      const type = idText(part['type']);
      const [, kind = '', phase] = /^(text|reasoning|tool-input)-(start|delta|end)$/.exec(type) ?? [];
      const channel = `${kind}.${idText(part['id'])}`;
      if (Array.isArray(part['content'])) {
        part['content'].forEach((each, index) => texts.fields(each, ['content', index], PART));
      } else if (phase === 'end') {
        // The call itself repeats the arguments: nothing of it leaves before.
        if (kind === 'tool-input') texts.piece('', ['id'], channel, 'json');
        return { slots: texts.slots, ends: [channel] };
      } else if (phase !== undefined) {
        const isTool = kind === 'tool-input';
        texts.piece(part['delta'] ?? '', [phase === 'delta' ? 'delta' : 'id'], channel, isTool ? 'json' : 'text');
      } else if (type === 'raw') texts.unknown(part['rawValue'], ['rawValue']);
      else if (!FRAMES.has(type)) texts.fields(part, [], PART);
      return { slots: texts.slots, unmapped: texts.unmapped };
    },
    replaced(copy) {
      const { response } = props(copy);
      // The body of the response has the answer once more.
      return response === undefined ? copy : { ...props(copy), response: { ...props(response), body: undefined } };
    },
    sent(chunk) {
      const { type, id } = props(chunk);
      const [, kind = '', phase] = /^(text|reasoning)-(start|end)$/.exec(idText(type)) ?? [];
      if (phase === 'start') open.set(id, kind);
      else if (phase === 'end') open.delete(id);
    },
    stopped(chunk, replacement) {
      const part = props(chunk);
      if (Array.isArray(part['content'])) {
        const { response } = part;
        const content = [{ type: 'text', text: replacement ?? '' }];
        const rest = { content, finishReason: stopReason(part['finishReason']) };
        return { chunks: [{ ...part, ...rest, response: { ...props(response), body: undefined } }], isShown: true };
      }
      const type = idText(part['type']);
      const isFrame = FRAMES.has(type);
      const isStart = type === 'stream-start' || type === 'response-metadata';
      const shown = replacement === undefined || isStart ? [] : shownParts(replacement);
      const isShown = shown.length > 0;
      if (!isFrame) return { chunks: shown, isShown };
      const frame = type === 'finish' ? { ...part, finishReason: stopReason(part['finishReason']) } : chunk;
      return { chunks: [...shown, ...(isStart ? [] : closeAll()), frame], isShown };
    },
  };
}

/** The tool calls of the answer are gone. */
function stopReason(reason: unknown): unknown {
  const { unified } = props(reason);
  return unified === 'tool-calls' ? { ...props(reason), unified: 'stop' } : reason === 'tool-calls' ? 'stop' : reason;
}

/** Texts of a prompt of a model: messages with parts. */
export const promptOf = (params: unknown): unknown => list(props(params)['prompt']);
