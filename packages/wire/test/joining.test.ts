/** Events that are read together have the lines of events that are read one by one. */

import { describe, expect, it } from 'vitest';
import { createFinder } from '../src/apis/index.ts';
import { framingOf } from '../src/exchange/framing.ts';

/** Pieces of text that are hard to cut out of JSON, and some that a stream repeats. */
const PIECES = [
  'Hel',
  'lo',
  '"quoted"',
  'back\\slash\\',
  '\\"',
  '{"content":"nested","text":"x"}',
  'Zoë 🦊\n',
  '',
  '\u0000\u2028',
  ' and',
  ' and',
];

type Stream = readonly [name: string, origin: string, path: string, event: (piece: string, index: number) => object];

const choice = (delta: object): object => ({ id: 'c1', model: 'm', choices: [{ index: 0, delta }], usage: null });

const STREAMS: readonly Stream[] = [
  ['chat', 'https://api.openai.com', '/v1/chat/completions', (content) => choice({ content })],
  [
    'chat, obfuscated',
    'https://api.openai.com',
    '/v1/chat/completions',
    (content, index) => ({ ...choice({ content }), obfuscation: 'x'.repeat(index) }),
  ],
  [
    'arguments',
    'https://api.groq.com',
    '/openai/v1/chat/completions',
    (args, index) =>
      choice({ tool_calls: [{ index: 0, id: index === 0 ? 't1' : undefined, function: { arguments: args } }] }),
  ],
  [
    'two choices',
    'https://api.openai.com',
    '/v1/chat/completions',
    (content, index) => ({ choices: [{ index: index % 2, delta: { content } }] }),
  ],
  [
    'thoughts, then text',
    'https://api.deepseek.com',
    '/chat/completions',
    (text, index) => choice(index < PIECES.length / 2 ? { reasoning_content: text } : { content: text }),
  ],
  [
    'usage of each chunk',
    'https://api.x.ai',
    '/v1/chat/completions',
    (content) => ({ ...choice({ content }), usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 } }),
  ],
  [
    'responses',
    'https://api.openai.com',
    '/v1/responses',
    (delta, index) => ({
      type: 'response.output_text.delta',
      sequence_number: index + 8,
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      delta,
      obfuscation: String(index * 7919),
    }),
  ],
  [
    'messages',
    'https://api.anthropic.com',
    '/v1/messages',
    (text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
  ],
  [
    'input of a tool',
    'https://api.anthropic.com',
    '/v1/messages',
    (json) => ({ type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: json } }),
  ],
  [
    'Cohere',
    'https://api.cohere.com',
    '/v2/chat',
    (text) => ({ type: 'content-delta', index: 0, delta: { message: { content: { text } } } }),
  ],
  [
    'blocks of Mistral',
    'https://api.mistral.ai',
    '/v1/chat/completions',
    (text) => choice({ content: [{ type: 'text', text }] }),
  ],
];

const format = (value: object, spaced: boolean): string =>
  spaced ? JSON.stringify(value, undefined, 1).replaceAll('\n', ' ') : JSON.stringify(value);

/** What the reader of the API has after the events, and the number and times of the values that it was given. */
function read([, origin, path, event]: Stream, spaced: boolean, together: boolean): Record<string, unknown> {
  const api = createFinder({})({ origin, path, method: 'POST' })?.api;
  if (api === undefined) throw new Error(`no API: ${path}`);
  const body = { model: 'm', messages: [{ role: 'user', content: 'Hi' }], input: 'Hi', max_tokens: 9, stream: true };
  const reader = api.read({ ...api.request, body })?.reader;
  if (reader === undefined) throw new Error('no reader');
  const arrivals: number[] = [];
  let [values, count, firstMs] = [0, 0, undefined as number | undefined];
  const framing = framingOf('text/event-stream', {
    arrived: (atMs) => void arrivals.push(atMs),
    chunk(value, atMs, pieces): void {
      values++;
      count += pieces;
      if (reader.chunk(value) === 'content') firstMs ??= atMs;
    },
    whole: () => expect.unreachable(),
    failed: () => expect.unreachable(),
    unreadable: () => expect.unreachable(),
  });
  const pieces = PIECES.map((piece, index) => Buffer.from(`data: ${format(event(piece, index), spaced)}\n\n`));
  const times = pieces.map((_, index) => 100 + index);
  if (together) {
    let end = 0;
    framing?.read({ bytes: Buffer.concat(pieces), ends: pieces.map(({ length }) => (end += length)), times });
  } else
    for (const [index, bytes] of pieces.entries())
      framing?.read({ bytes, ends: [bytes.length], times: [times[index] ?? 0] });
  framing?.end(200);
  return { gathered: reader.gathered(), count, arrivals, firstMs, values };
}

describe.each([
  ['compact', false],
  ['with spaces', true],
])('%s JSON', (_, spaced) => {
  it.each(STREAMS)('is read together as it is one by one: %s', (...stream) => {
    const { values: alone, ...expected } = read(stream, spaced, false);
    const { values, ...together } = read(stream, spaced, true);
    expect(alone).toBe(PIECES.length);
    expect(together).toEqual(expected);
    const isJoined = !['two choices', 'usage of each chunk'].includes(stream[0]);
    expect(Number(values) < PIECES.length).toBe(isJoined);
  });
});

/** What the framing hands on of a body that comes in the given blocks. */
function values(blocks: readonly (readonly string[])[]): unknown[] {
  const passed: unknown[] = [];
  const framing = framingOf('text/event-stream', {
    arrived: (atMs) => void passed.push(`at ${atMs}`),
    chunk: (value, atMs, count) => void passed.push([value, atMs, count]),
    whole: () => expect.unreachable(),
    failed: () => expect.unreachable(),
    unreadable: () => void passed.push('unreadable'),
  });
  let time = 0;
  for (const block of blocks) {
    let end = 0;
    const ends = block.map((chunk) => (end += Buffer.byteLength(chunk)));
    framing?.read({ bytes: Buffer.from(block.join('')), ends, times: block.map(() => ++time) });
  }
  framing?.end(100);
  return passed;
}

it('passes on what is broken as it is', () => {
  const broken = [
    '{"text":"b',
    '{"text":"b"',
    '{"text":"b"}}',
    '{"text":b"}',
    '{"text":"c\\"}',
    '{"text":"c\n\ndata: "}',
    '{"text":"c\t"}',
    'text',
  ];
  for (const text of broken) {
    const chunks = ['{"text":"a"}', text, '{"text":"d"}'].map((data) => `data: ${data}\n\n`);
    expect(values([chunks]), text).toEqual(values(chunks.map((chunk) => [chunk])));
  }
});

const TWO = 'data: {"text":"a"}\n\ndata: {"text":"b"}\n\ndata: {"n":3}\n\n';

it.each([
  ['LF', TWO],
  ['CRLF', TWO.replaceAll('\n', '\r\n')],
  // A last carriage return may be the first half of a line's end.
  ['CR', `${TWO.replaceAll('\n', '\r')}: end\r`],
  ['names', TWO.replaceAll('data', 'event: piece\ndata')],
  ['comments', TWO.replaceAll('data', ': {"text":"a"}\ndata')],
  ['two lines of data', TWO.replaceAll('{', '{\ndata: ')],
  ['empty lines', TWO.replaceAll('\n\n', '\n\n\n\n')],
  ['a byte order mark', `\uFEFF${TWO}`],
])('reads events that are cut anywhere, with the time at which each was whole: %s', (_, body) => {
  const whole = values([[body]]);
  expect(whole.filter(Array.isArray).reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(3);
  const bytes = [...body];
  for (let cut = 1; cut < bytes.length; cut++) {
    const [head, tail] = [bytes.slice(0, cut).join(''), bytes.slice(cut).join('')];
    const apart = values([[head], [tail]]);
    const together = values([[head, tail]]);
    const arrivals = (passed: unknown[]): unknown[] => passed.filter((value) => typeof value === 'string');
    expect(arrivals(together), head).toEqual(arrivals(apart));
    const texts = (passed: unknown[]): string =>
      passed.map((value) => (Array.isArray(value) ? String((value[0] as { text?: string }).text ?? '|') : '')).join('');
    expect([texts(apart), texts(together)], head).toEqual(['ab|', 'ab|']);
  }
});

it('says once of an event that is too long that it cannot be read', () => {
  const nothing = (): void => undefined;
  let unreadable = 0;
  const pieces = { arrived: nothing, chunk: nothing, whole: nothing, failed: nothing };
  const framing = framingOf('text/event-stream', { ...pieces, unreadable: () => void unreadable++ });
  const bytes = Buffer.alloc(1024 * 1024, 'data: {"text":"');
  for (let mebibyte = 0; mebibyte < 19; mebibyte++) framing?.read({ bytes, ends: [bytes.length], times: [0] });
  framing?.end(0);
  expect(unreadable).toBe(1);
});
