import type { LLMock } from '@copilotkit/aimock';
/** The lines of model calls have the prompt, whoever makes the call. */
import { ChatOpenAI } from '@langchain/openai';
import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { llmSpan, type SpanRecord, type Tracer, withContext } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { wrapOpenAI } from '@spanline/openai';
import { definePrompt } from '@spanline/prompts';
import { useTracer } from '../../../test/support/set-up.ts';
import { useProvider } from '../../../test/support/use-provider.ts';

let provider: LLMock;
let log: MemoryLog;
let tracer: Tracer;
useTracer((newLog, newTracer) => {
  [log, tracer] = [newLog, newTracer];
});
useProvider((started) => {
  provider = started;
});

const prompt = definePrompt({
  name: 'answer',
  version: '3',
  template: [
    { role: 'system', content: 'Be {{tone}}.' },
    { role: 'user', content: '{{question}}' },
  ],
});
const VALUES = { tone: 'brief', question: 'plain' };
const EXPECTED: Partial<SpanRecord> = {
  'gen_ai.prompt.name': 'answer',
  'gen_ai.prompt.version': '3',
  'spanline.prompt.template_sha256': prompt.templateSha256,
  'spanline.prompt.variables': JSON.stringify(VALUES),
};
const calls = (): SpanRecord[] => log.records().filter((record) => record['span.type'] === 'llm');

it('of the OpenAI client', async () => {
  const client = wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL: `${provider.url}/v1` }), { tracer });
  const answer = await prompt.run(VALUES, (messages) => client.chat.completions.create({ model: 'gpt-4o', messages }));
  expect(answer.choices[0]?.message.content).toMatch(/^one two/);
  expect(calls()).toMatchObject([EXPECTED]);
});

it('of LangChain, streamed', async () => {
  const callbacks = [new SpanlineCallbackHandler({ tracer })];
  const model = new ChatOpenAI({ model: 'gpt-4o', apiKey: 'test', configuration: { baseURL: `${provider.url}/v1` } });
  await prompt.run(VALUES, async (messages) => {
    for await (const _ of await model.stream(messages, { callbacks }));
  });
  expect(calls()).toMatchObject([EXPECTED]);
});

it('of a client without a wrapper, below the current span, and only of model calls', async () => {
  await tracer.withSpan({ name: 'request', type: 'chain' }, async () => {
    await prompt.run(VALUES, async (messages) => {
      tracer.startSpan({ name: 'lookup', type: 'tool' }).end();
      await llmSpan({ tracer, model: 'm', messages }, async () => 'one');
    });
    await llmSpan({ tracer, model: 'm', messages: 'other' }, async () => 'two');
  });
  const [lookup, inside, outside, request] = log.records();
  expect(inside).toMatchObject(EXPECTED);
  for (const record of [lookup, outside, request]) expect(record).not.toHaveProperty(['gen_ai.prompt.name']);
});

it('of the innermost prompt; a prompt of another store has a name and no more', async () => {
  await prompt.run(VALUES, () =>
    withContext({ prompt: { name: 'theirs', version: '1', templateSha256: 7 as never, variables: 'x' as never } }, () =>
      llmSpan({ tracer, model: 'm', messages: 'x' }, async () => 'y'),
    ),
  );
  const [call] = calls();
  expect(call).toMatchObject({ 'gen_ai.prompt.name': 'theirs', 'gen_ai.prompt.version': '1' });
  expect(call).not.toHaveProperty(['spanline.prompt.variables']);
});

it('without content in the mode "metadata": the name, the version and the hash stay', async () => {
  await withContext({ capture: 'metadata' }, () =>
    prompt.run(VALUES, (messages) => llmSpan({ tracer, model: 'm', messages }, async () => 'y')),
  );
  const { 'spanline.prompt.variables': _, ...facts } = EXPECTED;
  expect(calls()).toMatchObject([facts]);
  expect(calls()[0]).not.toHaveProperty(['spanline.prompt.variables']);
});

it('with what is thrown and returned unchanged', async () => {
  const failure = new Error('mine');
  expect(() =>
    prompt.run(VALUES, () => {
      throw failure;
    }),
  ).toThrow(failure);
  expect(prompt.run(VALUES, (messages) => messages)).toEqual(prompt.format(VALUES));
});
