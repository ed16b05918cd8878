/** `spanline rerun`: what is sent, what is written, and how both sides are compared. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { run } from 'spanline';
import { expect, it } from 'vitest';
import { validate } from '@spanline/record';
import { lines, traceId } from '../../../query/test/support/logs.ts';
import { folderWith } from '../support/cli.ts';
import { provider, question, questions, rerun, SEND } from './support.ts';

const mock = provider();

const figure = (answer: Awaited<ReturnType<typeof rerun>>, name: string) =>
  answer.data().figures.find((one) => one.name === name);

it('compares the recorded answers with those of another model: scores, cost, tokens, each with its interval', async () => {
  const { code, data, ...ended } = await rerun(questions(12), SEND, mock);
  expect(code).toBe(0);
  expect(data().compared).toBe(12);
  const grounded = figure({ code, data, ...ended }, 'groundedness');
  expect(grounded).toMatchObject({ pairs: 12, before: 0.5, after: 1, wins: 6, losses: 0 });
  expect(grounded?.difference).toMatchObject({ value: 0.5 });
  expect(grounded?.difference.low).toBeGreaterThan(0);
  expect(figure({ code, data, ...ended }, 'cost')).toMatchObject({ pairs: 12, verdict: 'better' });
  expect(figure({ code, data, ...ended }, 'input tokens')).toMatchObject({ before: 1000, after: 500 });
  expect(figure({ code, data, ...ended }, 'errors')).toMatchObject({ before: 0, after: 0, verdict: 'same' });
  expect(data().pairs).toHaveLength(12);
  expect(data().pairs.find(({ traceId: id }) => id === traceId(3))).toMatchObject({
    question: 'How long is contract 3?',
    recorded: { answer: 'Contract 3 lasts 99 years.' },
    rerun: { answer: 'Contract 3 lasts 3 months.' },
  });
});

it('sends the recorded messages and parameters to the new model', async () => {
  await rerun(questions(1), [...SEND, '--set', 'seed=7', '--set', 'temperature=', '--set', 'user=ada'], mock);
  const [request] = mock.getRequests();
  expect(request?.body).toMatchObject({
    model: 'gpt-4o-mini',
    messages: [
      { role: 'system', content: 'Answer.' },
      { role: 'user', content: 'How long is contract 1?' },
    ],
    seed: 7,
    user: 'ada',
    max_tokens: 4096,
  });
  expect(request?.body).not.toHaveProperty('temperature');
});

it('writes valid lines: the run, its calls, and the scores of both sides, under the trace of each', async () => {
  const { results } = await rerun(questions(2), SEND, mock);
  const records = results();
  expect(records.filter((record) => !validate(record).valid)).toEqual([]);
  const roots = records.filter((record) => record['span.type'] === 'chain');
  expect(roots.map((record) => record['labels.item']).toSorted()).toEqual([traceId(1), traceId(2)]);
  expect(roots.map((record) => record['spanline.link.trace_id']).toSorted()).toEqual([traceId(1), traceId(2)]);
  const scored = records.filter((record) => record['gen_ai.evaluation.name'] === 'groundedness');
  expect(new Set(scored.map((record) => record.trace_id))).toEqual(
    new Set([traceId(1), traceId(2), ...roots.map((record) => record.trace_id)]),
  );
  const call = records.find((record) => record['span.type'] === 'llm');
  expect(call).toMatchObject({ 'gen_ai.request.model': 'gpt-4o-mini', 'gen_ai.usage.input_tokens': 500 });
  expect(call?.['spanline.cost.usd']).toBeGreaterThan(0);
});

it('goes on where it was: what the file has is not sent again', async () => {
  const { cwd } = await rerun(questions(6), SEND, mock);
  expect(mock.getRequests()).toHaveLength(6);
  const again = await rerun(cwd, SEND, mock);
  expect(mock.getRequests()).toHaveLength(6);
  expect(again.data().compared).toBe(6);

  // The last trace lost its last line: a process was killed while it wrote.
  const file = join(cwd, 'results.ndjson');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.slice(0, -20));
  const third = await rerun(cwd, SEND, mock);
  expect(mock.getRequests()).toHaveLength(7);
  expect(third.data().compared).toBe(6);
  expect(third.results().filter((record) => record['span.type'] === 'llm')).toHaveLength(6);
});

it('refuses a file of another rerun, and one that is none', async () => {
  const { cwd } = await rerun(questions(1), SEND, mock);
  const other = await rerun(cwd, ['--model', 'gpt-4.1', '--yes'], mock);
  expect(other).toMatchObject({ code: 64 });
  expect(other.stderr).toContain('results.ndjson has the results of another rerun (rerun gpt-4o-mini)');
  const none = await rerun(questions(1), SEND, { url: mock.url, files: { 'results.ndjson': 'my notes\n' } });
  expect(none).toMatchObject({ code: 64 });
  expect(none.stderr).toContain('results.ndjson is no file of a rerun');
  expect(readFileSync(join(none.cwd, 'results.ndjson'), 'utf8')).toBe('my notes\n');
});

it('draws by seed: a larger sample begins with a smaller one, and another seed draws another', async () => {
  const drawn = async (args: readonly string[]): Promise<string[]> =>
    (await rerun(questions(30), [...SEND, ...args], mock))
      .data()
      .pairs.map(({ traceId: id }) => id)
      .toSorted();
  const five = await drawn(['--sample', '5']);
  expect(await drawn(['--sample', '5'])).toEqual(five);
  expect(await drawn(['--sample', '9'])).toEqual(expect.arrayContaining(five));
  expect(await drawn(['--sample', '5', '--seed', 'b'])).not.toEqual(five);
});

it('takes traces by the language of the query', async () => {
  const records = [...questions(3), ...question(4, { 'labels.tier': 'gold' })];
  const { data } = await rerun(records, [...SEND, '--where', 'labels.tier:gold'], mock);
  expect(data().pairs.map(({ traceId: id }) => id)).toEqual([traceId(4)]);
});

it('stops before its budget is exceeded, and says what is left; the same command goes on', async () => {
  const records = questions(8);
  // gpt-4o-mini: 4096 tokens of an answer cost $0.0024576 at most.
  const { code, data, cwd } = await rerun(records, [...SEND, '--max-usd', '0.0028', '--concurrency', '3'], mock);
  expect(code).toBe(2);
  const { left, spentUsd, stopped } = data();
  expect(spentUsd).toBeLessThanOrEqual(0.0028);
  expect(stopped).toMatch(/^the budget has not as much left as the next trace can cost \(at most \$[\d.]+\); a larger/);
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(8);
  const rest = await rerun(cwd, SEND, mock);
  expect(rest.data()).toMatchObject({ compared: 8, left: 0 });
  expect(mock.getRequests()).toHaveLength(8);
});

it('sends nothing beyond a budget of 0', async () => {
  const { code } = await rerun(questions(2), [...SEND, '--max-usd', '0'], mock);
  expect(code).toBe(2);
  expect(mock.getRequests()).toEqual([]);
});

it('waits as a server asks, and does not count the waiting as time of the model', async () => {
  let refused = 0;
  mock.prependFixture({
    match: { predicate: () => refused++ < 2 },
    response: { error: { message: 'Slow down' }, status: 429, retryAfter: 0 } as never,
  });
  const { code, data } = await rerun(questions(3), [...SEND, '--concurrency', '1'], mock);
  expect(code).toBe(0);
  expect(data().compared).toBe(3);
  expect(mock.getRequests()).toHaveLength(5);
});

it('keeps traces for the next time whose server fails to the end', async () => {
  mock.prependFixture({
    match: { userMessage: 'contract 2' },
    response: { error: { message: 'Overloaded' }, status: 503 },
  });
  const { code, data, cwd } = await rerun(questions(3), [...SEND, '--retries', '0'], mock);
  expect(code).toBe(2);
  expect(data()).toMatchObject({ compared: 2, left: 1, unfinished: { '503 Overloaded': 1 } });
  mock.clearFixtures();
  mock.on({ predicate: () => true }, { content: 'Contract 2 lasts 2 months.' });
  expect((await rerun(cwd, SEND, mock)).data()).toMatchObject({ compared: 3, left: 0 });
});

it('counts a refused request as an error of the new side', async () => {
  mock.prependFixture({
    match: { userMessage: 'contract 2' },
    response: { error: { message: 'Too long', type: 'invalid_request_error' }, status: 400 },
  });
  const ended = await rerun(questions(8), [...SEND, '--concurrency', '1'], mock);
  expect(ended.code).toBe(0);
  expect(figure(ended, 'errors')).toMatchObject({ pairs: 8, before: 0, after: 0.125 });
  expect(figure(ended, 'cost')).toMatchObject({ pairs: 7 });
});

it('stops at once where a key is refused, and shows no key', async () => {
  mock.clearFixtures();
  mock.on({ predicate: () => true }, { error: { message: 'Incorrect API key: sk-mine' }, status: 401 });
  const { code, data, stdout, stderr } = await rerun(questions(9), [...SEND, '--concurrency', '1'], {
    url: mock.url,
    env: { OPENAI_API_KEY: 'sk-mine' },
  });
  expect(code).toBe(2);
  expect(mock.getRequests()).toHaveLength(1);
  expect(data().stopped).toBe('401 Incorrect API key: …');
  expect(stdout + stderr).not.toContain('sk-mine');
});

it('stops where the first requests are refused: the command is wrong, and nothing counts as a result', async () => {
  mock.clearFixtures();
  mock.on({ predicate: () => true }, { error: { message: 'Unknown parameter: x' }, status: 400 });
  const { code, data, results } = await rerun(questions(9), [...SEND, '--set', 'x=1', '--concurrency', '1'], mock);
  expect(code).toBe(2);
  expect(mock.getRequests()).toHaveLength(3);
  expect(data().stopped).toContain('400 Unknown parameter: x');
  expect(results()).toEqual([]);
});

/** Runs at a terminal where a person types an answer. */
async function atTerminal(answer: string): Promise<{ code: number; asked: string }> {
  const cwd = folderWith({ 'app.ndjson': lines(...questions(2)) });
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  stdin.end(answer);
  let asked = '';
  const code = await run(
    ['rerun', join(cwd, 'app.ndjson'), '--model', 'gpt-4o-mini', '--out', join(cwd, 'results.ndjson')],
    {
      stdin,
      stdout: { write: () => true },
      stderr: { write: (text) => (asked += String(text)) },
      env: { OPENAI_BASE_URL: `${mock.url}/v1` },
      stop: new AbortController().signal,
    },
  );
  return { code, asked };
}

it('asks at a terminal, with the estimated cost: only a yes sends', async () => {
  const no = await atTerminal('n\n');
  expect(no.code).toBe(1);
  expect(no.asked).toContain('2 model calls of 2 traces');
  expect(no.asked).toContain('Estimated cost: $0.00042 (at most');
  expect(mock.getRequests()).toEqual([]);
  expect((await atTerminal('y\n')).code).toBe(0);
  expect(mock.getRequests()).toHaveLength(2);
});

it('needs --yes where there is no terminal; --dry-run estimates alone and makes no file', async () => {
  const silent = await rerun(questions(2), ['--model', 'gpt-4o-mini'], mock);
  expect(silent).toMatchObject({ code: 64 });
  expect(silent.stderr).toContain('--yes must be given: there is no terminal to ask at');
  const dry = await rerun(questions(2), ['--model', 'gpt-4o-mini', '--dry-run', '--json'], mock);
  expect(dry.code).toBe(0);
  expect(JSON.parse(dry.stdout)).toMatchObject({ calls: 2, inputTokens: 2000, outputTokens: 200 });
  expect(mock.getRequests()).toEqual([]);
  expect(dry.results()).toEqual([]);
});

it('calls a cost unknown without a price, and needs --price for a budget', async () => {
  const args = ['--model', 'my-own-model', '--yes', '--max-usd', '1'];
  const { code, stderr } = await rerun(questions(1), args, mock);
  expect(code).toBe(64);
  expect(stderr).toContain('unknown: no price is known of my-own-model');
  expect(stderr).toContain('--price must be given beside --max-usd');
  expect(mock.getRequests()).toEqual([]);
  const priced = await rerun(questions(1), [...args, '--price', '1,2', '--json'], mock);
  expect(priced.code).toBe(0);
  expect(priced.data().spentUsd).toBeCloseTo((500 * 1 + 20 * 2) / 1e6, 12);
});

it('redacts what it writes, unless --capture says otherwise', async () => {
  mock.clearFixtures();
  mock.on({ predicate: () => true }, { content: 'Ask ada@example.com.' });
  const records = question(1);
  expect(JSON.stringify((await rerun(records, SEND, mock)).results())).not.toContain('ada@example.com');
  const full = await rerun(records, [...SEND, '--capture', 'full'], mock);
  expect(JSON.stringify(full.results())).toContain('ada@example.com');
});

it('says that no trace passes the filter', async () => {
  const ended = await rerun(questions(2), ['--where', 'route:/none', '--model', 'gpt-4o-mini', '--yes'], mock);
  expect(ended).toMatchObject({ code: 1, stderr: expect.not.stringContaining('To be sent') as string });
  expect(ended.stdout).toMatch(/^No trace passes the filter: nothing was sent\./);
});
