/** LlamaIndex behind guards, against a provider over HTTP. */
import type { LLMock } from '@copilotkit/aimock';
import { OpenAI as LlamaOpenAI } from '@llamaindex/openai';
import { agent } from '@llamaindex/workflow';
import { tool } from 'llamaindex';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createTracer } from '@spanline/core';
import { guardLLM } from '../src/index.ts';
import { MAIL, startProvider } from './provider.ts';
import { REDACT, REPLACE } from './some-guards.ts';

let provider: LLMock;
let baseURL: string;
beforeAll(async () => {
  provider = await startProvider();
  baseURL = `${provider.url}/v1`;
});
afterAll(() => provider.stop());

const REDACTED = MAIL.replace('jane.doe@example.org', '[EMAIL]');
const options = { guards: [REDACT], tracer: createTracer({ enabled: false }) };

test('a model is redacted, whole and streamed', async () => {
  const llm = guardLLM(new LlamaOpenAI({ model: 'gpt-4o-mini', apiKey: 'none', baseURL }), options);
  const messages = [{ role: 'user' as const, content: 'mail' }];
  const whole = await llm.chat({ messages });
  expect([whole.message.content, JSON.stringify(whole).includes('example.org')]).toEqual([REDACTED, false]);
  let text = '';
  for await (const chunk of await llm.chat({ messages, stream: true })) text += chunk.delta;
  expect(text).toBe(REDACTED);
  expect((await llm.complete({ prompt: 'mail' })).text).toBe(REDACTED);
});

test('arguments of a tool leave as a whole, and a tool gets them redacted', async () => {
  const llm = guardLLM(new LlamaOpenAI({ model: 'gpt-4o-mini', apiKey: 'none', baseURL }), options);
  const calls: unknown[] = [];
  const parameters = z.object({ to: z.string(), body: z.string() });
  const execute = (args: object): string => {
    calls.push(args);
    return 'done';
  };
  const tools = [tool({ name: 'send', description: 'Sends', parameters, execute })];
  const messages = [{ role: 'user' as const, content: 'tool' }];
  const chunks = [];
  for await (const chunk of await llm.chat({ messages, tools, stream: true })) chunks.push(chunk);
  expect(JSON.stringify(chunks)).not.toMatch(/jane|example/);
  const { newMessages, stream } = await llm.exec({ messages, tools, stream: true });
  for await (const _ of stream);
  expect([calls, JSON.stringify(newMessages()).includes('example')]).toEqual([[{ to: '[EMAIL]', body: 'Hi' }], false]);
});

test('an agent gets redacted answers, its tools redacted arguments, and a replacement is its answer', async () => {
  const model = (guards: (typeof REDACT)[]): LlamaOpenAI =>
    guardLLM(new LlamaOpenAI({ model: 'gpt-4o-mini', apiKey: 'none', baseURL }), { ...options, guards });
  const calls: unknown[] = [];
  const parameters = z.object({ to: z.string(), body: z.string() });
  const execute = (args: object): string => {
    calls.push(args);
    return 'done';
  };
  const tools = [tool({ name: 'send', description: 'Sends', parameters, execute })];
  const { data } = await agent({ llm: model([REDACT]), tools }).run('tool');
  expect([calls, data.result]).toEqual([[{ to: '[EMAIL]', body: 'Hi' }], 'Sent.']);
  expect(String((await agent({ llm: model([REDACT]), tools }).run('mail')).data.result)).toBe(REDACTED);
  const replaced = String((await agent({ llm: model([REPLACE]), tools }).run('mail')).data.result);
  expect([replaced.includes('I cannot answer that.'), replaced.includes('Heron')]).toEqual([true, false]);
});
