/** `spanline rerun --with` a program, and `--judge` modules. */
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import type { SpanRecord } from '@spanline/record';
import { span, spanId, traceId } from '../../../query/test/support/logs.ts';
import { messages, provider, question, questions, rerun, SEND } from './support.ts';

const mock = provider();

/** Modules of a user import Spanline from a project of their own. */
const entry = (name: string): string => JSON.stringify(fileURLToPath(import.meta.resolve(`@spanline/${name}`)));

/** An agent: it asks whether to use its tool, uses it, and asks again. */
const AGENT = `
import { llmSpan } from ${entry('core')};
const ask = (url, model, messages) =>
  llmSpan({ model, provider: 'openai', messages, answer: (body) => ({ output: [body.choices[0].message], usage: body }) }, async () => {
    const response = await fetch(url + '/v1/chat/completions', {
      method: 'POST',
      body: JSON.stringify({ model, messages, max_tokens: 50 }),
    });
    if (!response.ok) throw new Error('status ' + response.status);
    return response.json();
  });
export async function program(input, { recorded, model }) {
  const weather = recorded.tool('weather', async () => { throw new Error('the tool ran for real'); });
  const url = process.env.RERUN_TEST_URL;
  const first = await ask(url, model, [{ role: 'user', content: input }]);
  const city = first.choices[0].message.content;
  const found = await weather({ city });
  const last = await ask(url, model, [{ role: 'user', content: input + ' It is ' + found + '.' }]);
  return last.choices[0].message.content;
}
`;

/** A recorded run of the agent. */
function weather(number: number, city: string, answer: string): SpanRecord[] {
  const shared = { trace_id: traceId(number), 'spanline.capture.mode': 'full' };
  const id = (step: number): string => spanId(number * 100 + step);
  const below = { ...shared, parent_span_id: id(0) };
  const call = { ...below, 'span.type': 'llm', 'gen_ai.request.model': 'gpt-4o', 'spanline.cost.usd': 0.01 } as const;
  return [
    span(0, {
      ...call,
      at: 10,
      span_id: id(1),
      'gen_ai.input.messages': messages(['user', `Weather in ${city}?`]),
      'gen_ai.output.messages': messages(['assistant', city]),
    }),
    span(0, {
      ...below,
      at: 20,
      span_id: id(2),
      'span.name': 'weather',
      'span.type': 'tool',
      'gen_ai.tool.name': 'weather',
      'gen_ai.tool.call.arguments': JSON.stringify({ city }),
      'gen_ai.tool.call.result': '"sunny"',
    }),
    span(0, {
      ...call,
      at: 30,
      span_id: id(3),
      'gen_ai.input.messages': messages(['user', `Weather in ${city}? It is sunny.`]),
      'gen_ai.output.messages': messages(['assistant', answer]),
    }),
    span(0, {
      ...shared,
      ms: 100,
      span_id: id(0),
      'span.name': 'agent',
      'span.type': 'agent',
      'spanline.input': JSON.stringify(`Weather in ${city}?`),
      'spanline.output': JSON.stringify(answer),
    }),
  ];
}

const WITH = ['--with', './agent.mjs', ...SEND, '--judge', 'refusal'] as const;

function answerWeather(first: (city: string) => string): void {
  vi.stubEnv('RERUN_TEST_URL', mock.url);
  mock.clearFixtures();
  mock.on({ predicate: () => true }, ({ messages: said }) => {
    const text = String(said.at(-1)?.content);
    const [, city = ''] = /in (\w+)\?/.exec(text) ?? [];
    const content = text.includes('It is sunny') ? `Sunny in ${city}.` : first(city);
    return { content, usage: { prompt_tokens: 30, completion_tokens: 5 } };
  });
}

it('runs a program with recorded tools and a live model, and compares the whole runs', async () => {
  answerWeather((city) => city);
  const records = [...weather(1, 'Ulm', 'I cannot help with that.'), ...weather(2, 'Rom', 'Sunny.')];
  const ended = await rerun(records, WITH, { url: mock.url, files: { 'agent.mjs': AGENT } });
  expect(ended).toMatchObject({ code: 0 });
  const { compared, figures, spentUsd, pairs } = ended.data();
  expect(compared).toBe(2);
  expect(figures.find(({ name }) => name === 'refusal')).toMatchObject({ before: 0.5, after: 0, wins: 1 });
  expect(figures.find(({ name }) => name === 'cost')?.before).toBeCloseTo(0.02);
  // Two calls of 30 and 5 tokens in each trace, at $0.15 and $0.60 per million.
  expect(spentUsd).toBeCloseTo((4 * (30 * 0.15 + 5 * 0.6)) / 1e6, 12);
  expect(pairs.map(({ rerun: { answer } }) => answer).toSorted()).toEqual(['Sunny in Rom.', 'Sunny in Ulm.']);
  expect(mock.getRequests().map(({ body }) => (body as { model?: string }).model)).toEqual(
    Array.from({ length: 4 }, () => 'gpt-4o-mini'),
  );
});

it('counts a run that asks a tool for something else as diverged, and compares it with nothing', async () => {
  answerWeather((city) => (city === 'Ulm' ? 'Paris' : city));
  const records = [...weather(1, 'Ulm', 'Sunny.'), ...weather(2, 'Rom', 'Sunny.')];
  const { data, cwd } = await rerun(records, WITH, { url: mock.url, files: { 'agent.mjs': AGENT } });
  expect(data()).toMatchObject({ compared: 1, left: 0 });
  expect(Object.keys(data().diverged)).toEqual([expect.stringContaining('weather')]);
  const requests = mock.getRequests().length;
  expect((await rerun(cwd, WITH, mock)).data()).toMatchObject({ compared: 1, left: 0 });
  expect(mock.getRequests()).toHaveLength(requests);
});

it('holds a program to the budget', async () => {
  answerWeather((city) => city);
  const records = Array.from({ length: 6 }, (_, index) => weather(index + 1, 'Ulm', 'Sunny.')).flat();
  const args = [...WITH, '--max-usd', '0.0001', '--concurrency', '1'];
  const { code, data } = await rerun(records, args, { url: mock.url, files: { 'agent.mjs': AGENT } });
  expect(code).toBe(2);
  const { spentUsd, compared, left, stopped } = data();
  expect(stopped).toContain('the budget has not as much left');
  expect(spentUsd).toBeLessThanOrEqual(0.0001);
  expect(compared).toBeGreaterThan(0);
  expect(left).toBeGreaterThan(0);
});

it('counts a program that fails as an error of the new side', async () => {
  const program = 'export const program = () => { throw new TypeError("no"); };';
  const { data } = await rerun(weather(1, 'Ulm', 'Sunny.'), WITH, { url: mock.url, files: { 'agent.mjs': program } });
  expect(data().figures.find(({ name }) => name === 'errors')).toMatchObject({ before: 0, after: 1 });
});

it('compares no time, cost and tokens with those of a program without a model call on its lines', async () => {
  const program = 'export const program = () => "Sunny.";';
  const { data } = await rerun(weather(1, 'Ulm', 'Sunny.'), WITH, { url: mock.url, files: { 'agent.mjs': program } });
  expect(data().figures.map(({ name }) => name)).toEqual(['refusal', 'errors']);
});

it('scores both sides with the evaluators of a module; a failure is counted and no score', async () => {
  const judges = `
import { feedback, field } from ${entry('evals')};
const on = { answer: field.answer, question: field.question, documents: field.documents };
export const length = feedback({ name: 'length', on, fn: ({ answer }) => answer.length });
export const other = [feedback({ name: 'months', on, fn: ({ answer }) => {
  if (answer.includes('99')) throw new RangeError('99');
  return answer.includes('months');
} })];
`;
  const args = [...SEND, '--judge', './judges.mjs'];
  const { data } = await rerun(questions(4), args, { url: mock.url, files: { 'judges.mjs': judges } });
  const { figures, judgeFailures } = data();
  expect(figures.find(({ name }) => name === 'length')).toMatchObject({ pairs: 4 });
  expect(figures.find(({ name }) => name === 'months')).toMatchObject({ pairs: 2, before: 1, after: 1 });
  expect(judgeFailures).toEqual({ 'months: 99': 2 });
});

it('writes the spans of a judge, linked to the trace that it scores', async () => {
  const judges = `
import { feedback, field, judge } from ${entry('evals')};
const fn = judge({
  client: ({ user }) => ({
    text: JSON.stringify({ id: /id="?([\\w-]+)/.exec(user)?.[1], reason: 'short', verdict: 7, score: 7 }),
    usage: { prompt_tokens: 10, completion_tokens: 2 },
  }),
  model: 'gpt-4o-mini',
  rubric: 'Is it short?',
});
export const short = feedback({ name: 'short', source: 'llm_judge', on: { answer: field.answer }, fn });
`;
  const args = [...SEND, '--judge', './judges.mjs'];
  const { results } = await rerun(question(2), args, { url: mock.url, files: { 'judges.mjs': judges } });
  const roots = results().filter((record) => record['span.name'] === 'evaluate short');
  const run = results().find((record) => record['span.type'] === 'chain');
  expect(roots.map((record) => record['spanline.link.trace_id']).toSorted()).toEqual(
    [traceId(2), run?.trace_id].toSorted(),
  );
});

it('says before it sends what judges that ask a model cost at most, on both sides', async () => {
  const judges = (options: string): string => `
import { feedback, field, judge } from ${entry('evals')};
const client = () => { throw new Error('asked'); };
const fn = judge({ client, rubric: 'Is it short?', maxTokens: 100, ${options} });
export const short = feedback({ name: 'short', source: 'llm_judge', on: { answer: field.answer }, fn });
`;
  const args = ['--model', 'gpt-4o-mini', '--dry-run', '--judge', './judges.mjs', '--judge', 'refusal'];
  const options = (text: string) => ({ url: mock.url, files: { 'judges.mjs': judges(text) } });
  const priced = await rerun(questions(3), args, options("model: 'gpt-4o-mini', callUsd: 0.01"));
  expect(priced.stdout.replaceAll(/\s+/g, ' ')).toContain(
    'On top, judges ask a model (short): 6 calls, at most $0.06. --max-usd does not count them; their own budgets do.',
  );
  const unpriced = await rerun(questions(3), [...args, '--json'], options("model: 'house-7b'"));
  expect(JSON.parse(unpriced.stdout)).toMatchObject({ judges: { calls: 6, names: ['short'] } });
  expect(JSON.parse(unpriced.stdout).judges).not.toHaveProperty('mostUsd');
  expect(mock.getRequests()).toEqual([]);
});

it('needs no key to estimate', async () => {
  const args = ['--model', 'gpt-4o-mini', '--dry-run'];
  const ended = await rerun(questions(2), args, { url: mock.url, env: { OPENAI_BASE_URL: '', OPENAI_API_KEY: '' } });
  expect(ended.stderr).toBe('');
  expect(ended.stdout).toContain('To be sent to https://api.openai.com: 2 model calls of 2 traces.');
});
