import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { ChatOpenAI } from '@langchain/openai';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { createTracer, type Tracer } from '@spanline/core';
import { memoryLog, type MemoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { wrapOpenAI } from '@spanline/openai';
import { cachedFetch } from '@spanline/replay';

let provider: LLMock;
beforeAll(async () => {
  provider = new LLMock({ host: '127.0.0.1', port: 0, logLevel: 'silent' });
  provider.on({ userMessage: 'limited' }, { error: { message: 'Slow down' }, status: 429 });
  provider.on(
    { predicate: () => true },
    { content: 'one two three four', usage: { prompt_tokens: 40, completion_tokens: 12 } },
  );
  await provider.start();
});
afterAll(() => provider.stop());

interface Setting {
  readonly dir: string;
  readonly log: MemoryLog;
  readonly tracer: Tracer;
  /** Requests that were sent. */
  readonly sent: string[];
  readonly fetch: typeof fetch;
}

function setUp(more: { enabled?: boolean } = {}): Setting {
  const dir = mkdtempSync(join(tmpdir(), 'spanline-cache-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const log = memoryLog();
  const sent: string[] = [];
  const send: typeof fetch = (input, init) => {
    sent.push(String(init?.body));
    return fetch(input, init);
  };
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  return {
    dir,
    log,
    tracer,
    sent,
    fetch: cachedFetch({ dir: join(dir, 'answers'), fetch: send, enabled: true, ...more }),
  };
}

const clientOf = ({ tracer, fetch }: Setting): OpenAI =>
  wrapOpenAI(new OpenAI({ apiKey: 'my-secret-key', baseURL: `${provider.url}/v1`, maxRetries: 0, fetch }), { tracer });
const ask = (content: string) => ({ model: 'gpt-4o', messages: [{ role: 'user' as const, content }] });

it('answers an equal request from disk: the line says so, and it costs nothing', async () => {
  const setting = setUp();
  const client = clientOf(setting);
  const first = await client.chat.completions.create(ask('Hi'));
  // The order of fields does not count.
  const { model, messages } = ask('Hi');
  const second = await client.chat.completions.create({ messages, model });
  expect(second.choices).toEqual(first.choices);
  await client.chat.completions.create({ ...ask('Hi'), temperature: 1 });
  expect(setting.sent).toHaveLength(2);
  const [one, two, three] = setting.log.records();
  expect(one?.['spanline.cost.usd']).toBeGreaterThan(0);
  expect(two).toMatchObject({ 'spanline.cache.hit': true, 'spanline.cost.usd': 0 });
  for (const record of [one, three]) expect(record).not.toHaveProperty(['spanline.cache.hit']);
  const folder = join(setting.dir, 'answers');
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  expect(files).toHaveLength(2);
  for (const name of files) {
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, name), 'utf8')).not.toContain('my-secret-key');
  }
  expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('*\n');
});

it('gives a stream again as a stream, also below LangChain', async () => {
  const setting = setUp();
  const callbacks = [new SpanlineCallbackHandler({ tracer: setting.tracer })];
  const configuration = { baseURL: `${provider.url}/v1`, fetch: setting.fetch };
  const model = new ChatOpenAI({ model: 'gpt-4o', apiKey: 'test', maxRetries: 0, configuration });
  const texts: string[] = [];
  for (let time = 0; time < 2; time++) {
    let text = '';
    for await (const chunk of await model.stream('Hi', { callbacks })) text += chunk.text;
    texts.push(text);
  }
  expect(texts).toEqual(['one two three four', 'one two three four']);
  expect(setting.sent).toHaveLength(1);
  const [one, two] = setting.log.records();
  expect(one).not.toHaveProperty(['spanline.cache.hit']);
  expect(two).toMatchObject({ 'spanline.cache.hit': true, 'spanline.cost.usd': 0 });
});

it('stores no failure, and no stream that was left', async () => {
  const setting = setUp();
  const client = clientOf(setting);
  for (let time = 0; time < 2; time++)
    await expect(client.chat.completions.create(ask('limited'))).rejects.toThrow('429');
  for await (const _ of await client.chat.completions.create({ ...ask('Hi'), stream: true })) break;
  await client.chat.completions.create(ask('Hi'));
  expect(setting.sent).toHaveLength(4);
  expect(readdirSync(join(setting.dir, 'answers')).filter((name) => name.endsWith('.json'))).toHaveLength(1);
});

it('asks again where a file is damaged, and answers where the folder cannot be written', async () => {
  const setting = setUp();
  const client = clientOf(setting);
  await client.chat.completions.create(ask('Hi'));
  const folder = join(setting.dir, 'answers');
  const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.json'));
  writeFileSync(join(folder, file), '{"contentType":');
  await client.chat.completions.create(ask('Hi'));
  expect(setting.sent).toHaveLength(2);
  const warning = vi.spyOn(process, 'emitWarning').mockReturnValue();
  onTestFinished(() => warning.mockRestore());
  const blocked = cachedFetch({ dir: join(folder, file), enabled: true });
  const answer = await clientOf({ ...setting, fetch: blocked }).chat.completions.create(ask('Hi'));
  expect(answer.choices[0]?.message.content).toBe('one two three four');
  expect(warning).toHaveBeenCalledOnce();
});

it('is off in production, unless it is turned on', async () => {
  vi.stubEnv('NODE_ENV', 'production');
  onTestFinished(() => void vi.unstubAllEnvs());
  const send = vi.fn<typeof fetch>();
  expect(cachedFetch({ fetch: send })).toBe(send);
  expect(cachedFetch({ fetch: send, enabled: true })).not.toBe(send);
  expect(() => cachedFetch({ dri: 'x' } as never)).toThrow('did you mean "dir"');
});
