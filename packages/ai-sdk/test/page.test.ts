/** The tree and the line on the pages of the AI SDK are those that a program prints. */

import { createOpenAI } from '@ai-sdk/openai';
import type { LLMock } from '@copilotkit/aimock';
import { generateText, stepCountIs, tool } from 'ai';
import { it } from 'vitest';
import { z } from 'zod';
import { spanlineTelemetry } from '@spanline/ai-sdk';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { useTracer } from '../../../test/support/set-up.ts';
import { expectLine, expectTree } from '../../../test/support/shown.ts';
import { useProvider } from '../../../test/support/use-provider.ts';

let provider: LLMock;
let log: MemoryLog;
let tracer: Tracer;

useProvider((started) => {
  provider = started;
});
useTracer((newLog, newTracer) => {
  [log, tracer] = [newLog, newTracer];
});

const PAGES = ['docs/ai-sdk.md', 'packages/ai-sdk/README.md'] as const;

it('a program prints the tree and the line of the pages', async () => {
  const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: ({ city }) => `sunny in ${city}` });
  await generateText({
    model: createOpenAI({ apiKey: 'test', baseURL: `${provider.url}/v1` }).chat('gpt-4o'),
    prompt: 'weather',
    tools: { weather },
    stopWhen: stepCountIs(3),
    telemetry: { functionId: 'guide', integrations: spanlineTelemetry({ tracer }) },
  });
  expectTree(PAGES, log.records());
  expectLine(PAGES, log.records());
});
