import { describe, expect, it } from 'vitest';
import {
  createAnswerContent,
  createMessageBlocks,
  createStreamedChoices,
  createTextBuffer,
} from '@spanline/instrumentation';

describe('the text of a stream', () => {
  it('within the limit is whole', () => {
    const buffer = createTextBuffer();
    for (const piece of ['a', undefined, 'b']) buffer.add(piece);
    expect([buffer.toString(), buffer.isWhole]).toEqual(['ab', true]);
  });

  it('beyond the limit tells how many bytes are missing', () => {
    const buffer = createTextBuffer();
    for (let index = 0; index < 3; index++) buffer.add('ä'.repeat(1_048_576));
    expect(buffer.isWhole).toBe(false);
    expect(buffer.toString()).toMatch(/ä…\[\+4194304 bytes\]$/);
  });
});

describe('the pieces of a stream', () => {
  it('stand in the order of their numbers', () => {
    const blocks = createMessageBlocks();
    for (const index of [1, 0]) {
      blocks.add({ type: 'content_block_start', index, content_block: { type: 'text', text: '' } });
      blocks.add({ type: 'content_block_delta', index, delta: { type: 'text_delta', text: `${index}` } });
    }
    expect(blocks.parts().map((part) => 'content' in part && part.content)).toEqual(['0', '1']);
  });

  it('beyond the limit are counted', () => {
    const choices = createStreamedChoices();
    for (let index = 0; index < 300; index++) {
      choices.add({ delta: { tool_calls: [{ index, id: `c${index}`, function: { name: 'look', arguments: '{}' } }] } });
    }
    const parts = choices.gathered()[0]?.message.parts ?? [];
    expect([parts.length, parts.at(-1)]).toEqual([257, { type: 'text', content: '…[+44 tool calls]' }]);
  });
});

describe('tool calls of a stream', () => {
  const call = (index: number | undefined, id: string | undefined, name?: string, args?: unknown) => ({
    ...(index === undefined ? {} : { index }),
    id,
    type: 'function',
    function: { name, arguments: args },
  });
  it.each([
    [
      'have one number',
      [call(0, 'a', 'one', '{"x":1}'), call(0, 'b', 'two', '{"y"'), call(0, undefined, undefined, ':2}')],
    ],
    ['have no number', [call(undefined, 'a', 'one', '{"x":1}'), call(undefined, 'b', 'two', '{"y":2}')]],
    ['come as objects', [call(undefined, undefined, 'one', { x: 1 }), call(undefined, undefined, 'two', { y: 2 })]],
    ['are interleaved', [call(1, 'b', 'two', '{"y":'), call(0, 'a', 'one', '{"x":1}'), call(1, undefined, '', '2}')]],
    [
      'get a new id with each piece',
      [call(0, 'a', 'one', '{"x"'), call(0, 'q', undefined, ':1}'), call(1, 'b', 'two', '{"y":2}')],
    ],
    [
      'repeat their name',
      [call(0, 'a', 'one', '{"x"'), call(0, 'a', 'one', ':1}'), call(1, '', 'two', ''), call(1, 'b', '', '{"y":2}')],
    ],
  ])('that %s are told apart', (_how, pieces) => {
    const choices = createStreamedChoices();
    for (const piece of pieces) choices.add({ delta: { tool_calls: [piece] } });
    expect(choices.gathered()[0]?.message.parts).toMatchObject([
      { type: 'tool_call', name: 'one', arguments: { x: 1 } },
      { type: 'tool_call', name: 'two', arguments: { y: 2 } },
    ]);
  });
});

describe('thoughts of a stream that are a list', () => {
  it('are put together by their numbers', () => {
    const choices = createStreamedChoices();
    const details = [
      { text: 'I ', index: 0 },
      { text: 'look', index: 0 },
      { summary: 'done', index: 1 },
    ];
    for (const detail of details) choices.add({ delta: { reasoning_details: [detail] } });
    expect(choices.gathered()[0]?.message.parts).toEqual([{ type: 'reasoning', content: 'I look\ndone' }]);
  });
});

describe('the content of an answer', () => {
  const text = (content: string) => [{ role: 'assistant', parts: [{ type: 'text', content }] }];
  const read = (...pieces: object[]) => {
    const content = createAnswerContent();
    for (const piece of pieces) content.add(piece as Record<string, unknown>);
    return content.messages();
  };

  it.each([
    ['OpenAI', [{ choices: [{ message: { role: 'assistant', content: 'Yes.' } }] }]],
    ['OpenAI, streamed', [{ choices: [{ delta: { content: 'Ye' } }] }, { choices: [{ delta: { content: 's.' } }] }]],
    [
      "OpenAI's Responses API",
      [{ object: 'response', output: [{ type: 'message', content: [{ type: 'output_text', text: 'Yes.' }] }] }],
    ],
    [
      "OpenAI's Responses API, streamed",
      [
        { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'Ye' },
        { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 's.' },
      ],
    ],
    ['Anthropic', [{ type: 'message', content: [{ type: 'text', text: 'Yes.' }] }]],
    [
      'Anthropic, streamed',
      [
        { type: 'message_start', message: { content: [] } },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Yes.' } },
      ],
    ],
    ['Google', [{ candidates: [{ content: { parts: [{ text: 'Yes.' }] } }] }]],
    [
      'Google, streamed',
      [
        { candidates: [{ content: { parts: [{ text: 'Ye' }] } }] },
        { candidates: [{ content: { parts: [{ text: 's.' }] }, finishReason: 'STOP' }] },
      ],
    ],
    ['Ollama', [{ message: { role: 'assistant', content: 'Yes.' }, done: true }]],
    [
      'Ollama, streamed',
      [{ message: { role: 'assistant', content: 'Ye' } }, { message: { role: 'assistant', content: 's.' } }],
    ],
  ])('is read in the shape of %s', (_name, pieces) => {
    expect(read(...pieces)).toEqual(text('Yes.'));
  });

  it('is empty in a shape that nobody knows', () => {
    expect(read({ answer: 'Yes.' })).toEqual([]);
  });

  it('of Google tells its searches and what the text rests on', () => {
    const groundingMetadata = {
      webSearchQueries: ['tides'],
      groundingChunks: [{ web: { uri: 'https://a.test', title: 'A' } }],
    };
    expect(
      read(
        { candidates: [{ content: { parts: [{ text: 'Hm.', thought: true }, { text: 'At ' }] } }] },
        { candidates: [{ content: { parts: [{ text: 'six.' }] }, groundingMetadata }] },
      ),
    ).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'Hm.' },
          {
            type: 'server_tool_call',
            name: 'google_search',
            server_tool_call: { type: 'google_search', queries: ['tides'] },
          },
          { type: 'text', content: 'At six.', citations: [{ type: 'web', uri: 'https://a.test', title: 'A' }] },
        ],
      },
    ]);
  });
});
