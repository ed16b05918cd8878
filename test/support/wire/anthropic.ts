import { events, json, type WireReply } from './server.ts';

const INPUT = { input_tokens: 26, cache_creation_input_tokens: 10, cache_read_input_tokens: 64 };
const HEAD = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-3-5-haiku-20241022' };

function message(
  stream: boolean,
  block: Record<string, unknown>,
  start: object,
  deltas: readonly object[],
  reason: string,
): WireReply {
  const end = { stop_reason: reason, stop_sequence: null };
  if (!stream) return json({ ...HEAD, content: [block], ...end, usage: { ...INPUT, output_tokens: 20 } });
  return events(
    [
      {
        type: 'message_start',
        message: {
          ...HEAD,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { ...INPUT, output_tokens: 1 },
        },
      },
      { type: 'content_block_start', index: 0, content_block: start },
      { type: 'ping' },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index: 0, delta })),
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: end, usage: { ...INPUT, output_tokens: 20 } },
      { type: 'message_stop' },
    ],
    true,
  );
}

/** Messages: a text. */
export const anthropicText = (stream: boolean): WireReply =>
  message(
    stream,
    { type: 'text', text: 'It is sunny.' },
    { type: 'text', text: '' },
    [
      { type: 'text_delta', text: 'It is' },
      { type: 'text_delta', text: ' sunny.' },
    ],
    'end_turn',
  );

/** Messages: a tool call. */
export const anthropicTool = (stream: boolean): WireReply =>
  message(
    stream,
    { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Oslo' } },
    { type: 'tool_use', id: 'call_1', name: 'weather', input: {} },
    [
      { type: 'input_json_delta', partial_json: '{"city":' },
      { type: 'input_json_delta', partial_json: '"Oslo"}' },
    ],
    'tool_use',
  );
