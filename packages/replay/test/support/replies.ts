/** Answers of providers with thinking and tools, and their failures. */
import { events, json, type WireReply } from '../../../../test/support/wire/server.ts';

/** An answer, and whether it was asked for as a stream. */
export type Reply = readonly [name: string, stream: boolean, reply: WireReply];

/** The model of Anthropic. */
export const CLAUDE = 'claude-opus-5-5';

const HEAD = { id: 'msg_1', type: 'message', role: 'assistant', model: CLAUDE };
const BLOCKS = [
  { type: 'thinking', thinking: 'Oslo is meant.', signature: 'c2ln' },
  { type: 'text', text: 'I look it up.' },
  { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Oslo' } },
];
const USAGE = { input_tokens: 20, cache_read_input_tokens: 64, cache_creation_input_tokens: 10, output_tokens: 30 };
const START = [
  {
    type: 'message_start',
    message: { ...HEAD, content: [], stop_reason: null, stop_sequence: null, usage: { ...USAGE, output_tokens: 1 } },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Oslo is meant.' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'c2ln' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'I look it up.' } },
];
const END = [
  { type: 'content_block_stop', index: 1 },
  {
    type: 'content_block_start',
    index: 2,
    content_block: { type: 'tool_use', id: 'call_1', name: 'weather', input: {} },
  },
  { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"city":"Oslo"}' } },
  { type: 'content_block_stop', index: 2 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 30 } },
  { type: 'message_stop' },
];
const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
const limited = { type: 'error', error: { type: 'rate_limit_error', message: 'Too many' } };

/** Of messages. */
export const ANTHROPIC_REPLIES: readonly Reply[] = [
  ['an answer', false, json({ ...HEAD, content: BLOCKS, stop_reason: 'tool_use', stop_sequence: null, usage: USAGE })],
  ['an answer', true, events([...START, ...END], true)],
  ['a limit', false, json(limited, 429)],
  ['a limit', true, json(limited, 429)],
  ['an overload', false, json(overloaded, 529)],
  ['an error amid the answer', true, events([...START, overloaded], true)],
  ['a connection that breaks', true, { ...events(START, true), cut: true }],
];

const chunk = (delta: object, finish_reason: string | null = null): object => ({
  id: 'c_1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4o',
  choices: [{ index: 0, delta, finish_reason }],
});
/** Of chat completions. */
export const OPENAI_REPLIES: readonly Reply[] = [
  ['a limit', false, json({ error: { message: 'Too many', type: 'requests', code: 'rate_limit_exceeded' } }, 429)],
  [
    'an error amid the answer',
    true,
    events([
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'I look' }),
      { error: { message: 'The server had an error', type: 'server_error', code: null } },
    ]),
  ],
  [
    'a connection that breaks',
    true,
    { ...events([chunk({ role: 'assistant', content: '' }), chunk({ content: 'I look' })]), cut: true },
  ],
];

const at = { item_id: 'm_1', output_index: 0, content_index: 0 };
const begun = {
  id: 'r_1',
  object: 'response',
  created_at: 1,
  model: 'gpt-4o',
  status: 'in_progress',
  output: [],
  usage: null,
};
const BEGUN = [
  { type: 'response.created', response: begun },
  {
    type: 'response.output_item.added',
    output_index: 0,
    item: { id: 'm_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] },
  },
  { type: 'response.content_part.added', ...at, part: { type: 'output_text', text: '', annotations: [] } },
  { type: 'response.output_text.delta', ...at, delta: 'I look it up.', logprobs: [] },
].map((event, sequence_number) => ({ ...event, sequence_number }));
/** Of Responses. */
export const RESPONSES_REPLIES: readonly Reply[] = [
  ['a limit', true, json({ error: { message: 'Too many', type: 'requests', code: 'rate_limit_exceeded' } }, 429)],
  [
    'an error amid the answer',
    true,
    events(
      [
        ...BEGUN,
        { type: 'error', code: 'server_error', message: 'The server had an error', param: null, sequence_number: 4 },
      ],
      true,
    ),
  ],
  [
    'a failed answer',
    true,
    events(
      [
        ...BEGUN,
        {
          type: 'response.failed',
          response: { ...begun, status: 'failed', error: { code: 'server_error', message: 'The server had an error' } },
          sequence_number: 4,
        },
      ],
      true,
    ),
  ],
  ['a connection that breaks', true, { ...events(BEGUN, true), cut: true }],
];

/** A stream that begins, and then waits. */
export const LEFT_REPLY: WireReply = { ...events(START, true), open: true };
