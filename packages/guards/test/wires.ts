/** Pieces of texts as the chunks of providers. */
import { list, props, text } from '@spanline/record';
import type { Shape } from '../src/gate/shape.ts';
import { chatCompletionsShape } from '../src/shapes/chat-completions.ts';
import { converseShape } from '../src/shapes/converse.ts';
import { geminiShape } from '../src/shapes/gemini.ts';
import { messagesShape } from '../src/shapes/messages.ts';
import { responsesShape } from '../src/shapes/responses.ts';

/** A piece of one of the texts of an answer. Channels from {@link TOOLS} on are arguments of tools. */
export interface Piece {
  readonly channel: number;
  readonly text: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** The first channel with arguments of a tool. */
export const TOOLS = 2;

/** How a provider sends pieces. */
export interface Wire {
  shape(): Shape<unknown>;
  chunks(pieces: readonly Piece[]): unknown[];
  /** The pieces in a chunk that left. */
  texts(chunk: unknown): (readonly [channel: number, text: string])[];
}

const TYPES = { text: 'response.output_text', tool: 'response.function_call_arguments' } as const;

function chatDelta({ channel, text, isFirst }: Piece): object {
  if (channel < TOOLS)
    return { index: channel, delta: { ...(isFirst ? { role: 'assistant' } : {}), content: text }, finish_reason: null };
  const head = isFirst ? { id: `call_${channel}`, type: 'function' } : {};
  const call = { index: channel - TOOLS, ...head, function: { ...(isFirst ? { name: 'send' } : {}), arguments: text } };
  return { index: 0, delta: { tool_calls: [call] }, finish_reason: null };
}

const chat: Wire = {
  shape: chatCompletionsShape,
  chunks: (pieces) => [
    ...pieces.map((piece) => ({ object: 'chat.completion.chunk', choices: [chatDelta(piece)] })),
    ...[0, 1].map((index) => ({
      object: 'chat.completion.chunk',
      choices: [{ index, delta: {}, finish_reason: 'stop' }],
    })),
    { object: 'chat.completion.chunk', choices: [], usage: { completion_tokens: 9 } },
  ],
  texts: (chunk) =>
    list(props(chunk)['choices']).flatMap((choice) => {
      const { index, delta } = props(choice);
      const { content, tool_calls: calls } = props(delta);
      return [
        [Number(index), text(content) ?? ''] as const,
        ...list(calls).map(
          (call) =>
            [TOOLS + Number(props(call)['index']), text(props(props(call)['function'])['arguments']) ?? ''] as const,
        ),
      ];
    }),
};

const messages: Wire = {
  shape: messagesShape,
  chunks: (pieces) => [
    { type: 'message_start', message: { id: 'msg_1', content: [] } },
    ...pieces.flatMap(({ channel: index, text, isFirst, isLast }) => {
      const isTool = index >= TOOLS;
      const block = isTool ? { type: 'tool_use', id: 'call_1', name: 'send', input: {} } : { type: 'text', text: '' };
      const delta = isTool ? { type: 'input_json_delta', partial_json: text } : { type: 'text_delta', text };
      return [
        ...(isFirst ? [{ type: 'content_block_start', index, content_block: block }] : []),
        { type: 'content_block_delta', index, delta },
        ...(isLast ? [{ type: 'content_block_stop', index }] : []),
      ];
    }),
    { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9 } },
    { type: 'message_stop' },
  ],
  texts: (chunk) => {
    const { index, delta } = props(chunk);
    return [[Number(index ?? 0), text(props(delta)['text']) ?? text(props(delta)['partial_json']) ?? '']];
  },
};

function responseEvents({ channel, text, isLast }: Piece, whole: string): object[] {
  const isTool = channel >= TOOLS;
  const type = isTool ? TYPES.tool : TYPES.text;
  // Two texts are parts of one item, the calls are items.
  const place = isTool
    ? { item_id: `call_${channel}`, output_index: channel }
    : { item_id: 'msg_1', output_index: 0, content_index: channel };
  const done = { type: `${type}.done`, ...place, [isTool ? 'arguments' : 'text']: whole };
  return [{ type: `${type}.delta`, ...place, delta: text }, ...(isLast ? [done] : [])];
}

const responses: Wire = {
  shape: responsesShape,
  chunks: (pieces) => {
    const wholes = ['', '', '', ''];
    for (const { channel, text } of pieces) wholes[channel] += text;
    const content = wholes.slice(0, TOOLS).map((text) => ({ type: 'output_text', text, annotations: [] }));
    const calls = wholes
      .slice(TOOLS)
      .map((arguments_) => ({ type: 'function_call', name: 'send', arguments: arguments_ }));
    const output = [{ type: 'message', role: 'assistant', content }, ...calls];
    return [
      { type: 'response.created', response: { object: 'response', output: [] } },
      ...pieces.flatMap((piece) => responseEvents(piece, wholes[piece.channel] ?? '')),
      { type: 'response.completed', response: { object: 'response', output } },
    ];
  },
  texts: (chunk) => {
    const { type, delta, content_index: part, output_index: item } = props(chunk);
    return String(type).endsWith('.delta') ? [[Number(part ?? item), text(delta) ?? '']] : [];
  },
};

/** Two candidates; the arguments of a function come as parts of a value, at a path of their own. */
const gemini: Wire = {
  shape: geminiShape,
  chunks: (pieces) => [
    ...pieces.map(({ channel, text }) => {
      const partialArgs = [{ jsonPath: `$.a${channel}`, stringValue: text }];
      const part = channel < TOOLS ? { text } : { functionCall: { name: 'send', partialArgs } };
      return { candidates: [{ index: channel % TOOLS, content: { role: 'model', parts: [part] } }] };
    }),
    ...[0, 1].map((index) => ({ candidates: [{ index, finishReason: 'STOP' }] })),
    { usageMetadata: { candidatesTokenCount: 9 } },
  ],
  texts: (chunk) =>
    list(props(chunk)['candidates']).flatMap((candidate) => {
      const { index, content } = props(candidate);
      return list(props(content)['parts']).flatMap((part) => [
        [Number(index), text(props(part)['text']) ?? ''] as const,
        ...list(props(props(part)['functionCall'])['partialArgs']).map(
          (each) => [TOOLS + Number(index), text(props(each)['stringValue']) ?? ''] as const,
        ),
      ]);
    }),
};

const converse: Wire = {
  shape: converseShape,
  chunks: (pieces) => [
    { messageStart: { role: 'assistant' } },
    ...pieces.flatMap(({ channel: contentBlockIndex, text, isFirst, isLast }) => {
      const isTool = contentBlockIndex >= TOOLS;
      const start = { toolUse: { toolUseId: `call_${contentBlockIndex}`, name: 'send' } };
      const delta = isTool ? { toolUse: { input: text } } : { text };
      return [
        ...(isFirst && isTool ? [{ contentBlockStart: { contentBlockIndex, start } }] : []),
        { contentBlockDelta: { contentBlockIndex, delta } },
        ...(isLast ? [{ contentBlockStop: { contentBlockIndex } }] : []),
      ];
    }),
    { messageStop: { stopReason: 'tool_use' } },
    { metadata: { usage: { outputTokens: 9 } } },
  ],
  texts: (chunk) => {
    const { contentBlockIndex, delta } = props(props(chunk)['contentBlockDelta']);
    const piece = text(props(delta)['text']) ?? text(props(props(delta)['toolUse'])['input']);
    return [[Number(contentBlockIndex ?? 0), piece ?? '']];
  },
};

/** All of them. */
export const WIRES: Readonly<Record<string, Wire>> = {
  'chat completions': chat,
  messages,
  responses,
  gemini,
  converse,
};
