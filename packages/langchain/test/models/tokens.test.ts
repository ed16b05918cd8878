import { describe, expect, it } from 'vitest';
import { addStreamEvent, addToken, createStreamedAnswer, streamAttributes } from '../../src/models/streamed-answer.ts';

const USAGE = { input_tokens: 100, output_tokens: 1, total_tokens: 101 };

describe('the first content of a stream', () => {
  const chunk = (message: object): object => ({ chunk: { message } });

  it.each([
    ['a word', 'Sunny', undefined],
    ['a tool call', '', chunk({ content: '', tool_call_chunks: [{ name: 'weather' }] })],
    ['a thought', '', chunk({ content: [{ type: 'thinking', thinking: 'Hm.' }] })],
    ['a thought beside the content', '', chunk({ content: '', additional_kwargs: { reasoning_content: 'Hm.' } })],
  ])('is %s', (_name, token, fields) => {
    const tokens = createStreamedAnswer();
    addToken(tokens, token, fields);
    expect(streamAttributes(tokens, 0)['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0);
  });

  it.each([
    ['an empty text', chunk({ content: '' })],
    ['no block', chunk({ content: [] })],
    ['a block without words', chunk({ content: [{ type: 'text', text: '' }] })],
    ['usage alone', chunk({ content: '', usage_metadata: USAGE })],
  ])('is not %s', (_name, fields) => {
    const tokens = createStreamedAnswer();
    addToken(tokens, '', fields);
    expect(streamAttributes(tokens, 0)).toMatchObject({
      'spanline.stream.chunks': 1,
      'gen_ai.response.time_to_first_chunk': undefined,
    });
  });
});

describe('the first content of a stream of events', () => {
  const words = (text: string): object => ({ event: 'content-block-delta', delta: { type: 'text-delta', text } });
  const begin = (content: object): object => ({ event: 'content-block-start', content });

  it.each([
    ['a word', words('Sunny')],
    ['the name of a tool', begin({ type: 'tool_call_chunk', name: 'weather', args: '' })],
    ['a thought', { event: 'content-block-delta', delta: { type: 'reasoning-delta', reasoning: 'Hm.' } }],
  ])('is %s', (_name, event) => {
    const tokens = createStreamedAnswer();
    addStreamEvent(tokens, event);
    expect(streamAttributes(tokens, 0)['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0);
  });

  it.each([
    ['an empty word', words('')],
    ['the start of a text', begin({ type: 'text', text: '' })],
    ['the start of the message', { event: 'message-start', usage: USAGE }],
  ])('is not %s', (_name, event) => {
    const tokens = createStreamedAnswer();
    addStreamEvent(tokens, event);
    expect(tokens.firstMs).toBeUndefined();
  });
});
