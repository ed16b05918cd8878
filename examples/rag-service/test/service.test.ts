import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTracer, parseLine, type SpanRecord, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { createDebugToken } from '@spanline/express';
import { createMonitor } from '@spanline/monitor';
import { replay } from '@spanline/replay';
import { loadManual } from '../src/documents.ts';
import { type Provider, RATE_LIMITED_QUESTION, startProvider } from '../src/provider.ts';
import { createService } from '../src/service.ts';

const DEBUG_KEY = 'd'.repeat(32);

let log: MemoryLog;
let tracer: Tracer;
let provider: Provider;
let send: typeof fetch = fetch;
let server: Server;
let url: string;

beforeAll(async () => {
  log = memoryLog();
  tracer = createTracer({
    service: { name: 'docs-assistant', version: '1.0.0' },
    logger: log.logger,
    statsIntervalSeconds: 0,
  });
  provider = { ...(await startProvider({})), fetch: (...request) => send(...request) };
  const monitor = createMonitor({ tracer, rules: [] });
  server = createServer(await createService({ tracer, monitor, provider, chunks: loadManual(), debugKey: DEBUG_KEY }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await provider.stop();
});

beforeEach(() => {
  log.clear();
  send = fetch;
});

function ask(path: string, question: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ question }),
  });
}

const SSE = { accept: 'text/event-stream' };

/** The lines, once every started span has one. */
async function settled(): Promise<SpanRecord[]> {
  await expect.poll(() => tracer.stats().open).toBe(0);
  return log.records();
}

const LANGCHAIN = `http POST /langchain/ask
  chain docs_assistant
    retriever retrieval ManualRetriever
      embedding embeddings hashed-words
    chain join_documents
    prompt ChatPromptTemplate
    llm chat gpt-4o-mini
    parser StrOutputParser`;

const LLAMAINDEX = `http POST /llamaindex/ask
  chain query RetrieverQueryEngine
    retriever retrieval VectorIndexRetriever
      embedding embeddings HashedWordsEmbedding
      retriever vector_search SimpleVectorStore
    chain synthesize CompactAndRefine
      llm chat gpt-4o-mini`;

const AGENT = `http POST /agent/ask
  agent invoke_agent docs_agent
    chain model_request
      llm chat gpt-4o-mini
    chain tools
      tool execute_tool search_manual
        retriever retrieval ManualRetriever
          embedding embeddings hashed-words
    chain tools
      tool execute_tool list_chapters
    chain model_request
      llm chat gpt-4o-mini`;

const sorted = (text: string): string[] => text.split('\n').toSorted();

describe('the assistant', () => {
  it.each([
    ['/langchain/ask', {}, LANGCHAIN],
    ['/langchain/ask', SSE, LANGCHAIN],
    ['/llamaindex/ask', {}, LLAMAINDEX],
    ['/llamaindex/ask', SSE, LLAMAINDEX],
    ['/agent/ask', {}, AGENT],
  ])('%s %j is one tree, from the request to the last token', async (path, headers, expected) => {
    const response = await ask(path, 'How do I redact passwords?', headers as Record<string, string>);
    expect(response.status).toBe(200);
    expect((await response.text()).length).toBeGreaterThan(20);
    const records = await settled();
    expect(sorted(tree(records))).toEqual(sorted(expected));
    const calls = records.filter((record) => record['span.type'] === 'llm');
    for (const call of calls) {
      expect(call['gen_ai.usage.input_tokens']).toBeGreaterThan(10);
      expect(call['gen_ai.usage.output_tokens']).toBeGreaterThan(0);
      expect(call['spanline.cost.usd']).toBeGreaterThan(0);
    }
    const root = records.find((record) => record['span.type'] === 'http');
    expect(root).toMatchObject({
      'http.request.id': response.headers.get('x-request-id'),
      'spanline.rollup.llm_calls': calls.length,
    });
  });

  it('answers fifty requests at once without mixing a span or a line of the application', async () => {
    const paths = ['/langchain/ask', '/llamaindex/ask', '/agent/ask'];
    const expected: Record<string, string> = {
      '/langchain/ask': LANGCHAIN,
      '/llamaindex/ask': LLAMAINDEX,
      '/agent/ask': AGENT,
    };
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const path = paths[index % 3] ?? '';
        const response = await ask(path, `How do transports work? ${index}`, {
          'x-request-id': `r${index}`,
          ...(index % 2 === 0 ? SSE : {}),
        });
        await response.text();
        return { id: `r${index}`, path };
      }),
    );
    const records = await settled();
    for (const { id, path } of answers) {
      const own = records.filter((record) => record['http.request.id'] === id);
      expect(new Set(own.map((record) => record.trace_id)).size).toBe(1);
      expect(records.filter((record) => record.trace_id === own[0]?.trace_id)).toHaveLength(own.length);
      expect(sorted(tree(own))).toEqual(sorted(expected[path] ?? ''));
      const lines = log.lines().filter((line) => line['http.request.id'] === id && line['event.name'] === undefined);
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) expect(line['trace_id']).toBe(own[0]?.trace_id);
    }
    expect(new Set(records.map((record) => record.span_id)).size).toBe(records.length);
  });

  it('shows the session of a debug token in full, and no other', async () => {
    const token = createDebugToken({ key: DEBUG_KEY, sessionId: 's1', issuedBy: 'test' });
    const asked = 'I am ada@example.com. How do I log errors?';
    for (const session of ['s1', 's2']) {
      const headers = { 'x-session-id': session, 'x-spanline-debug': token };
      await (await ask('/langchain/ask', asked, headers)).text();
    }
    const records = await settled();
    const calls = records.filter((record) => record['span.type'] === 'llm');
    expect(calls.map((call) => [call['session.id'], call['spanline.capture.override']])).toEqual([
      ['s1', 'debug_session:test'],
      ['s2', undefined],
    ]);
    expect(calls[0]?.['gen_ai.input.messages']).toContain('ada@example.com');
    expect(calls[1]?.['gen_ai.input.messages']).toContain('[EMAIL_1]');
    const own = records.filter((record) => record['session.id'] === 's1');
    expect(new Set(own.map((record) => record['spanline.capture.mode']))).toEqual(new Set(['full']));
  });

  it("writes the user's score of an answer", async () => {
    const response = await ask('/langchain/ask', 'How do I log errors?');
    await response.text();
    const requestId = response.headers.get('x-request-id');
    const judged = await fetch(`${url}/feedback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ requestId, name: 'thumbs', value: true }),
    });
    expect(judged.status).toBe(204);
    await settled();
    const score = log.lines().find((line) => line['gen_ai.evaluation.name'] === 'thumbs');
    expect(score).toMatchObject({ 'http.request.id': requestId, 'gen_ai.evaluation.score.value': 1 });
  });

  it('reports failures: a provider that refuses, a client that leaves, an invalid body', async () => {
    expect((await ask('/langchain/ask', RATE_LIMITED_QUESTION)).status).toBe(429);
    expect((await ask('/llamaindex/ask', RATE_LIMITED_QUESTION)).status).toBe(429);
    expect((await ask('/agent/ask', 42)).status).toBe(400);
    const controller = new AbortController();
    const response = await fetch(`${url}/langchain/ask`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...SSE },
      body: JSON.stringify({ question: 'How do I log errors?' }),
      signal: controller.signal,
    });
    for await (const _ of response.body ?? []) break;
    controller.abort();
    const records = await settled();
    const refused = records.filter((record) => record['span.type'] === 'llm' && record['span.status'] === 'error');
    expect(refused.map((record) => record['spanline.error.class'])).toEqual(['rate_limit', 'rate_limit']);
    const roots = records.filter((record) => record['span.type'] === 'http');
    const outcomes = roots.map((record) => [
      record['http.response.status_code'],
      record['span.status'],
      record['spanline.error.class'],
    ]);
    expect(outcomes.slice(0, 3)).toEqual([
      [429, 'error', 'rate_limit'],
      [429, 'error', 'rate_limit'],
      [400, 'ok', undefined],
    ]);
    const left = records.find((record) => record['span.type'] === 'http' && record['span.status'] === 'aborted');
    expect(left).toMatchObject({ 'spanline.http.aborted': true });
    await tracer.shutdown();
    expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
  });
});

describe('the log', () => {
  it('gives the same tree in any order and from several files, and has every fact outside of `message`', async () => {
    await (await ask('/langchain/ask', 'How do I redact passwords?')).text();
    const records = await settled();
    const lines = log.raw();
    const files = [
      lines.filter((_, index) => index % 2 === 0),
      lines.filter((_, index) => index % 2 === 1).toReversed(),
    ];
    expect(sorted(tree(files.flat()))).toEqual(sorted(tree(lines)));
    const silent = records.map((record) => ({ ...record, message: undefined }));
    const call = silent.find((record) => record['span.type'] === 'llm');
    const retrieval = silent.find((record) => record['span.type'] === 'retriever');
    expect(call?.['gen_ai.input.messages']).toContain('How do I redact passwords?');
    expect(retrieval?.['gen_ai.retrieval.documents']).toContain('redact');
    for (const record of silent) expect(record.duration_ms).toBeGreaterThanOrEqual(0);
  });

  it('is valid, line by line, and reads back as it was written', () => {
    for (const line of log.raw()) {
      const parsed = parseLine(line);
      if (parsed?.kind !== 'span') continue;
      expect(validate(parsed.record)).toEqual({ valid: true });
      expect(parsed.record).toEqual(JSON.parse(line));
    }
  });
});

describe('a replay', () => {
  it.each([
    ['LangChain', '/langchain/ask', 'How do I redact passwords?', {}],
    ['LangChain, streamed', '/langchain/ask', 'What is a child logger?', SSE],
    ['LlamaIndex', '/llamaindex/ask', 'How do I change the timestamp?', {}],
    ['LlamaIndex, streamed', '/llamaindex/ask', 'How do I log to a file?', SSE],
    ['an agent', '/agent/ask', 'How do I set custom levels?', {}],
    ['a provider that answers 429', '/langchain/ask', RATE_LIMITED_QUESTION, {}],
  ])('of %s has the recorded model, and searches for real', async (_, path, question, headers) => {
    const answered = async (): Promise<{ text: string; status: number; tree: string }> => {
      const response = await ask(path, question, headers);
      const said = await response.text();
      // Events of a stream are cut elsewhere.
      const text = said.startsWith('data: ')
        ? [...said.matchAll(/^data: (".*")$/gm)].map(([, part = '""']) => JSON.parse(part) as string).join('')
        : said;
      return { text, status: response.status, tree: tree(await settled()) };
    };
    const before = await answered();
    const recorded = replay(log.lines(), { live: ['tools', 'retriever'] });
    log.clear();
    const called: unknown[] = [];
    send = (...request) => {
      called.push(request[0]);
      return recorded.fetch(...request);
    };
    const after = await answered();
    expect({ ...after, tree: sorted(after.tree) }).toEqual({ ...before, tree: sorted(before.tree) });
    expect(called.length).toBeGreaterThan(0);
    if (before.status === 200) recorded.verify();
  });
});
