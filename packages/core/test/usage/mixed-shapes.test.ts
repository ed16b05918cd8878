import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeUsage } from '../../src/usage/index.ts';

/** What a provider counted. */
interface Counted {
  /** Input that no cache was involved in. */
  readonly plain: number;
  readonly read: number;
  readonly written: number;
  /** Output, thoughts included. */
  readonly output: number;
  readonly thoughts: number;
}

const counted: fc.Arbitrary<Counted> = fc
  .record({
    plain: fc.integer({ min: 1, max: 50_000 }),
    read: fc.oneof(fc.constant(0), fc.nat(50_000)),
    written: fc.oneof(fc.constant(0), fc.nat(50_000)),
    answer: fc.integer({ min: 1, max: 9000 }),
    thoughts: fc.oneof(fc.constant(0), fc.nat(9000)),
  })
  .map(({ answer, ...rest }) => ({ ...rest, output: answer + rest.thoughts }));

const inputOf = ({ plain, read, written }: Counted): number => plain + read + written;
const totalOf = (call: Counted): number => inputOf(call) + call.output;

const openai = (call: Counted) => ({
  prompt_tokens: inputOf(call),
  completion_tokens: call.output,
  total_tokens: totalOf(call),
  prompt_tokens_details: { cached_tokens: call.read, cache_write_tokens: call.written },
  completion_tokens_details: { reasoning_tokens: call.thoughts },
});

const cacheKeys = ({ read, written }: Counted) => ({
  cache_read_input_tokens: read,
  cache_creation_input_tokens: written,
});

const anthropic = (call: Counted) => ({
  input_tokens: call.plain,
  output_tokens: call.output,
  ...cacheKeys(call),
  output_tokens_details: { thinking_tokens: call.thoughts },
});

const SHAPES: Readonly<Record<string, (call: Counted) => object>> = {
  "OpenAI's": openai,
  "OpenAI's, with Anthropic's cache keys beside": (call) => ({ ...openai(call), ...cacheKeys(call) }),
  "OpenAI's, with Anthropic's cache keys in place of the details": (call) => ({
    ...openai(call),
    prompt_tokens_details: undefined,
    ...cacheKeys(call),
  }),
  "OpenAI's and Anthropic's together": (call) => ({ ...anthropic(call), ...openai(call) }),
  "OpenAI's and Anthropic's together, without a total": (call) => ({
    ...anthropic(call),
    ...openai(call),
    total_tokens: undefined,
  }),
  "OpenAI's, with an input that leaves cached tokens out": (call) => ({
    ...openai(call),
    prompt_tokens: call.plain,
    prompt_tokens_details: undefined,
    ...cacheKeys(call),
  }),
  "OpenAI's, with the other name of each count as 0": (call) => ({
    ...openai(call),
    input_tokens: 0,
    output_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: null,
  }),
  "Anthropic's": anthropic,
  "Anthropic's, with a total": (call) => ({ ...anthropic(call), total_tokens: totalOf(call) }),
  "Anthropic's, with an input that includes cached tokens, by the total": (call) => ({
    ...anthropic(call),
    input_tokens: inputOf(call),
    total_tokens: totalOf(call),
  }),
  "Anthropic's, with OpenAI's details of the cache": (call) => ({
    ...anthropic(call),
    input_tokens: inputOf(call),
    total_tokens: totalOf(call),
    input_tokens_details: { cached_tokens: call.read },
  }),
  "Bedrock's": (call) => ({
    inputTokens: call.plain,
    outputTokens: call.output,
    totalTokens: totalOf(call),
    cacheReadInputTokens: call.read,
    cacheWriteInputTokens: call.written,
    outputTokensDetails: { reasoningTokens: call.thoughts },
  }),
  "LangChain's": (call) => ({
    input_tokens: inputOf(call),
    output_tokens: call.output,
    total_tokens: totalOf(call),
    input_token_details: { cache_read: call.read, cache_creation: call.written },
    output_token_details: { reasoning: call.thoughts },
  }),
  "the AI SDK's": (call) => ({
    inputTokens: inputOf(call),
    outputTokens: call.output,
    totalTokens: totalOf(call),
    inputTokenDetails: { noCacheTokens: call.plain, cacheReadTokens: call.read, cacheWriteTokens: call.written },
    outputTokenDetails: { reasoningTokens: call.thoughts },
    cachedInputTokens: call.read,
  }),
};

const asText = (usage: object): object =>
  JSON.parse(JSON.stringify(usage), (_key, value: unknown) =>
    typeof value === 'number' ? String(value) : value,
  ) as object;

describe('a usage object', () => {
  it.each(Object.entries(SHAPES))(
    'of the shape %s is read as what was counted, whatever the numbers',
    (_name, shape) => {
      fc.assert(
        fc.property(counted, fc.boolean(), (call, isText) => {
          const usage = shape(call);
          const found = normalizeUsage(isText ? asText(usage) : usage);
          expect({
            input: found?.units.input_tokens,
            output: found?.units.output_tokens,
            read: found?.units.cache_read_tokens ?? 0,
            written: found?.units.cache_write_tokens ?? 0,
            thoughts: found?.units.output_reasoning_tokens ?? 0,
            unknown: found?.unknown,
          }).toEqual({
            input: inputOf(call),
            output: call.output,
            read: call.read,
            written: call.written,
            thoughts: call.thoughts,
            unknown: undefined,
          });
          expect(found?.issue ?? 'cache_added').toBe('cache_added');
        }),
      );
    },
  );

  it('with cached tokens that do not fit into its input, and a total without them, has them beside', () => {
    const found = normalizeUsage({
      prompt_tokens: 50,
      completion_tokens: 10,
      total_tokens: 60,
      cache_read_input_tokens: 900,
    });
    expect(found).toMatchObject({ units: { input_tokens: 950, output_tokens: 10 }, issue: 'cache_added' });
  });

  it('writes an explicit 0 and leaves out what is not told', () => {
    const found = normalizeUsage({
      prompt_tokens: 0,
      completion_tokens: 0,
      prompt_tokens_details: { cached_tokens: 0 },
    });
    expect(found?.units).toEqual({ input_tokens: 0, output_tokens: 0, cache_read_tokens: 0 });
  });
});

describe('of several reports in one answer', () => {
  const raw = {
    input_tokens: 20,
    output_tokens: 9,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 700,
    cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 600 },
    server_tool_use: { web_search_requests: 2 },
    service_tier: 'priority',
  };
  const units = {
    input_tokens: 720,
    output_tokens: 9,
    cache_write_tokens: 700,
    cache_write_5m_tokens: 100,
    cache_write_1h_tokens: 600,
    web_searches: 2,
  };
  const copy = { inputTokens: 720, outputTokens: 9, totalTokens: 729, inputTokenDetails: { cacheWriteTokens: 700 } };

  it.each([
    ["the AI SDK's `raw`", { usage: { ...copy, raw } }],
    ["the AI SDK's `providerMetadata`", { usage: copy, providerMetadata: { anthropic: { usage: raw, container: 7 } } }],
    [
      "LangChain's `response_metadata`",
      {
        usage_metadata: { input_tokens: 720, output_tokens: 9, total_tokens: 729 },
        response_metadata: { usage: raw, created_at: 5 },
      },
    ],
    [
      "LangChain's `additional_kwargs`",
      {
        usage_metadata: { input_tokens: 720, output_tokens: 9, total_tokens: 729 },
        additional_kwargs: { usage: raw },
      },
    ],
    ["LlamaIndex's `raw`", { message: {}, raw: { model: 'claude-sonnet-4-6', content: [], usage: raw } }],
    ["a vendor's key", { model: 'm', choices: [], x_vendor: { usage: raw } }],
  ])('the one closest to the provider counts: %s', (_name, answer) => {
    expect(normalizeUsage(answer)).toMatchObject({ units, conditions: { tier: 'priority' } });
    expect(normalizeUsage(answer)).not.toHaveProperty('unknown');
  });

  it('parts without a whole add to the copy that has the whole', () => {
    const { input_tokens: _input, output_tokens: _output, ...parts } = raw;
    const answer = { usage_metadata: { ...copy, raw: undefined }, response_metadata: { usage: parts } };
    expect(normalizeUsage(answer)).toMatchObject({ units, conditions: { tier: 'priority' } });
  });

  it('parts of another count are left out', () => {
    const answer = {
      usage_metadata: { input_tokens: 100, output_tokens: 9, input_token_details: { cache_creation: 50 } },
      response_metadata: { usage: { cache_creation: raw.cache_creation, cache_creation_input_tokens: 700 } },
    };
    expect(normalizeUsage(answer)?.units).not.toHaveProperty('cache_write_1h_tokens');
  });

  it('a copy without the total does not hide that the counts contradict it', () => {
    const answer = {
      usage_metadata: { input_tokens: 10, output_tokens: 5 },
      response_metadata: { usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 90 } },
    };
    expect(normalizeUsage(answer)).toMatchObject({ issue: 'total_mismatch' });
  });

  it('counts of the provider win over those that a framework made', () => {
    const estimatedTokenUsage = { promptTokens: 90, completionTokens: 80 };
    expect(normalizeUsage({ estimatedTokenUsage, usage: { prompt_tokens: 1, completion_tokens: 2 } })).toMatchObject({
      source: 'provider',
      units: { input_tokens: 1, output_tokens: 2 },
    });
  });

  it('the requests of one call add up', () => {
    const step = { usage: { inputTokens: 10, outputTokens: 5, raw: { prompt_tokens: 10, completion_tokens: 5 } } };
    const answer = { usage: step.usage, totalUsage: { inputTokens: 20, outputTokens: 10 }, steps: [step, step] };
    expect(normalizeUsage(answer)?.units).toEqual({ input_tokens: 20, output_tokens: 10, requests: 2 });
  });
});
