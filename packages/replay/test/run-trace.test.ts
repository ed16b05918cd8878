/** Programs that are run on the lines of a trace. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createTracer, llmSpan, retrieverSpan, toolSpan, type Tracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { wrapOpenAI } from '@spanline/openai';
import { runTrace, type TraceContext } from '@spanline/replay';

let provider: LLMock;
let answer = 'Three months.';
beforeAll(async () => {
  provider = new LLMock({ host: '127.0.0.1', port: 0, logLevel: 'silent' });
  provider.on({ predicate: () => true }, () => ({ content: answer }));
  await provider.start();
});
afterAll(() => provider.stop());
afterEach(() => {
  vi.unstubAllEnvs();
  answer = 'Three months.';
});

/** The functions that the program under test replaces. */
interface Parts {
  readonly fetch: typeof fetch;
  readonly url: string;
  readonly lookup: (args: { name: string }) => Promise<string>;
  readonly search: (query: string) => Promise<readonly { readonly content?: string }[]>;
}

const search = async (query: string): Promise<readonly { content: string }[]> => [{ content: `about ${query}` }];
const lookup = async ({ name }: { name: string }): Promise<string> => `${name} is 3`;

function ask(tracer: Tracer, question: string, parts: Parts, system = 'Be brief.'): Promise<string> {
  return tracer.withSpan({ name: 'ask', type: 'agent', input: question }, async (root) => {
    const found = await retrieverSpan({ tracer, name: 'docs', query: question }, () => parts.search(question));
    const fact = await toolSpan({ tracer, tool: 'lookup', arguments: { name: 'notice' } }, () =>
      parts.lookup({ name: 'notice' }),
    );
    const baseURL = `${parts.url}/v1`;
    const client = wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL, maxRetries: 0, fetch: parts.fetch }), { tracer });
    const content = `${found.map((one) => one.content).join()} ${fact} ${question}`;
    const { choices } = await client.chat.completions.create({
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: system },
        { role: 'user', content },
      ],
    });
    const text = choices[0]?.message.content ?? '';
    root.output(text);
    return text;
  });
}

/** Records the program. @returns the file of its lines */
async function record(program: (tracer: Tracer) => Promise<unknown>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-run-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  await program(tracer).catch(() => undefined);
  await tracer.shutdown();
  const file = join(folder, 'trace.ndjson');
  writeFileSync(file, log.raw().join('\n'));
  return file;
}

const asked = (): Promise<string> =>
  record((tracer) => ask(tracer, 'How long?', { fetch, url: provider.url, lookup, search }));

const replayed =
  (system?: string) =>
  (question: string, { recorded, tracer }: TraceContext): Promise<string> =>
    ask(
      tracer,
      question,
      {
        fetch: (...request) => globalThis.fetch(...request),
        url: provider.url,
        lookup: recorded.tool('lookup', lookup),
        search: recorded.retriever('docs', search),
      },
      system,
    );

describe('a program on a trace', () => {
  it('does the same, without a connection', async () => {
    const file = await asked();
    const before = provider.getRequests().length;
    const run = await runTrace(file, replayed());
    expect(run).toMatchObject({
      misses: [],
      failures: [],
      answer: 'Three months.',
      question: 'How long?',
      documents: ['about How long?'],
      toolCalls: [{ name: 'lookup', arguments: { name: 'notice' } }],
      steps: 'agent ask\n  retriever docs\n  tool execute_tool lookup\n  llm chat gpt-4o',
    });
    expect(run.recorded).toMatchObject({ steps: run.steps, toolCalls: run.toolCalls, answer: run.answer });
    expect(provider.getRequests()).toHaveLength(before);
  });

  it('has no span inside of a recorded tool or retriever, nor of another program that it calls', async () => {
    const inside =
      (tracer: Tracer, name: string) =>
      async <Result>(run: () => Promise<Result>): Promise<Result> =>
        tracer.withSpan({ name, type: 'task' }, run);
    const program = (tracer: Tracer, parts: Pick<Parts, 'search' | 'lookup'>): Promise<string> =>
      tracer.withSpan({ name: 'ask', type: 'chain', input: 'Why?' }, async (root) => {
        const found = await retrieverSpan({ tracer, name: 'docs', query: 'Why?' }, () => parts.search('Why?'));
        await toolSpan({ tracer, tool: 'lookup', arguments: { name: 'x' } }, () => parts.lookup({ name: 'x' }));
        await tracer.withSpan({ name: 'call', type: 'task' }, async () => undefined);
        root.output(found.map(({ content }) => content).join());
        return 'done';
      });
    const file = await record(async (tracer) => {
      await program(tracer, {
        search: (query) => inside(tracer, 'embed')(() => search(query)),
        lookup: (args) => inside(tracer, 'look')(() => toolSpan({ tracer, tool: 'disk' }, () => lookup(args))),
      });
    });
    const lines = readFileSync(file, 'utf8').split('\n');
    const call = JSON.parse(lines.find((line) => line.includes('"span.name":"call"')) ?? '') as Record<string, string>;
    const remote = { ...call, span_id: 'beef', parent_span_id: call['span_id'], 'spanline.parent.remote': true };
    writeFileSync(file, [...lines, JSON.stringify({ ...remote, 'span.name': 'GET /', 'event.id': 'b' })].join('\n'));
    const under =
      (isLive: boolean) =>
      (_: string, { recorded, tracer }: TraceContext): Promise<string> =>
        program(tracer, {
          search: isLive
            ? (query) => inside(tracer, 'embed')(() => search(query))
            : recorded.retriever<[], { content?: string }>('docs', search),
          lookup: recorded.tool('lookup', lookup),
        });
    const run = await runTrace(file, under(false));
    expect(run.recorded.steps).toBe('chain ask\n  retriever docs\n  tool execute_tool lookup\n  task call');
    expect(run).toMatchObject({ steps: run.recorded.steps, toolCalls: run.recorded.toolCalls, misses: [] });
    const live = await runTrace(file, under(true), { live: ['retriever'] });
    expect(live.recorded.steps).toContain('  retriever docs\n    task embed\n');
    expect(live.steps).toBe(live.recorded.steps);
  });

  it('that asks something else has a miss, and no answer', async () => {
    const run = await runTrace(await asked(), replayed('Be long.'));
    expect(run.misses).toEqual([expect.stringContaining('message 1 (system):\n- Be brief.\n+ Be long.') as string]);
    expect(run.failures).toEqual([
      expect.stringContaining('llm chat gpt-4o: ') as string,
      expect.stringContaining('the program failed: ') as string,
    ]);
    expect(run.answer).toBeUndefined();
  });

  it('cannot open a connection, by whatever client', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await vi.waitFor(() => expect(server.address()).not.toBeNull());
    const { port } = server.address() as { port: number };
    let connected = 0;
    server.on('connection', () => connected++);
    const { connect } = await import('node:net');
    const run = await runTrace(await asked(), async () => {
      const socket = connect(port, '127.0.0.1');
      await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    });
    expect(run.misses).toEqual([
      `the program opened a connection to 127.0.0.1:${port}: a replay sends nothing; hand recorded.fetch, recorded.tool() or recorded.retriever() to the part that does`,
    ]);
    expect(run.failures).toEqual([expect.stringContaining('ERR_REPLAY_SOCKET') as string]);
    expect(connected).toBe(0);
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    socket.destroy();
  });

  it('that meets a recorded failure of a tool has not failed by itself; one of its own steps has', async () => {
    const fail = async (_: object = {}): Promise<string> => {
      throw new RangeError('out of order');
    };
    const survive = async (tracer: Tracer, run: () => Promise<string>, rerank?: () => void): Promise<void> =>
      tracer.withSpan({ name: 'ask', type: 'agent', input: 'x' }, async () => {
        await toolSpan({ tracer, tool: 'lookup', arguments: {} }, run).catch(() => undefined);
        if (rerank !== undefined) await tracer.withSpan({ name: 'rank', type: 'reranker' }, async () => rerank());
      });
    const file = await record((tracer) => survive(tracer, fail));
    const tool = ({ recorded }: TraceContext): (() => Promise<string>) =>
      recorded.tool('lookup', fail).bind(undefined, {});
    expect((await runTrace(file, (_: string, context) => survive(context.tracer, tool(context)))).failures).toEqual([]);
    const own = await runTrace(file, (_: string, context) =>
      survive(context.tracer, tool(context), () => {
        throw new TypeError('no documents');
      }),
    );
    expect(own.failures).toEqual([
      'reranker rank: TypeError: no documents',
      'the program failed: TypeError: no documents',
    ]);
  });

  it('asks a model with a client of its own', async () => {
    const complete = async (prompt: string): Promise<{ text: string; tokens: number }> => ({
      text: `re: ${prompt}`,
      tokens: 3,
    });
    const program = (tracer: Tracer, question: string, model: typeof complete): Promise<unknown> =>
      llmSpan(
        {
          tracer,
          model: 'own',
          messages: question,
          temperature: 0,
          answer: ({ text, tokens }) => ({ output: text, usage: { prompt_tokens: 2, completion_tokens: tokens } }),
        },
        () => model(question),
      );
    const file = await record((tracer) => program(tracer, 'Why?', complete));
    const under =
      (question: string) =>
      (_: unknown, { recorded, tracer }: TraceContext) =>
        program(
          tracer,
          question,
          recorded.model(complete, {
            request: (prompt) => ({ model: 'own', messages: prompt, temperature: 0 }),
            answer: ({ text, usage }) => ({ text, tokens: usage?.output ?? 0 }),
          }),
        );
    expect(await runTrace(file, under('Why?'))).toMatchObject({ answer: 're: Why?', misses: [], failures: [] });
    expect((await runTrace(file, under('When?'))).misses[0]).toContain('- Why?\n+ When?');
  });

  it('of a file that is none is refused', async () => {
    await expect(runTrace('/nowhere.ndjson', () => 0)).rejects.toThrow('/nowhere.ndjson cannot be read');
    await expect(runTrace(await asked(), () => 0, { live: ['all'] as never })).rejects.toThrow('ERR_INVALID_OPTION');
  });
});

describe('recording again', () => {
  it('runs the named parts for real, and writes the lines of the new run', async () => {
    const file = await asked();
    answer = 'Six months.';
    vi.stubEnv('SPANLINE_REPLAY_UPDATE', 'model');
    const run = await runTrace(file, replayed('Be long.'));
    expect(run).toMatchObject({ answer: 'Six months.', recorded: { answer: 'Six months.' } });
    vi.unstubAllEnvs();
    expect(await runTrace(file, replayed('Be long.'))).toMatchObject({ answer: 'Six months.', misses: [] });
    expect(readFileSync(file, 'utf8')).not.toMatch(/host\.name|process\.pid/);
  });

  it('leaves the lines as they are where the new run fails', async () => {
    const file = await asked();
    const before = readFileSync(file, 'utf8');
    vi.stubEnv('SPANLINE_REPLAY_UPDATE', 'tools,retriever');
    await expect(runTrace(file, replayed('Be long.'))).rejects.toThrow(/ERR_REPLAY_UPDATE.*the file stays as it is/);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});
