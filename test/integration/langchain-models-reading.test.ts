import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toModelMessages } from '../../packages/langchain/src/messages.ts';
import { readModelCall } from '../../packages/langchain/src/model-call.ts';
import { readBrokenAnswer, readModelError, readModelOutput } from '../../packages/langchain/src/model-output.ts';
import { readUsage } from '../../packages/langchain/src/model-usage.ts';
import { addStreamEvent, addToken, createStreamedTokens, streamFacts } from '../../packages/langchain/src/tokens.ts';

const count = fc.nat({ max: 100_000 });

const usageOf = (input: number, output: number, more: object = {}) => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: input + output,
  ...more,
});

const generation = (usage: object, provider: string, info: object = {}) => ({
  message: { usage_metadata: usage, response_metadata: { model_provider: provider } },
  generationInfo: info,
});

describe('tokens of a stream', () => {
  it("are Anthropic's own, although LangChain adds the count at the start to the one at the end", () => {
    fc.assert(
      fc.property(count, fc.integer({ min: 1, max: 50 }), count, (input, start, more) => {
        const output = start + more;
        const tokens = createStreamedTokens();
        const chunk = (usage: object): object => ({
          chunk: { message: { usage_metadata: usage, response_metadata: { model_provider: 'anthropic' } } },
        });
        addToken(tokens, '', chunk(usageOf(input, start)));
        addToken(tokens, '', chunk(usageOf(0, output)));
        const found = readUsage({}, generation(usageOf(input, start + output), 'anthropic'), tokens);
        expect(found).toMatchObject({ inputTokens: input, outputTokens: output, issue: 'chunks_added' });
      }),
    );
  });

  it("are Anthropic's own where they come as events, whose counts are sums already", () => {
    const tokens = createStreamedTokens();
    addStreamEvent(tokens, { event: 'message-start', usage: usageOf(100, 1) });
    addStreamEvent(tokens, { event: 'provider', provider: 'anthropic', payload: { model: 'claude' } });
    addStreamEvent(tokens, { event: 'usage', usage: usageOf(100, 21) });
    const found = readUsage({}, { message: { usage_metadata: usageOf(100, 21) } }, tokens);
    expect(found).toMatchObject({ outputTokens: 20 });
    expect(tokens.model).toBe('claude');
  });

  it('are left as they are where they do not show the fault', () => {
    const tokens = createStreamedTokens();
    addToken(tokens, '', { chunk: { message: { usage_metadata: usageOf(100, 1) } } });
    addToken(tokens, '', { chunk: { message: { usage_metadata: usageOf(0, 20) } } });
    const found = readUsage({}, generation(usageOf(100, 20), 'anthropic'), tokens);
    expect(found).toMatchObject({ outputTokens: 20 });
    expect(found).not.toHaveProperty('issue');
  });

  it("have Google's cached tokens once, although LangChain adds them with each chunk", () => {
    fc.assert(
      fc.property(count, count, fc.integer({ min: 2, max: 500 }), (input, output, chunks) => {
        const cached = Math.floor(input / 2);
        const tokens = createStreamedTokens();
        for (let chunk = 0; chunk < chunks; chunk++) addToken(tokens, 'word', undefined);
        const usage = usageOf(input, output, { input_token_details: { cache_read: cached * chunks } });
        const found = readUsage({}, generation(usage, 'google-genai'), tokens);
        if (input + output === 0) return;
        expect(found).toMatchObject({ inputTokens: input, outputTokens: output, cacheReadTokens: cached });
      }),
    );
  });

  it("have Google's thoughts in the output, whatever the client left out", () => {
    fc.assert(
      fc.property(count, count, fc.integer({ min: 1, max: 100_000 }), (input, output, thoughts) => {
        const usage = { ...usageOf(input, output), total_tokens: input + output + thoughts };
        const found = readUsage({}, generation(usage, 'google-genai', { finishReason: 'STOP' }), undefined);
        expect(found).toMatchObject({ outputTokens: output + thoughts, reasoningTokens: thoughts });
      }),
    );
  });

  it('never have details that are larger than what they are part of', () => {
    const details = fc.record(
      { cache_read: count, cache_creation: count, audio: count, reasoning: count },
      { requiredKeys: [] },
    );
    const provider = fc.constantFrom('anthropic', 'google-genai', 'google', 'openai', 'ollama');
    fc.assert(
      fc.property(count, count, count, details, details, provider, (input, output, total, before, after, name) => {
        const usage = {
          input_tokens: input,
          output_tokens: output,
          total_tokens: total,
          input_token_details: before,
          output_token_details: after,
        };
        const found = readUsage({}, generation(usage, name), undefined);
        if (found === undefined) return;
        const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = found;
        expect(cacheReadTokens + cacheWriteTokens).toBeLessThanOrEqual(inputTokens);
        expect(found.reasoningTokens ?? 0).toBeLessThanOrEqual(outputTokens);
        expect(found.audioInputTokens ?? 0).toBeLessThanOrEqual(inputTokens);
      }),
    );
  });
});

describe('the first content of a stream', () => {
  const chunk = (message: object): object => ({ chunk: { message } });

  it.each([
    ['a word', 'Sunny', undefined],
    ['a tool call', '', chunk({ content: '', tool_call_chunks: [{ name: 'weather' }] })],
    ['a thought', '', chunk({ content: [{ type: 'thinking', thinking: 'Hm.' }] })],
    ['a thought beside the content', '', chunk({ content: '', additional_kwargs: { reasoning_content: 'Hm.' } })],
  ])('is %s', (_name, token, fields) => {
    const tokens = createStreamedTokens();
    addToken(tokens, token, fields);
    expect(streamFacts(tokens, 0)['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0);
  });

  it.each([
    ['an empty text', chunk({ content: '' })],
    ['no block', chunk({ content: [] })],
    ['a block without words', chunk({ content: [{ type: 'text', text: '' }] })],
    ['usage alone', chunk({ content: '', usage_metadata: usageOf(100, 1) })],
  ])('is not %s', (_name, fields) => {
    const tokens = createStreamedTokens();
    addToken(tokens, '', fields);
    expect(streamFacts(tokens, 0)).toMatchObject({
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
    const tokens = createStreamedTokens();
    addStreamEvent(tokens, event);
    expect(streamFacts(tokens, 0)['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0);
  });

  it.each([
    ['an empty word', words('')],
    ['the start of a text', begin({ type: 'text', text: '' })],
    ['the start of the message', { event: 'message-start', usage: usageOf(100, 1) }],
  ])('is not %s', (_name, event) => {
    const tokens = createStreamedTokens();
    addStreamEvent(tokens, event);
    expect(tokens.firstMs).toBeUndefined();
  });
});

describe('messages of the first versions of 0.3', () => {
  it('are read, although they tell their kind in another way', () => {
    expect(toModelMessages([{ content: 'Weather?', _getType: () => 'human' }])).toEqual([
      { role: 'user', parts: [{ type: 'text', content: 'Weather?' }] },
    ]);
  });
});

describe('whatever LangChain hands over', () => {
  const NAMES = [
    'generations',
    'message',
    'content',
    'response_metadata',
    'usage_metadata',
    'input_token_details',
    'additional_kwargs',
    'tool_calls',
    'invocation_params',
    'generationConfig',
    'tools',
    'functionDeclarations',
    'toolConfig',
    'llmOutput',
    'generationInfo',
    'finishReason',
    'model_name',
    'model_provider',
    'headers',
    'kwargs',
    'getType',
  ];
  const hostile = fc.object({ key: fc.constantFrom(...NAMES), maxDepth: 6, values: [fc.anything({ maxDepth: 1 })] });

  it('is read without a throw', () => {
    fc.assert(
      fc.property(hostile, fc.array(hostile, { maxLength: 3 }), fc.boolean(), (value, chunks, cached) => {
        const tokens = createStreamedTokens();
        for (const each of chunks) {
          addToken(tokens, each, { chunk: each });
          addStreamEvent(tokens, each);
        }
        readModelOutput(value, { cached, startedMs: 0, tokens });
        readModelOutput({ generations: [chunks] }, { cached, startedMs: 0, tokens });
        readModelCall(value, value, value, 'ChatOpenAI');
        readBrokenAnswer(tokens, 0);
        readModelError(value);
        toModelMessages(chunks);
      }),
      { numRuns: 500 },
    );
  });

  it('a long name is no reason to wait', () => {
    const name = `${'a'.repeat(1_000_000)}b`;
    const message = { response_metadata: { model_name: name, finish_reason: name } };
    const read = readModelOutput({ generations: [[{ message }]] }, { cached: false, startedMs: 0, tokens: undefined });
    expect(read['gen_ai.response.model']?.length).toBeLessThan(1000);
  });
});
