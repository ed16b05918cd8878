/** The trees and the lines on the pages of LangChain are those that programs print. */

import type { LLMock } from '@copilotkit/aimock';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { tool } from '@langchain/core/tools';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent } from 'langchain';
import { it } from 'vitest';
import { z } from 'zod';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { useTracer } from '../../../test/support/set-up.ts';
import { expectLine, expectTree } from '../../../test/support/shown.ts';
import { useProvider } from '../../../test/support/use-provider.ts';

const README = 'packages/langchain/README.md';
const PAGE = 'docs/langchain.md';
let provider: LLMock;
let log: MemoryLog;
let tracer: Tracer;

useProvider((started) => {
  provider = started;
});

useTracer((newLog, newTracer) => {
  [log, tracer] = [newLog, newTracer];
});

it('the chain of the README prints its line', async () => {
  const chain = ChatPromptTemplate.fromTemplate('Greet {name}.')
    .pipe(new FakeListChatModel({ responses: ['Hello!'] }))
    .pipe(new StringOutputParser())
    .withConfig({ runName: 'greet' });
  await chain.invoke({ name: 'Ada' }, { callbacks: [new SpanlineCallbackHandler({ tracer })] });
  expectLine([README], log.records());
});

it('an agent prints the tree and the line of the pages', async () => {
  const weather = tool(
    ({ city }: { city: string }) =>
      tracer.withSpan({ name: 'http call', type: 'task' }, () => Promise.resolve(`sunny in ${city}`)),
    { name: 'weather', description: 'The weather', schema: z.object({ city: z.string() }) },
  );
  const configuration = { baseURL: `${provider.url}/v1` };
  const model = new ChatOpenAI({ model: 'gpt-4o-mini', apiKey: 'test', configuration });
  const messages = [{ role: 'user' as const, content: 'weather' }];
  const callbacks = [new SpanlineCallbackHandler({ tracer })];
  await createAgent({ name: 'helper', model, tools: [weather] }).invoke({ messages }, { callbacks });
  expectTree([README, PAGE], log.records());
  expectLine([PAGE], log.records());
});
