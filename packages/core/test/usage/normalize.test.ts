import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeUsage, usageAttributes } from '../../src/usage/index.ts';

describe('tokens from what providers report', () => {
  it.each([
    [
      'OpenAI chat',
      {
        prompt_tokens: 100,
        completion_tokens: 20,
        total_tokens: 120,
        prompt_tokens_details: { cached_tokens: 64, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 8 },
      },
      {
        input_tokens: 100,
        output_tokens: 20,
        cache_read_tokens: 64,
        input_audio_tokens: 0,
        output_reasoning_tokens: 8,
      },
    ],
    [
      'OpenAI responses',
      {
        input_tokens: 100,
        output_tokens: 20,
        total_tokens: 120,
        input_tokens_details: { cached_tokens: 64 },
        output_tokens_details: { reasoning_tokens: 8 },
      },
      { input_tokens: 100, output_tokens: 20, cache_read_tokens: 64, output_reasoning_tokens: 8 },
    ],
    [
      'Anthropic, whose input leaves cached tokens out',
      { input_tokens: 10, cache_read_input_tokens: 100, cache_creation_input_tokens: 30, output_tokens: 5 },
      { input_tokens: 140, output_tokens: 5, cache_read_tokens: 100, cache_write_tokens: 30 },
    ],
    [
      'Google, whose output leaves thoughts out',
      { usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, thoughtsTokenCount: 3, totalTokenCount: 10 } },
      { input_tokens: 5, output_tokens: 5, output_reasoning_tokens: 3 },
    ],
    [
      'LangChain usage_metadata',
      {
        input_tokens: 140,
        output_tokens: 5,
        total_tokens: 145,
        input_token_details: { cache_read: 100, cache_creation: 30 },
        output_token_details: { reasoning: 1 },
      },
      {
        input_tokens: 140,
        output_tokens: 5,
        cache_read_tokens: 100,
        cache_write_tokens: 30,
        output_reasoning_tokens: 1,
      },
    ],
    [
      'LangChain tokenUsage',
      { tokenUsage: { promptTokens: 7, completionTokens: 0, totalTokens: 7 } },
      { input_tokens: 7, output_tokens: 0 },
    ],
    ['Ollama', { prompt_eval_count: 3, eval_count: 4, eval_duration: 12 }, { input_tokens: 3, output_tokens: 4 }],
    [
      'Bedrock Converse',
      { inputTokens: 10, outputTokens: 5, totalTokens: 115, cacheReadInputTokens: 100, cacheWriteInputTokens: 0 },
      { input_tokens: 110, output_tokens: 5, cache_read_tokens: 100, cache_write_tokens: 0 },
    ],
    [
      'AI SDK',
      { inputTokens: 10, outputTokens: 5, totalTokens: 15, cachedInputTokens: 4, reasoningTokens: 2 },
      { input_tokens: 10, output_tokens: 5, cache_read_tokens: 4, output_reasoning_tokens: 2 },
    ],
    ['an embedding call', { prompt_tokens: 8, total_tokens: 8 }, { input_tokens: 8 }],
  ])('%s', (_name, raw, expected) => {
    expect(normalizeUsage(raw)).toEqual({ source: 'provider', units: expected });
  });

  it('says that LangChain estimated', () => {
    const usage = normalizeUsage({ estimatedTokenUsage: { promptTokens: 3, completionTokens: 1, totalTokens: 4 } });
    expect(usage).toEqual({ source: 'estimated', units: { input_tokens: 3, output_tokens: 1 } });
  });

  it.each([
    [
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 22, completion_tokens_details: { reasoning_tokens: 7 } },
      { output_tokens: 12 },
      'reasoning_added',
    ],
    [
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 115, prompt_tokens_details: { cached_tokens: 100 } },
      { input_tokens: 110 },
      'cache_added',
    ],
    [
      { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 100 } },
      { input_tokens: 10, cache_read_tokens: 10 },
      'details_exceed_total',
    ],
    [
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 99 },
      { input_tokens: 10, output_tokens: 5 },
      'total_mismatch',
    ],
  ])('chooses where numbers contradict each other and says so: %j', (raw, expected, issue) => {
    expect(normalizeUsage(raw)).toMatchObject({ units: expected, issue });
  });

  it('finds nothing where there is nothing', () => {
    for (const raw of [undefined, null, 'x', 4, {}, [], { prompt_tokens: 'many' }, { input_tokens: -1 }]) {
      expect(normalizeUsage(raw)).toBeUndefined();
    }
  });

  it('survives anything and keeps details within their totals', () => {
    const number = fc.oneof(fc.nat(), fc.double(), fc.string(), fc.constant(null));
    const details = fc.dictionary(
      fc.constantFrom('cached_tokens', 'audio_tokens', 'reasoning_tokens', 'cache_read'),
      number,
    );
    const raw = fc.dictionary(
      fc.constantFrom(
        'prompt_tokens',
        'completion_tokens',
        'input_tokens',
        'output_tokens',
        'total_tokens',
        'usage',
        'prompt_tokens_details',
        'completion_tokens_details',
        'input_token_details',
      ),
      fc.oneof(number, details),
    );
    fc.assert(
      fc.property(raw, (value) => {
        const usage = normalizeUsage(value);
        if (usage === undefined) return;
        const { input_tokens: input, output_tokens: output, output_reasoning_tokens: reasoning = 0 } = usage.units;
        const cached = (usage.units.cache_read_tokens ?? 0) + (usage.units.cache_write_tokens ?? 0);
        if (input !== undefined) expect(cached).toBeLessThanOrEqual(input);
        if (output !== undefined) expect(reasoning).toBeLessThanOrEqual(output);
      }),
    );
  });

  it('survives getters that throw', () => {
    const hostile = Object.defineProperty({}, 'prompt_tokens', {
      get() {
        throw new Error('no');
      },
    });
    expect(normalizeUsage(hostile)).toBeUndefined();
  });

  it('becomes attributes of a span', () => {
    expect(usageAttributes({ source: 'provider', units: { input_tokens: 1, output_tokens: 0 } })).toMatchObject({
      'gen_ai.usage.input_tokens': 1,
      'gen_ai.usage.output_tokens': 0,
      'spanline.usage.source': 'provider',
    });
  });
});

describe('the metadata of providers in the AI SDK', () => {
  const usage = { inputTokens: 300, outputTokens: 40, totalTokens: 340 };

  it("have a gateway's cost, as a text or a number", () => {
    for (const cost of ['0.0021', 0.0021]) {
      const answer = { text: 'So.', usage, providerMetadata: { gateway: { cost, generationId: 'gen_7' } } };
      expect(normalizeUsage(answer)).toMatchObject({ units: { input_tokens: 300 }, costUsd: 0.0021 });
    }
  });

  it('have other numbers, which are no usage', () => {
    const answer = { text: 'So.', usage, providerMetadata: { acme: { seconds: 4, tokens: 9, rank: 2 } } };
    expect(normalizeUsage(answer)).toEqual({
      units: { input_tokens: 300, output_tokens: 40 },
      source: 'provider',
    });
  });
});
