/** Agents that ask a fake provider, over each of OpenAI's APIs. */

import type { LLMock } from '@copilotkit/aimock';
import {
  Agent,
  type AgentConfiguration,
  type AgentInputItem,
  OpenAIProvider,
  Runner,
  type RunConfig,
  setTraceProcessors,
  setTracingDisabled,
  tool,
} from '@openai/agents';
import OpenAI from 'openai7';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { z } from 'zod';
import type { SpanRecord, Tracer, TracerOptions } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { SpanlineTracingProcessor } from '@spanline/openai-agents';
import { startProvider } from '../../../../test/support/provider.ts';
import { useTracer } from '../../../../test/support/set-up.ts';

/** What a test works with. */
export interface Setting {
  provider: LLMock;
  log: MemoryLog;
  tracer: Tracer;
}

/** The APIs that agents ask. */
export const APIS = ['responses', 'chat completions'] as const;
export type Api = (typeof APIS)[number];

/** Starts a provider, and registers a processor for each test. The runner of tests switches the SDK's tracing off. */
export function useAgents(options: TracerOptions = {}): Setting {
  const setting = {} as Setting;
  beforeAll(async () => {
    setting.provider = await startProvider();
    setTracingDisabled(false);
  });
  afterAll(async () => {
    setTraceProcessors([]);
    setTracingDisabled(true);
    await setting.provider.stop();
  });
  useTracer((log, tracer) => Object.assign(setting, { log, tracer }), { capture: 'full', ...options });
  beforeEach(() => setTraceProcessors([new SpanlineTracingProcessor({ tracer: setting.tracer })]));
  return setting;
}

/** A client of the fake provider. */
export const createClient = ({ provider }: Setting, url = provider.url): OpenAI =>
  new OpenAI({ apiKey: 'test', baseURL: `${url}/v1`, maxRetries: 0 });

/** A runner over one of the APIs. */
export function createRunner(api: Api, client: OpenAI, config: Partial<RunConfig> = {}): Runner {
  const modelProvider = new OpenAIProvider({ openAIClient: client as never, useResponses: api === 'responses' });
  return new Runner({ modelProvider, ...config });
}

/** An agent with one tool, and one to hand over to. */
export function createGuide(
  weather: (city: string) => unknown = (city) => `sunny in ${city}`,
  more: Partial<AgentConfiguration> = {},
): Agent {
  const look = tool({
    name: 'weather',
    description: 'tells the weather',
    parameters: z.object({ city: z.string() }),
    execute: async ({ city }) => String(await weather(city)),
  });
  return new Agent({ name: 'Guide', model: 'gpt-4o', instructions: 'Be short.', tools: [look], ...more });
}

/** Reads the whole answer of a streamed run. */
export async function stream(
  runner: Runner,
  agent: Agent,
  input: string | AgentInputItem[],
  options: { signal?: AbortSignal } = {},
): Promise<string> {
  const result = await runner.run(agent, input, { stream: true, ...options });
  let answer = '';
  for await (const piece of result.toTextStream()) answer += piece;
  await result.completed;
  return answer;
}

/** The lines of one type. */
export const spans = ({ log }: Setting, type: string): SpanRecord[] =>
  log.records().filter((record) => record['span.type'] === type);

/** Resolves when every span has ended. */
export const settled = ({ tracer }: Setting): Promise<void> =>
  expect.poll(() => tracer.stats().open).toBe(0) as unknown as Promise<void>;
