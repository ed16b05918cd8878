/** The tree and the line on the page of the AI SDK are those that a program prints. */

import { readFileSync } from 'node:fs';
import { createOpenAI } from '@ai-sdk/openai';
import type { LLMock } from '@copilotkit/aimock';
import { generateText, stepCountIs, tool } from 'ai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { spanlineTelemetry } from '@spanline/ai-sdk';
import type { Tracer } from '@spanline/core';
import { type MemoryLog, tree } from '@spanline/core/testing';
import { startProvider } from '../../../test/support/provider.ts';
import { useTracer } from '../../../test/support/set-up.ts';

let provider: LLMock;
let log: MemoryLog;
let tracer: Tracer;

beforeAll(async () => {
  provider = await startProvider();
});

afterAll(() => provider.stop());
useTracer((newLog, newTracer) => {
  [log, tracer] = [newLog, newTracer];
});

const PAGE = readFileSync(new URL('../../../docs/ai-sdk.md', import.meta.url), 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(PAGE)?.[1] ?? '';

it('a program prints the tree and the line of docs/ai-sdk.md', async () => {
  const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: ({ city }) => `sunny in ${city}` });
  await generateText({
    model: createOpenAI({ apiKey: 'test', baseURL: `${provider.url}/v1` }).chat('gpt-4o'),
    prompt: 'weather',
    tools: { weather },
    stopWhen: stepCountIs(3),
    telemetry: { functionId: 'guide', integrations: spanlineTelemetry({ tracer }) },
  });
  expect(tree(log.records())).toBe(block('text').trim());
  expect(log.records()[0]).toMatchObject(JSON.parse(block('json')) as object);
});
