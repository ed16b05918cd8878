import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { type ChatCompletionRequest, LLMock } from '@copilotkit/aimock';
import { ChatOpenAI } from '@langchain/openai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTracer, type SpanRecord, withContext } from '@spanline/core';
import { memoryLog, tree } from '@spanline/core/testing';
import { wrapOpenAI } from '@spanline/openai';
import { judge, type JudgeClient } from '../../src/index.ts';

const MODEL = 'gpt-4o-mini';
const textOf = (content: unknown): string => (typeof content === 'string' ? content : JSON.stringify(content));

let provider: LLMock;
let failures: number[] = [];

/** Answers as a judge does: with the id of the tags. */
beforeAll(async () => {
  provider = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  provider.addFixture({
    match: {},
    response: ({ messages }: ChatCompletionRequest) => {
      const status = failures.shift();
      if (status !== undefined) return { error: { message: 'no', type: 'x', code: 'x' }, status, retryAfter: 0 };
      const text = messages.map(({ content }) => textOf(content)).join('\n');
      const id = /<answer-([0-9a-f]+)>/.exec(text)?.[1];
      const content = `Let me think.\n\`\`\`json\n{"reason": "It is short.", "score": 7, "id": "${id}"}\n\`\`\``;
      const usage = { prompt_tokens: 100, completion_tokens: 20, input_tokens: 100, output_tokens: 20 };
      return { content, usage };
    },
  });
  await provider.start();
});
afterAll(() => provider.stop());

const openAi = (): OpenAI => new OpenAI({ apiKey: 'key', baseURL: `${provider.url}/v1` });

function world() {
  const log = memoryLog();
  const prices = { [MODEL]: { input: 1, output: 10 }, 'claude-haiku-4-5': { input: 1, output: 10 } };
  return { log, tracer: createTracer({ logger: log.logger, statsIntervalSeconds: 0, prices }) };
}

const rubric = 'Judge how good the answer is.';

describe('a judge asks through', () => {
  const clients: [string, () => { client: JudgeClient; model?: string }][] = [
    ['OpenAI', () => ({ client: openAi(), model: MODEL })],
    [
      'Anthropic',
      () => ({ client: new Anthropic({ apiKey: 'key', baseURL: provider.url }), model: 'claude-haiku-4-5' }),
    ],
    [
      'LangChain',
      () => ({
        client: new ChatOpenAI({ model: MODEL, apiKey: 'key', configuration: { baseURL: `${provider.url}/v1` } }),
      }),
    ],
    ['the AI SDK', () => ({ client: createOpenAI({ apiKey: 'key', baseURL: `${provider.url}/v1` }).chat(MODEL) })],
  ];
  it.each(clients)('%s: score, reason, tokens and cost on its own span', async (_, make) => {
    const { log, tracer } = world();
    const grade = judge({ ...make(), rubric, tracer, budget: 1 });
    const verdict = await withContext({ sessionId: 's-1', userId: 'u-1', requestId: 'r-1' }, () =>
      tracer.withSpan('request', () => grade({ answer: 'Three months.' })),
    );
    expect(verdict).toEqual({ value: 0.7, explanation: 'It is short.', version: grade.version });
    const spans = log.records();
    const own = spans.find((span) => span['span.type'] === 'evaluator') as SpanRecord;
    const request = spans.find((span) => span['span.name'] === 'request') as SpanRecord;
    expect(own['gen_ai.prompt.version']).toBe(grade.version);
    expect(own['gen_ai.usage.input_tokens']).toBe(100);
    expect(own['gen_ai.usage.output_tokens']).toBe(20);
    expect(own['spanline.cost.usd']).toBeCloseTo(0.0003);
    expect(grade.stats()).toMatchObject({ judged: 1, failed: 0, spentUsd: own['spanline.cost.usd'] });
    // Nothing of the request's.
    expect(own.trace_id).not.toBe(request.trace_id);
    expect(own.parent_span_id).toBeUndefined();
    for (const key of ['session.id', 'user.id', 'http.request.id'] as const) expect(own[key]).toBeUndefined();
    for (const key of Object.keys(request)) expect(key).not.toMatch(/tokens|cost/);
  });

  it('a wrapped client: the tokens are counted once, on the span of the call', async () => {
    const { log, tracer } = world();
    const grade = judge({ client: wrapOpenAI(openAi(), { tracer }), model: MODEL, rubric, tracer, budget: 1 });
    await grade({ answer: 'Three months.' });
    expect(tree(log.records())).toBe(`evaluator judge ${MODEL}\n  llm chat ${MODEL}`);
    const [call, own] = log.records();
    expect(call?.['spanline.cost.usd']).toBeCloseTo(0.0003);
    expect(own?.['spanline.cost.usd']).toBeUndefined();
    expect(grade.stats().spentUsd).toBeCloseTo(0.0003);
  });

  it('a function', async () => {
    const { tracer } = world();
    const grade = judge({
      client: ({ user }) => `{"score": 10, "id": "${/<answer-(\w+)>/.exec(user)?.[1]}"}`,
      rubric,
      tracer,
    });
    expect(await grade({ answer: 'x' })).toEqual({ value: 1, version: grade.version });
  });
});

describe('a server that refuses', () => {
  it('is asked again after 429 and 503, by the judge alone', async () => {
    const { tracer } = world();
    failures = [429, 503, 429];
    const grade = judge({ client: openAi(), model: MODEL, rubric, tracer, retries: 3 });
    expect(await grade({ answer: 'x' })).toMatchObject({ value: 0.7 });
    expect(failures).toEqual([]);
    expect(grade.stats()).toMatchObject({ retries: 3, failed: 0 });
  });

  it('is not asked again after 400, and costs nothing', async () => {
    const { tracer, log } = world();
    failures = [400];
    const grade = judge({ client: openAi(), model: MODEL, rubric, tracer, budget: 1 });
    await expect(grade({ answer: 'x' })).rejects.toMatchObject({ code: 'ERR_JUDGE_CALL', message: /status 400/ });
    expect(grade.stats()).toMatchObject({ retries: 0, failed: 1, spentUsd: 0 });
    expect(log.records()[0]).toMatchObject({ 'span.type': 'evaluator', 'span.status': 'error' });
  });
});
