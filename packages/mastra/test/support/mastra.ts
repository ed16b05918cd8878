/** A Mastra application that asks a fake provider. */

import { createOpenAI } from '@ai-sdk/openai';
import type { LLMock } from '@copilotkit/aimock';
import { Mastra } from '@mastra/core';
import { Agent, type AgentConfig } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { Observability, type ObservabilityInstanceConfig } from '@mastra/observability';
import { afterAll, beforeAll, expect } from 'vitest';
import { z } from 'zod';
import type { SpanRecord, Tracer, TracerOptions } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { SpanlineBridge } from '@spanline/mastra';
import { startProvider } from '../../../../test/support/provider.ts';
import { useTracer } from '../../../../test/support/set-up.ts';

/** What a test works with. */
export interface Setting {
  provider: LLMock;
  log: MemoryLog;
  tracer: Tracer;
}

/** Starts a provider, and a tracer for each test. */
export function useMastra(options: TracerOptions = {}): Setting {
  const setting = {} as Setting;
  beforeAll(async () => {
    setting.provider = await startProvider();
  });
  afterAll(() => setting.provider.stop());
  useTracer((log, tracer) => Object.assign(setting, { log, tracer }), { capture: 'full', ...options });
  return setting;
}

/** A model of the fake provider, as the AI SDK makes them. */
export const createModel = ({ provider }: Setting, id = 'gpt-4o') =>
  createOpenAI({ apiKey: 'test', baseURL: `${provider.url}/v1` }).chat(id);

/** An agent with one tool. */
export function createGuide(
  setting: Setting,
  weather: (city: string) => unknown = (city) => `sunny in ${city}`,
  more: object = {},
): Agent {
  const look = createTool({
    id: 'weather',
    description: 'tells the weather',
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => weather(city),
  });
  const config = {
    id: 'guide',
    name: 'Guide',
    instructions: 'Be short.',
    model: createModel(setting),
    tools: { weather: look },
    maxRetries: 0,
    ...more,
  };
  return new Agent(config as unknown as AgentConfig);
}

/** A workflow of one step. */
export function createFlow(work: (question: string) => unknown) {
  const schema = z.object({ question: z.string() });
  const output = z.object({ answer: z.string() });
  const step = createStep({
    id: 'look-up',
    inputSchema: schema,
    outputSchema: output,
    execute: async ({ inputData }) => ({ answer: String(await work(inputData.question)) }),
  });
  return createWorkflow({ id: 'flow', inputSchema: schema, outputSchema: output }).then(step).commit();
}

type Parts = Pick<NonNullable<ConstructorParameters<typeof Mastra>[0]>, 'agents' | 'workflows' | 'memory'>;
type Config = Partial<Omit<ObservabilityInstanceConfig, 'name'>>;

/** Mastra with a bridge of ours, unless the configuration says otherwise. */
export function createMastra({ tracer }: Setting, parts: Parts, config?: Config): Mastra {
  const bridge = new SpanlineBridge({ tracer });
  const observability = new Observability({
    configs: { default: { serviceName: 'test', ...(config ?? { bridge: bridge }) } },
  });
  return new Mastra({ ...parts, observability, logger: false });
}

/** The lines of one type. */
export const spans = ({ log }: Setting, type: string): SpanRecord[] =>
  log.records().filter((record) => record['span.type'] === type);

/** Resolves when every span has ended. */
export const settled = ({ tracer }: Setting): Promise<void> =>
  expect.poll(() => tracer.stats().open).toBe(0) as unknown as Promise<void>;
