/** What a replay says about requests that were not recorded, and about recordings that are not whole. */
import { LLMock } from '@copilotkit/aimock';
import OpenAI, { APIError, RateLimitError } from 'openai';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type CaptureMode, createTracer, retrieverSpan, toolSpan, type TracerOptions } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { wrapOpenAI } from '@spanline/openai';
import { type Replay, replay, type ReplayOptions } from '@spanline/replay';

let provider: LLMock;
beforeAll(async () => {
  provider = new LLMock({ host: '127.0.0.1', port: 0, logLevel: 'silent' });
  provider.on(
    { userMessage: 'limited' },
    { error: { message: 'Slow down', type: 'requests' }, status: 429, retryAfter: 0 },
  );
  provider.on(
    { userMessage: 'long' },
    { content: 'one two three four five six seven eight nine ten' },
    { chunkSize: 5, latency: 2 },
  );
  provider.on({ predicate: () => true }, { content: 'Write to ada@example.org.' });
  await provider.start();
});
afterAll(() => provider.stop());

type Request = OpenAI.ChatCompletionCreateParamsNonStreaming;
const ask = (content: string, more: Partial<Request> = {}): Request => ({
  model: 'gpt-4o',
  messages: [{ role: 'user', content }],
  ...more,
});

/** Runs a program against the provider. @returns the lines */
async function record(
  program: (client: OpenAI, tracer: ReturnType<typeof createTracer>) => Promise<unknown>,
  options: TracerOptions = {},
): Promise<object[]> {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, ...options });
  const client = wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL: `${provider.url}/v1`, maxRetries: 0 }), { tracer });
  await tracer.withSpan({ name: 'request', type: 'chain' }, () => program(client, tracer)).catch(() => undefined);
  await tracer.shutdown();
  return log.records();
}

const clientOf = (recorded: Replay, more: object = {}): OpenAI =>
  new OpenAI({ apiKey: 'none', baseURL: 'https://model.invalid/v1', fetch: recorded.fetch, ...more });
const chat = (lines: object[], request: Request, options?: ReplayOptions): Promise<OpenAI.ChatCompletion> =>
  clientOf(replay(lines, options)).chat.completions.create(request) as Promise<OpenAI.ChatCompletion>;

describe('a miss', () => {
  it.each<[string, Request, string]>([
    ['a message', ask('Who are you?'), 'it differs in message 1 (user):\n- Who is there?\n+ Who are you?'],
    [
      'one message more',
      { ...ask('x'), messages: [...ask('Who is there?').messages, { role: 'user', content: 'And?' }] },
      'message 2 (user):\n- (nothing)\n+ And?',
    ],
    [
      'a role',
      { ...ask('x'), messages: [{ role: 'system', content: 'Who is there?' }] },
      'message 1 (user, now system)',
    ],
    ['the model', ask('Who is there?', { model: 'gpt-5' }), 'it differs in model:\n- "gpt-4o"\n+ "gpt-5"'],
    ['a parameter', ask('Who is there?', { temperature: 1 }), 'it differs in temperature:\n- 0\n+ 1'],
    [
      'a tool',
      ask('Who is there?', { temperature: 0, tools: [{ type: 'function', function: { name: 'f' } }] }),
      'it differs in tools',
    ],
  ])('shows %s that differs, and is not tried again', async (_, request, problem) => {
    const lines = await record((client) => client.chat.completions.create(ask('Who is there?', { temperature: 0 })));
    const recorded = replay(lines);
    const asked = clientOf(recorded).chat.completions.create(request);
    await expect(asked).rejects.toThrow(APIError);
    await expect(asked).rejects.toMatchObject({ status: 400, code: 'ERR_REPLAY_MISS' });
    expect(recorded.report().misses).toEqual([expect.stringContaining(problem) as string]);
    expect(() => recorded.verify()).toThrow(problem);
  });

  it('shows where long messages begin to differ', async () => {
    const long = 'word '.repeat(200);
    const lines = await record((client) => client.chat.completions.create(ask(`${long}one${long}`)));
    await expect(chat(lines, ask(`${long}two${long}`))).rejects.toThrow(
      /recorded, from character 1001:[^]*word oneword[^]*now:[^]*word twoword/,
    );
  });

  it('is a request that is made once more, and a recorded call that is not made', async () => {
    const lines = await record((client) => client.chat.completions.create(ask('Once')));
    const recorded = replay(lines);
    expect(() => recorded.verify()).toThrow('the recorded call of the model chat gpt-4o');
    const client = clientOf(recorded);
    await client.chat.completions.create(ask('Once'));
    recorded.verify();
    await expect(client.chat.completions.create(ask('Once'))).rejects.toThrow('this request was recorded once');
  });

  it('is a request to something that is replayed from no line', async () => {
    const lines = await record((client) => client.chat.completions.create(ask('Once')));
    const embedding = clientOf(replay(lines)).embeddings.create({ model: 'm', input: 'x' });
    await expect(embedding).rejects.toThrow('a recording has no answer to POST /v1/embeddings: lines have no vectors');
    const sent: string[] = [];
    const live = replay(lines, {
      live: ['retriever'],
      fetch: async (input) => {
        sent.push(new globalThis.Request(input).url);
        return Response.json({ data: [{ embedding: [1] }] });
      },
    });
    await clientOf(live).embeddings.create({ model: 'm', input: 'x', encoding_format: 'float' });
    expect(sent).toEqual(['https://model.invalid/v1/embeddings']);
    expect(live.report().misses).toEqual([]);
  });

  it('is a call of a tool or a retriever with other arguments', async () => {
    const lines = await record(async (_, tracer) => {
      await toolSpan({ tracer, tool: 'add', arguments: { a: 1 } }, async () => 3);
      await retrieverSpan({ tracer, name: 'docs', query: 'tax' }, async () => [{ id: 'a', content: 'x' }]);
    });
    const recorded = replay(lines);
    const add = recorded.tool('add', async (_: { a: number }) => 0);
    const docs = recorded.retriever('docs', async () => []);
    await expect(add({ a: 2 })).rejects.toThrow('no recorded call of add has these arguments\n- {"a":1}\n+ {"a":2}');
    expect(await add({ a: 1 })).toBe(3);
    await expect(add({ a: 1 })).rejects.toThrow('the trace has no call of add that is left');
    expect(await docs('tax')).toEqual([{ id: 'a', content: 'x' }]);
    await expect(recorded.tool('sub', async () => 0)()).rejects.toThrow('no call of sub');
  });
});

describe('the fallback "messages"', () => {
  it('compares the messages alone', async () => {
    const lines = await record((client) => client.chat.completions.create(ask('Who is there?')));
    const other = ask('Who is there?', { model: 'gpt-5', temperature: 1 });
    expect((await chat(lines, other, { match: 'messages' })).choices[0]?.message.content).toContain('Write to');
    await expect(chat(lines, ask('Who?'), { match: 'messages' })).rejects.toThrow('differs in message 1');
  });
});

describe('a recording', () => {
  it('with redacted content matches what was replaced, and says what an answer lacks', async () => {
    const lines = await record((client) => client.chat.completions.create(ask('I am bob@example.org, who are you?')));
    const recorded = replay(lines);
    const answer = await clientOf(recorded).chat.completions.create(ask('I am eve@example.net, who are you?'));
    expect(answer.choices[0]?.message.content).toMatch(/^Write to \[EMAIL_\d\]\.$/);
    expect(recorded.report().notes).toEqual([
      expect.stringMatching(/its answer has \[EMAIL_\d\] in the place of personal data/) as string,
    ]);
    await expect(chat(lines, ask('I am , who are you?'))).rejects.toThrow('differs in message 1');
  });

  it.each<[CaptureMode, TracerOptions]>([
    ['metadata', {}],
    ['hashed', { hashKey: 'a key' }],
  ])('without content (%s) says so and never answers', async (capture, more) => {
    const lines = await record((client) => client.chat.completions.create(ask('Hi')), { capture, ...more });
    const recorded = replay(lines);
    await expect(clientOf(recorded).chat.completions.create(ask('Hi'))).rejects.toMatchObject({
      code: 'ERR_REPLAY_CONTENT',
    });
    expect(recorded.report().notes.join('\n')).toContain(`its output was not written (capture mode "${capture}")`);
  });

  it('of a process that ended amid an answer says so and never answers', async () => {
    const lines = await record((client) => client.chat.completions.create(ask('Hi')));
    const cut = lines.map((line) => ('gen_ai.request.model' in line ? { ...line, 'span.status': 'unfinished' } : line));
    await expect(chat(cut, ask('Hi'))).rejects.toThrow('the end of its answer is on no line');
  });

  it('with content that was cut says so and never answers', async () => {
    const options = { limits: { fieldBytes: 1024 } };
    const cut = await record((client) => client.chat.completions.create(ask('word '.repeat(2000))), options);
    await expect(chat(cut, ask('word '.repeat(2000)))).rejects.toThrow(
      /The recording is not whole: .*its input was cut to fit a limit/,
    );
    const result = await record(async (_, tracer) => {
      await toolSpan({ tracer, tool: 'read', arguments: {} }, async () => 'x'.repeat(5000));
    }, options);
    await expect(replay(result).tool('read', async (_: object) => '')({})).rejects.toThrow(
      'its output was cut to fit a limit',
    );
  });

  it('of no trace, or of several, is refused', async () => {
    const [one, two] = [await record(async () => 0), await record(async () => 0)];
    expect(() => replay([])).toThrow('ERR_INVALID_RECORDING: there is no span in the lines');
    expect(() => replay([...one, ...two])).toThrow('there are 2 traces in the lines');
    const { trace_id: traceId } = two[0] as { trace_id: string };
    expect(replay([...one, ...two], { traceId }).traceId).toBe(traceId);
    expect(() => replay(one, { live: ['tool'] as never })).toThrow('ERR_INVALID_OPTION');
  });
});

describe('failures', () => {
  it('of a provider come again, also when the client tries again', async () => {
    const lines = await record((client) => client.chat.completions.create(ask('limited')));
    const recorded = replay(lines);
    const client = clientOf(recorded, { maxRetries: 0 });
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(client.chat.completions.create(ask('limited'))).rejects.toThrow(RateLimitError);
    recorded.verify();
  });

  it('of a tool are thrown with their name and message', async () => {
    const lines = await record(async (_, tracer) =>
      toolSpan({ tracer, tool: 'add', arguments: {} }, async () => {
        throw new RangeError('too large');
      }),
    );
    const thrown = await replay(lines)
      .tool(
        'add',
        async (_: object) => 0,
      )({})
      .catch((error: unknown) => error);
    expect(thrown).toMatchObject({ name: 'RangeError', message: 'too large' });
  });

  it('a stream that the caller aborted stays open until it is aborted again', async () => {
    const streamed = { ...ask('long'), stream: true as const };
    const read = async (client: OpenAI): Promise<[string, unknown]> => {
      const stop = new AbortController();
      let text = '';
      try {
        for await (const chunk of await client.chat.completions.create(streamed, { signal: stop.signal })) {
          text += chunk.choices[0]?.delta.content ?? '';
          if (text.length >= 8) stop.abort();
        }
      } catch (error) {
        return [text, error];
      }
      return [text, undefined];
    };
    let first = '';
    const lines = await record(async (client) => {
      [first] = await read(client);
    });
    const [again] = await read(clientOf(replay(lines)));
    expect(again.startsWith(first.slice(0, 8))).toBe(true);
    expect(again.length).toBeLessThan(40);
  });
});

it('a part that is live runs for real, and the others do not', async () => {
  const lines = await record(async (client, tracer) => {
    await toolSpan({ tracer, tool: 'add', arguments: {} }, async () => 1);
    await client.chat.completions.create(ask('Hi'));
  });
  const live = replay(lines, { live: ['tools'] });
  expect(await live.tool('add', async (_: object) => 2)({})).toBe(2);
  const model = replay(lines, {
    live: ['model'],
    fetch: async () => Response.json({ choices: [{ message: { content: 'live' } }] }),
  });
  expect((await clientOf(model).chat.completions.create(ask('anything'))).choices[0]?.message.content).toBe('live');
  expect(await model.tool('add', async (_: object) => 2)({})).toBe(1);
  model.verify();
});

it('is the global fetch while it is installed', async () => {
  const lines = await record((client) => client.chat.completions.create(ask('Hi')));
  const before = globalThis.fetch;
  const undo = replay(lines).install();
  const client = new OpenAI({ apiKey: 'none', baseURL: 'https://model.invalid/v1' });
  expect((await client.chat.completions.create(ask('Hi'))).choices[0]?.message.content).toContain('Write to');
  undo();
  expect(globalThis.fetch).toBe(before);
});

it('is served to programs in other processes: answers, streams and misses', async () => {
  const lines = await record((client) => client.chat.completions.create(ask('Hi')));
  const recorded = replay([...lines]);
  const { url, close } = await recorded.listen();
  onTestFinished(close);
  const client = new OpenAI({ apiKey: 'none', baseURL: `${url}/v1`, maxRetries: 0 });
  let text = '';
  for await (const chunk of await client.chat.completions.create({ ...ask('Hi'), stream: true }))
    text += chunk.choices[0]?.delta.content ?? '';
  expect(text).toContain('Write to');
  await expect(client.chat.completions.create(ask('Ho'))).rejects.toMatchObject({ code: 'ERR_REPLAY_MISS' });
  expect(recorded.report().misses).toHaveLength(1);
});

it('sends a stream with the recorded times, if it is asked to', async () => {
  const lines = await record(async (client) => {
    for await (const _ of await client.chat.completions.create({ ...ask('long'), stream: true }));
  });
  const slow = lines.map((line) =>
    'gen_ai.request.model' in line ? { ...line, duration_ms: 60, 'gen_ai.response.time_to_first_chunk': 0.03 } : line,
  );
  let text = '';
  for await (const chunk of await clientOf(replay(slow, { pace: 'recorded' })).chat.completions.create({
    ...ask('long'),
    stream: true,
  }))
    text += chunk.choices[0]?.delta.content ?? '';
  expect(text).toBe('one two three four five six seven eight nine ten');
});
