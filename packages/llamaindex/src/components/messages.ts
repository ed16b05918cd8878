/** LlamaIndex's messages, and the chunks of a streamed one, in the shapes of the record. */

import type { Message, MessagePart } from '@spanline/core';
import { props, list, text, toMessages, toParts } from '@spanline/instrumentation';

function toolCalls(options: unknown): MessagePart[] {
  // Of some providers, the input is JSON.
  return toParts(list(props(options)['toolCall']).map((call) => ({ ...props(call), type: 'tool_use' })));
}

/** Converts a message. LlamaIndex keeps tool calls and tool results in its `options`. */
export function toMessage(message: unknown): Message {
  const { role, content, options } = props(message);
  const [base] = toMessages([{ role, content }]);
  const result = props(props(options)['toolResult']);
  if (text(result['id']) !== undefined) {
    return {
      role: 'tool',
      parts: [
        {
          type: 'tool_call_response',
          id: text(result['id']),
          response: result['result'],
          ...(result['isError'] === true ? { is_error: true } : {}),
        },
      ],
    };
  }
  return { role: base?.role ?? 'user', parts: [...(base?.parts ?? []), ...toolCalls(options)] };
}

/** The text of a chunk. OpenAI's Responses class repeats the last piece of text on every event that follows. */
function deltaOf(chunk: unknown): string {
  const { delta, text: piece, raw } = props(chunk);
  const event = text(props(raw)['type']);
  if (event?.startsWith('response.') === true && event !== 'response.output_text.delta') return '';
  return text(delta) ?? text(piece) ?? '';
}

/**
 * The tool calls of a stream. A chunk has the call that it is about, and a later chunk has more of the same call. Some
 * providers give several calls of a chunk one id.
 */
function streamedCalls(chunks: readonly unknown[]): MessagePart[] {
  const calls = new Map<string, MessagePart>();
  for (const chunk of chunks) {
    const before = new Map<string, number>();
    for (const call of toolCalls(props(chunk)['options'])) {
      const id = text(props(call)['id']) ?? '';
      const place = before.get(id) ?? 0;
      before.set(id, place + 1);
      calls.set(`${place} ${id}`, call);
    }
  }
  return [...calls.values()];
}

/** Puts a message together from the chunks of its stream. */
export function streamedMessage(chunks: readonly unknown[]): Message {
  const content = chunks.map(deltaOf).join('');
  const parts: MessagePart[] = content === '' ? [] : [{ type: 'text', content }];
  return { role: 'assistant', parts: [...parts, ...streamedCalls(chunks)] };
}

/** True for a chunk with text or a tool call. */
export function hasContent(chunk: unknown): boolean {
  return deltaOf(chunk) !== '' || toolCalls(props(chunk)['options']).length > 0;
}
