/** LangChain and the AI SDK inside of each other: one trace, and each call billed once. */

import { createOpenAI } from '@ai-sdk/openai';
import type { LLMock } from '@copilotkit/aimock';
import { RunnableLambda } from '@langchain/core/runnables';
import { tool as langchainTool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, isStepCount, jsonSchema, streamText, tool, type ToolSet } from 'ai';
import { beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { spanlineTelemetry } from '@spanline/ai-sdk';
import type { Tracer } from '@spanline/core';
import { type MemoryLog, tree } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { USAGE } from '../support/provider.ts';
import { useTracer } from '../support/set-up.ts';
import { useProvider } from '../support/use-provider.ts';

let provider: LLMock;
let log: MemoryLog;
let tracer: Tracer;

useProvider((started) => {
  provider = started;
});
beforeEach(() => provider.clearRequests());

useTracer((newLog, newTracer) => {
  [log, tracer] = [newLog, newTracer];
});

const baseURL = (): string => `${provider.url}/v1`;
const model = () => createOpenAI({ apiKey: 'test', baseURL: baseURL() }).chat('gpt-4o');
const telemetry = () => ({ functionId: 'guide', integrations: spanlineTelemetry({ tracer }) });
const callbacks = (): SpanlineCallbackHandler[] => [new SpanlineCallbackHandler({ tracer })];

const tools = (execute: () => unknown): ToolSet => ({
  weather: tool({ description: 'of a city', inputSchema: jsonSchema({ type: 'object' }), execute }),
});

/** Every request that the provider served is on one line, with its tokens and its dollars. */
function expectBilledOnce(): void {
  const served = provider.getRequests().length;
  const models = log.records().filter((record) => record['span.type'] === 'llm');
  const sum = (key: 'gen_ai.usage.input_tokens' | 'gen_ai.usage.output_tokens' | 'spanline.cost.usd'): number =>
    models.reduce((total, record) => total + (record[key] ?? 0), 0);
  expect(served).toBeGreaterThan(0);
  expect(models).toHaveLength(served);
  expect(sum('gen_ai.usage.input_tokens')).toBe(served * USAGE.prompt_tokens);
  expect(sum('gen_ai.usage.output_tokens')).toBe(served * USAGE.completion_tokens);
  const dollars = (USAGE.prompt_tokens * 2.5 + USAGE.completion_tokens * 10) / 1e6;
  expect(sum('spanline.cost.usd')).toBeCloseTo(served * dollars, 9);
}

it('a call of the AI SDK is below the run of LangChain around it', async () => {
  const chain = RunnableLambda.from(async (prompt: string) => {
    const { textStream } = streamText({ model: model(), prompt, telemetry: telemetry() });
    let text = '';
    for await (const piece of textStream) text += piece;
    return text;
  });
  expect(await chain.invoke('plain', { callbacks: callbacks(), runName: 'answer' })).toMatch(/^one two/);
  await expect.poll(() => tracer.stats().open).toBe(0);
  expect(`\n${tree(log.records())}`).toMatchInlineSnapshot(`
    "
    chain answer
      chain guide
        llm chat gpt-4o"
  `);
  expectBilledOnce();
});

it('an agent of the AI SDK is below the tool of LangChain that runs it', async () => {
  const guide = langchainTool(
    async ({ question }: { question: string }) => {
      const { text } = await generateText({
        model: model(),
        prompt: question,
        tools: tools(() => 'sunny'),
        stopWhen: isStepCount(3),
        telemetry: telemetry(),
      });
      return text;
    },
    {
      name: 'ask_guide',
      description: 'asks the guide',
      schema: z.object({ question: z.string() }),
    },
  );
  expect(await guide.invoke({ question: 'weather' }, { callbacks: callbacks() })).toBe('It is sunny.');
  expect(`\n${tree(log.records())}`).toMatchInlineSnapshot(`
    "
    tool execute_tool ask_guide
      agent invoke_agent guide
        llm chat gpt-4o
        tool execute_tool weather
        llm chat gpt-4o"
  `);
  expectBilledOnce();
});

it('a model of LangChain is below the tool of the AI SDK that calls it', async () => {
  const langchain = new ChatOpenAI({ model: 'gpt-4o', apiKey: 'test', configuration: { baseURL: baseURL() } });
  await generateText({
    model: model(),
    prompt: 'weather',
    tools: tools(async () => (await langchain.invoke('plain', { callbacks: callbacks() })).text),
    stopWhen: isStepCount(3),
    telemetry: telemetry(),
  });
  expect(`\n${tree(log.records())}`).toMatchInlineSnapshot(`
    "
    agent invoke_agent guide
      llm chat gpt-4o
      tool execute_tool weather
        llm chat gpt-4o
      llm chat gpt-4o"
  `);
  expectBilledOnce();
});
