/** Messages of Anthropic: whole, or the events of a stream. */
import { list, props } from '@spanline/record';
import type { Reading, Shape } from '../gate/shape.ts';
import { type Fields, idText, Texts } from './fields.ts';

const BLOCK: Fields = {
  text: 'text',
  thinking: 'text',
  citations: 'each',
  content: 'each',
  title: 'each',
  url: 'each',
  type: 'skip',
  id: 'skip',
  name: 'skip',
  input: 'skip',
  caller: 'skip',
  signature: 'skip',
  data: 'skip',
  encrypted_content: 'skip',
  tool_use_id: 'skip',
  server_name: 'skip',
};
const DELTA: Fields = {
  text: 'text',
  thinking: 'text',
  partial_json: 'json',
  content: 'text',
  citation: 'each',
  type: 'skip',
  signature: 'skip',
  encrypted_content: 'skip',
};
/** Fields of a message and of the events around it. */
const FRAME: Fields = {
  type: 'skip',
  id: 'skip',
  role: 'skip',
  model: 'skip',
  content: 'skip',
  message: 'skip',
  delta: 'skip',
  stop_reason: 'skip',
  stop_sequence: 'skip',
  usage: 'skip',
  index: 'skip',
  'amazon-bedrock-invocationMetrics': 'skip',
};
const FRAMES = new Set(['message_start', 'message_delta', 'message_stop', 'ping', 'error']);
const PARTS = new Set(['content_block_start', 'content_block_delta', 'content_block_stop']);

/** Creates the shape of one answer. */
export function messagesShape(): Shape<unknown> {
  /** Blocks that the reader has, and whether text may be added to them. */
  const open = new Map<unknown, boolean>();
  let next = 0;

  function readBlock(block: unknown, path: (string | number)[], texts: Texts, channel?: string): void {
    texts.fields(block, path, BLOCK, channel === undefined ? undefined : () => channel);
    const { input } = props(block);
    if (channel === undefined && input !== undefined) texts.value(input, [...path, 'input']);
  }

  function replacementEvents(text: string): unknown[] {
    const [index] = [...open].find(([, isText]) => isText) ?? [];
    const delta = { type: 'content_block_delta', index: index ?? next, delta: { type: 'text_delta', text } };
    if (index !== undefined) return [delta];
    const start = { type: 'content_block_start', index: next, content_block: { type: 'text', text: '' } };
    return [start, delta, { type: 'content_block_stop', index: next }];
  }

  function closeAll(): unknown[] {
    const stops = [...open.keys()].map((index) => ({ type: 'content_block_stop', index }));
    open.clear();
    return stops;
  }

  return {
    read(chunk): Reading {
      const texts = new Texts();
      const event = props(chunk);
      const channel = idText(event['index']);
      if (event['type'] === 'content_block_start') {
        const block = props(event['content_block']);
        readBlock(block, ['content_block'], texts, channel);
        // Its name waits for its arguments.
        if ('input' in block) texts.piece('', ['content_block', 'type'], channel, 'json');
      } else if (event['type'] === 'content_block_delta') {
        texts.fields(event['delta'], ['delta'], DELTA, () => channel);
      } else if (event['type'] === 'content_block_stop') return { slots: [], ends: [channel] };
      else if (event['type'] === 'message' || FRAMES.has(idText(event['type']))) {
        list(event['content']).forEach((block, index) => readBlock(block, ['content', index], texts));
        texts.frame(event, [], FRAME);
        for (const key of ['message', 'delta']) {
          const { content } = props(event[key]);
          list(content).forEach((block, index) => readBlock(block, [key, 'content', index], texts));
          texts.frame(event[key], [key], FRAME);
        }
      } else texts.unknown(chunk, []);
      return { slots: texts.slots, unmapped: texts.unmapped };
    },
    sent(chunk) {
      const { type, index, content_block: block } = props(chunk);
      if (type === 'content_block_start') {
        open.set(index, props(block)['type'] === 'text');
        next = Math.max(next, Number(index) + 1);
      } else if (type === 'content_block_stop') open.delete(index);
    },
    stopped(chunk, replacement) {
      const event = props(chunk);
      const reason = props(event['delta'])['stop_reason'];
      if (event['type'] === 'message') {
        const content = [{ type: 'text', text: replacement, citations: null }];
        const stop = event['stop_reason'] === 'tool_use' ? { stop_reason: 'end_turn' } : {};
        return { chunks: [{ ...event, ...stop, content }], isShown: true };
      }
      const shown =
        replacement === undefined || event['type'] === 'message_start' ? [] : replacementEvents(replacement);
      const isShown = shown.length > 0;
      if (event['type'] === 'content_block_stop' && open.has(event['index'])) {
        open.delete(event['index']);
        return { chunks: [...shown, chunk], isShown };
      }
      if (PARTS.has(idText(event['type']))) return { chunks: shown, isShown };
      const closing = event['type'] === 'message_start' || event['type'] === 'ping' ? [] : closeAll();
      const frame =
        reason === 'tool_use' ? { ...event, delta: { ...props(event['delta']), stop_reason: 'end_turn' } } : chunk;
      return { chunks: [...shown, ...closing, frame], isShown };
    },
  };
}
