/** Faults that users report of recorded HTTP: order, dates in prompts, personal data, streams, stale records. */
import { LLMock } from '@copilotkit/aimock';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTracer, toolSpan, type Tracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { wrapOpenAI } from '@spanline/openai';
import { type Replay, replay, type ReplayOptions } from '@spanline/replay';

let provider: LLMock;
beforeAll(async () => {
  provider = new LLMock({ host: '127.0.0.1', port: 0, logLevel: 'silent' });
  provider.on({ predicate: () => true }, ({ messages }) => ({ content: `re: ${String(messages.at(-1)?.content)}` }));
  await provider.start();
});
afterAll(() => provider.stop());

const ask = async (client: OpenAI, content: string, stream = false): Promise<string> => {
  const request = { model: 'gpt-4o', messages: [{ role: 'user' as const, content }] };
  if (!stream) return (await client.chat.completions.create(request)).choices[0]?.message.content ?? '';
  let text = '';
  for await (const chunk of await client.chat.completions.create({ ...request, stream: true }))
    text += chunk.choices[0]?.delta.content ?? '';
  return text;
};

async function record(program: (client: OpenAI, tracer: Tracer) => Promise<unknown>): Promise<object[]> {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const client = wrapOpenAI(new OpenAI({ apiKey: 'sk-secret', baseURL: `${provider.url}/v1`, maxRetries: 0 }), {
    tracer,
  });
  await tracer.withSpan({ name: 'request', type: 'chain' }, () => program(client, tracer));
  await tracer.shutdown();
  return log.records();
}
const clientOf = (recorded: Replay): OpenAI =>
  new OpenAI({ apiKey: 'none', baseURL: 'https://model.invalid/v1', fetch: recorded.fetch });
const again = (lines: object[], content: string, options: ReplayOptions = {}): Promise<string> =>
  ask(clientOf(replay(lines, options)), content);

const QUESTIONS = ['one', 'two', 'three', 'four', 'five'];

it('calls at once get their own answers, in whatever order they come', async () => {
  const lines = await record((client) => Promise.all(QUESTIONS.map((question) => ask(client, question))));
  const recorded = replay(lines);
  const client = clientOf(recorded);
  const backwards = QUESTIONS.toReversed();
  expect(await Promise.all(backwards.map((question) => ask(client, question)))).toEqual(
    backwards.map((question) => `re: ${question}`),
  );
  recorded.verify();
});

it('a recorded stream answers a request without one, and the other way round', async () => {
  expect(await again(await record((client) => ask(client, 'Hi', true)), 'Hi')).toBe('re: Hi');
  const whole = replay(await record((client) => ask(client, 'Hi')));
  expect(await ask(clientOf(whole), 'Hi', true)).toBe('re: Hi');
});

it('no line has the key, and personal data that was replaced matches', async () => {
  const lines = await record((client) => ask(client, 'I am ada@example.org.'));
  expect(JSON.stringify(lines)).not.toMatch(/sk-secret|ada@example/);
  expect(await again(lines, 'I am ada@example.org.')).toMatch(/^re: I am \[EMAIL_\d\]\.$/);
});

it('a date in a prompt is a miss that says so, and is left out by "ignore"', async () => {
  const lines = await record(async (client, tracer) => {
    await ask(client, 'Today is 2026-01-15. What is due?');
    await toolSpan({ tracer, tool: 'due', arguments: { on: '2026-01-15', user: 'u_1' } }, async () => 'rent');
  });
  const asked = 'Today is 2027-03-02. What is due?';
  await expect(again(lines, asked)).rejects.toThrow('Only numbers, ids or dates differ.');
  await expect(again(lines, 'Tomorrow is 2027-03-02.')).rejects.not.toThrow('Only numbers');
  const recorded = replay(lines, { ignore: [/\d{4}-\d\d-\d\d/] });
  expect(await ask(clientOf(recorded), asked)).toContain('2026-01-15');
  const due = recorded.tool('due', async (_: { on: string; user: string }) => '');
  await expect(due({ on: '2027-03-02', user: 'u_2' })).rejects.toThrow('ERR_REPLAY_MISS');
  expect(await due({ on: '2027-03-02', user: 'u_1' })).toBe('rent');
  expect(recorded.report().unused).toEqual([]);
  expect(() => replay(lines, { ignore: ['2026'] as never })).toThrow('a regular expression');
});

it('a recorded call that the program makes no more is named', async () => {
  const lines = await record(async (client) => {
    await ask(client, 'one');
    await ask(client, 'two');
  });
  const recorded = replay(lines);
  await ask(clientOf(recorded), 'one');
  expect(() => recorded.verify()).toThrow('was not made');
  expect(recorded.report().unused).toHaveLength(1);
});
