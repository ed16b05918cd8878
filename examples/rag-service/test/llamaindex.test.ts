import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTracer, type SpanRecord, type Tracer } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { createMonitor } from '@spanline/monitor';
import { loadManual } from '../src/documents.ts';
import { type Provider, RATE_LIMITED_QUESTION, startProvider } from '../src/provider.ts';
import { createService } from '../src/service.ts';

let log: MemoryLog;
let tracer: Tracer;
let provider: Provider;
let server: Server;
let url: string;

beforeAll(async () => {
  log = memoryLog();
  tracer = createTracer({ service: { name: 'docs-assistant' }, logger: log.logger, statsIntervalSeconds: 0 });
  provider = await startProvider({});
  const monitor = createMonitor({ tracer, rules: [] });
  server = createServer(await createService({ tracer, monitor, provider, chunks: loadManual() }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/llamaindex/ask`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await provider.stop();
});

beforeEach(() => log.clear());

function ask(question: string, signal?: AbortSignal): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ question }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** The lines, once every started span has one. */
async function settled(): Promise<SpanRecord[]> {
  while (tracer.stats().open > 0) await new Promise((resolve) => setImmediate(resolve));
  return log.records();
}

const TREE = (status: { http?: string; query?: string; llm?: string }): string => {
  const [http = '', query = '', llm = ''] = [status.http, status.query, status.llm].map((text) =>
    text === undefined ? '' : ` [${text}]`,
  );
  return `http POST /llamaindex/ask${http}
  chain query RetrieverQueryEngine${query}
    retriever retrieval VectorIndexRetriever
      embedding embeddings HashedWordsEmbedding
      retriever vector_search SimpleVectorStore
    chain synthesize CompactAndRefine${query}
      llm chat gpt-4o-mini${llm}`;
};

describe('the LlamaIndex route', () => {
  it('streams: the first words are sent before the model call has ended', async () => {
    const response = await ask('How do I redact passwords?');
    const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
    const { value: first } = await reader.read();
    expect(first).toMatch(/^data: "/);
    expect(log.records().some((record) => record['span.type'] === 'llm')).toBe(false);
    let rest = '';
    for (let read = await reader.read(); !read.done; read = await reader.read()) rest += read.value;
    expect(rest).toContain('[DONE]');
    const records = await settled();
    expect(tree(records)).toBe(TREE({}));
    const call = records.find((record) => record['span.type'] === 'llm');
    expect(call?.['gen_ai.usage.output_tokens']).toBeGreaterThan(0);
    expect(call?.['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0);
    expect(call?.['spanline.stream.chunks']).toBeGreaterThan(2);
  });

  it('fails: the client gets the status, the spans the error from the model call up', async () => {
    const response = await ask(RATE_LIMITED_QUESTION);
    expect(response.status).toBe(429);
    await response.text();
    const records = await settled();
    expect(tree(records)).toBe(TREE({ http: 'error', query: 'error', llm: 'error' }));
    const failed = records.filter((record) => record['span.status'] === 'error');
    expect(failed.map((record) => record['spanline.error.class'])).toEqual(failed.map(() => 'rate_limit'));
    expect(failed.map((record) => record['spanline.error.propagated'] ?? false)).toEqual([false, true, true, true]);
    const root = records.find((record) => record['span.type'] === 'http');
    expect(root?.['http.response.status_code']).toBe(429);
  });

  it('is aborted: the streamed output is kept, and no span stays open', async () => {
    const controller = new AbortController();
    const response = await ask('How do I redact passwords?', controller.signal);
    for await (const _ of response.body ?? []) break;
    controller.abort();
    const records = await settled();
    expect(tree(records)).toBe(TREE({ http: 'aborted', query: 'abandoned', llm: 'abandoned' }));
    const call = records.find((record) => record['span.type'] === 'llm');
    expect(call?.['gen_ai.output.messages']).toContain('"content"');
    expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
  });
});
