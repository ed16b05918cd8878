import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/effort.ts';
import { readBrokenAnswer, readModelError, readModelOutput } from '../../src/models/answer.ts';
import { readModelRequest } from '../../src/models/request.ts';
import {
  addStreamEvent,
  addToken,
  createStreamedAnswer,
  type StreamedAnswer,
} from '../../src/models/streamed-answer.ts';
import { readUsage as readReported } from '../../src/models/usage.ts';
import { toModelMessages } from '../../src/objects/messages.ts';

const count = fc.nat({ max: 100_000 });

const usageOf = (input: number, output: number, more: object = {}) => ({
  input_tokens: input,
  output_tokens: output,
  total_tokens: input + output,
  ...more,
});

const readUsage = (
  result: Record<string, unknown>,
  generation: Record<string, unknown>,
  streamed: StreamedAnswer | undefined,
) => readReported({ result, generations: [generation], streamed, observed: undefined });

const generation = (usage: object, provider: string, info: object = {}) => ({
  message: { usage_metadata: usage, response_metadata: { model_provider: provider } },
  generationInfo: info,
});

describe('tokens of a stream', () => {
  it("are Anthropic's own, although LangChain adds the count at the start to the one at the end", () => {
    fc.assert(
      fc.property(count, fc.integer({ min: 1, max: 50 }), count, (input, start, more) => {
        const output = start + more;
        const tokens = createStreamedAnswer();
        const chunk = (usage: object): object => ({
          chunk: { message: { usage_metadata: usage, response_metadata: { model_provider: 'anthropic' } } },
        });
        addToken(tokens, '', chunk(usageOf(input, start)));
        addToken(tokens, '', chunk(usageOf(0, output)));
        const found = readUsage({}, generation(usageOf(input, start + output), 'anthropic'), tokens);
        expect(found).toMatchObject({
          units: { input_tokens: input, output_tokens: output },
          issue: 'chunks_added',
        });
      }),
    );
  });

  it("are Anthropic's own where they come as events, whose counts are sums already", () => {
    const tokens = createStreamedAnswer();
    addStreamEvent(tokens, { event: 'message-start', usage: usageOf(100, 1) });
    addStreamEvent(tokens, { event: 'provider', provider: 'anthropic', payload: { model: 'claude' } });
    addStreamEvent(tokens, { event: 'usage', usage: usageOf(100, 21) });
    const found = readUsage({}, { message: { usage_metadata: usageOf(100, 21) } }, tokens);
    expect(found).toMatchObject({ units: { output_tokens: 20 } });
    expect(tokens.model).toBe('claude');
  });

  it("are Anthropic's own from its older clients, which keep cached tokens beside the input and add them twice", () => {
    fc.assert(
      fc.property(count, count, count, fc.integer({ min: 1, max: 50 }), count, (plain, read, written, start, more) => {
        const details = (times: number) => ({
          input_token_details: { cache_read: read * times, cache_creation: written * times },
        });
        const output = start + more;
        const tokens = createStreamedAnswer();
        const first = { usage_metadata: usageOf(plain, start, details(1)), additional_kwargs: { type: 'message' } };
        addToken(tokens, '', { chunk: { message: first } });
        const input = plain + read + written;
        if (input > 0)
          expect(readBrokenAnswer(tokens, 0, undefined)).toMatchObject({ 'gen_ai.usage.input_tokens': input });
        addToken(tokens, '', { chunk: { message: { usage_metadata: usageOf(0, output, details(1)) } } });
        const message = { usage_metadata: usageOf(plain, start + output, details(2)) };
        expect(readUsage({}, { message }, tokens)).toMatchObject({
          units: {
            input_tokens: input,
            output_tokens: output,
            cache_read_tokens: read,
            cache_write_tokens: written,
          },
          issue: 'chunks_added',
        });
      }),
    );
  });

  it('are what the provider itself reported where an older client leaves cached tokens out', () => {
    const usage = { inputTokens: 26, outputTokens: 20, totalTokens: 120, cacheReadInputTokens: 74 };
    const message = (metadata: object): object => ({ usage_metadata: usageOf(26, 20), response_metadata: metadata });
    const right = { units: { input_tokens: 100, output_tokens: 20, cache_read_tokens: 74 } };
    expect(readUsage({}, { message: message({ usage }) }, undefined)).toMatchObject(right);
    expect(readUsage({}, { message: message({ metadata: { usage } }) }, undefined)).toMatchObject(right);
    // The numbers in the metadata of a stream's chunks are added up.
    const merged = { ...message({ usage: { ...usage, outputTokens: 33, totalTokens: 133 } }), tool_call_chunks: [] };
    expect(readUsage({}, { message: merged }, undefined)).toMatchObject({ units: { input_tokens: 26 } });
  });

  it('are left as they are where they do not show the fault', () => {
    const tokens = createStreamedAnswer();
    addToken(tokens, '', { chunk: { message: { usage_metadata: usageOf(100, 1) } } });
    addToken(tokens, '', { chunk: { message: { usage_metadata: usageOf(0, 20) } } });
    const found = readUsage({}, generation(usageOf(100, 20), 'anthropic'), tokens);
    expect(found).toMatchObject({ units: { output_tokens: 20 } });
    expect(found).not.toHaveProperty('issue');
  });

  it("have Google's cached tokens once, although LangChain adds them with each chunk", () => {
    fc.assert(
      fc.property(count, count, fc.integer({ min: 2, max: 500 }), (input, output, chunks) => {
        const cached = Math.floor(input / 2);
        const tokens = createStreamedAnswer();
        for (let chunk = 0; chunk < chunks; chunk++) addToken(tokens, 'word', undefined);
        const usage = usageOf(input, output, { input_token_details: { cache_read: cached * chunks } });
        const found = readUsage({}, generation(usage, 'google-genai'), tokens);
        if (input + output === 0) return;
        expect(found).toMatchObject({
          units: { input_tokens: input, output_tokens: output, cache_read_tokens: cached },
        });
      }),
    );
  });

  it("have Google's thoughts in the output, whatever the client left out", () => {
    fc.assert(
      fc.property(count, count, fc.integer({ min: 1, max: 100_000 }), (input, output, thoughts) => {
        const usage = { ...usageOf(input, output), total_tokens: input + output + thoughts };
        const found = readUsage({}, generation(usage, 'google-genai', { finishReason: 'STOP' }), undefined);
        expect(found).toMatchObject({
          units: { output_tokens: output + thoughts, output_reasoning_tokens: thoughts },
        });
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
        const { input_tokens: whole = 0, cache_read_tokens: read = 0, cache_write_tokens: written = 0 } = found.units;
        expect(read + written).toBeLessThanOrEqual(whole);
        expect(found.units.output_reasoning_tokens ?? 0).toBeLessThanOrEqual(found.units.output_tokens ?? 0);
        expect(found.units.input_audio_tokens ?? 0).toBeLessThanOrEqual(whole);
      }),
    );
  });
});

describe('the usage of several generations', () => {
  const choice = (id: string | undefined, input: number, output: number) => ({
    message: {
      ...(id === undefined ? {} : { id }),
      usage_metadata: usageOf(input, output),
      response_metadata: { usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output } },
    },
  });
  const read = (generations: Record<string, unknown>[], llmOutput?: object) =>
    readReported({ result: { llmOutput }, generations, streamed: undefined, observed: undefined })?.units;

  it('counts once where the choices of one answer repeat it', () => {
    expect(read([choice('a', 10, 8), choice('a', 10, 8)])).toEqual({ input_tokens: 10, output_tokens: 8 });
    expect(read([choice(undefined, 10, 8), choice('run-1', 10, 8)])).toEqual({ input_tokens: 10, output_tokens: 8 });
  });

  it('is a sum where each generation is an answer of its own', () => {
    expect(read([choice('a', 10, 8), choice('b', 10, 8)])).toEqual({
      input_tokens: 20,
      output_tokens: 16,
      requests: 2,
    });
    expect(read([choice(undefined, 10, 8), choice(undefined, 10, 9)])).toEqual({
      input_tokens: 20,
      output_tokens: 17,
      requests: 2,
    });
  });

  it('is a sum where the usage of the whole call proves it', () => {
    const tokenUsage = { promptTokens: 20, completionTokens: 16, totalTokens: 36 };
    const same = [choice(undefined, 10, 8), choice(undefined, 10, 8)];
    expect(read(same, { tokenUsage })).toEqual({ input_tokens: 20, output_tokens: 16, requests: 2 });
  });

  it('is that of the whole call where no generation has one', () => {
    const tokenUsage = { promptTokens: 20, completionTokens: 16, totalTokens: 36 };
    expect(read([{ text: 'a' }, { text: 'b' }], { tokenUsage })).toEqual({ input_tokens: 20, output_tokens: 16 });
  });

  it('has what only the raw answer tells', () => {
    const usage = { input_tokens: 5, output_tokens: 8, cache_creation_input_tokens: 9 };
    const raw = {
      ...usage,
      cache_creation: { ephemeral_1h_input_tokens: 9 },
      server_tool_use: { web_search_requests: 1 },
    };
    const message = { usage_metadata: usageOf(14, 8), additional_kwargs: { usage: raw } };
    expect(read([{ message }])).toMatchObject({ input_tokens: 14, cache_write_1h_tokens: 9, web_searches: 1 });
  });
});

describe('messages of the first versions of 0.3', () => {
  it('are read, although they record their kind in another way', () => {
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
        const tokens = createStreamedAnswer();
        for (const each of chunks) {
          addToken(tokens, each, { chunk: each });
          addStreamEvent(tokens, each);
        }
        readModelOutput(value, { isCached: cached, startedMs: 0, streamed: tokens, observed: undefined });
        readModelOutput(
          { generations: [chunks] },
          { isCached: cached, startedMs: 0, streamed: tokens, observed: undefined },
        );
        readModelRequest(value, value, value, 'ChatOpenAI');
        readBrokenAnswer(tokens, 0, undefined);
        readModelError(value);
        toModelMessages(chunks);
      }),
      { numRuns: runs(150, 3000) },
    );
  });

  it('a long name is no reason to wait', () => {
    const name = `${'a'.repeat(1_000_000)}b`;
    const message = { response_metadata: { model_name: name, finish_reason: name } };
    const read = readModelOutput(
      { generations: [[{ message }]] },
      { isCached: false, startedMs: 0, streamed: undefined, observed: undefined },
    );
    expect(read['gen_ai.response.model']?.length).toBeLessThan(1000);
  });
});
