import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '@spanline/record';
import { createTracer, llmSpan } from '../../src/index.ts';
import { memoryLog } from '../../src/testing.ts';

const COUNTS = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 };

async function recordOf(provider: string, model: string, usage: object): Promise<SpanRecord | undefined> {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const answer = () => ({ output: 'hi', usage: { model, usage } });
  await llmSpan({ tracer, provider, model, messages: 'q', answer }, async () => 'hi');
  return log.records()[0];
}

describe('what gateways and clouds report', () => {
  it('the sum of two fees has no noise', async () => {
    const cost = { cost: 0.0002, is_byok: true, cost_details: { upstream_inference_cost: 0.0045 } };
    const record = await recordOf('openrouter', 'anthropic/claude-sonnet-4.5', { ...COUNTS, ...cost });
    expect(record).toMatchObject({ 'spanline.cost.usd': 0.0047, 'spanline.cost.source': 'provider' });
  });

  it('a free variant costs nothing, and that is exact', async () => {
    const record = await recordOf('openrouter', 'deepseek/deepseek-r1:free', COUNTS);
    expect(record?.['spanline.cost.usd']).toBe(0);
    expect(record?.['spanline.cost.exact']).toBeUndefined();
  });

  it('the moderation of OpenAI costs nothing, and that is exact', async () => {
    const record = await recordOf('openai', 'omni-moderation-latest', { prompt_tokens: 10, total_tokens: 10 });
    expect(record?.['spanline.cost.usd']).toBe(0);
    expect(record?.['spanline.cost.exact']).toBeUndefined();
  });

  it('times and speeds are no usage', async () => {
    const times = { start_time: 1764522000.1, end_time: 1764522001.1, total_latency: 1, time_to_first_token: 0.1 };
    const speeds = { completion_tokens_per_sec: 100, total_tokens_per_sec: 90, acceptance_rate: 0.5 };
    const record = await recordOf('sambanova', 'Meta-Llama-3.3-70B-Instruct', { ...COUNTS, ...times, ...speeds });
    expect(record).toMatchObject({ 'gen_ai.usage.input_tokens': 1000, 'gen_ai.usage.output_tokens': 100 });
    expect(record?.['spanline.usage.unknown']).toBeUndefined();
  });

  it('a total of 0 beside counts is no total', async () => {
    const record = await recordOf('openai', 'gpt-4o', { ...COUNTS, total_tokens: 0 });
    expect(record).toMatchObject({ 'spanline.cost.usd': 0.0035 });
    expect(record?.['spanline.usage.issue']).toBeUndefined();
  });
});
