import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createTracer, type SpanRecord, type Tracer } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { createMonitor } from '@spanline/monitor';
import { loadManual } from '../src/documents.ts';
import { RATE_LIMITED_QUESTION, startFake } from '../src/provider.ts';
import { createService } from '../src/service.ts';

/** A service, and the log that it writes. */
interface Running {
  readonly log: MemoryLog;
  readonly tracer: Tracer;
  ask(question: string, signal?: AbortSignal): Promise<Response>;
  stop(): Promise<void>;
}

async function start(tokensPerSecond?: number): Promise<Running> {
  const log = memoryLog();
  const tracer = createTracer({ service: { name: 'docs-assistant' }, logger: log.logger, statsIntervalSeconds: 0 });
  const provider = await startFake(tokensPerSecond);
  const monitor = createMonitor({ tracer, rules: [] });
  const server = createServer(await createService({ tracer, monitor, provider, chunks: loadManual() }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  log.clear();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/llamaindex/ask`;
  return {
    log,
    tracer,
    ask: (question, signal) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ question }),
        ...(signal === undefined ? {} : { signal }),
      }),
    async stop() {
      server.closeAllConnections();
      server.close();
      await provider.stop();
    },
  };
}

let service: Running;

beforeAll(async () => {
  service = await start();
});

afterAll(() => service.stop());

beforeEach(() => service.log.clear());

/** The lines, once every started span has one. */
async function settled({ tracer, log }: Running): Promise<SpanRecord[]> {
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
    const response = await service.ask('How do I redact passwords?');
    const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
    const { value: first } = await reader.read();
    expect(first).toMatch(/^data: "/);
    expect(service.log.records().some((record) => record['span.type'] === 'llm')).toBe(false);
    let rest = '';
    for (let read = await reader.read(); !read.done; read = await reader.read()) rest += read.value;
    expect(rest).toContain('[DONE]');
    const records = await settled(service);
    expect(tree(records)).toBe(TREE({}));
    const call = records.find((record) => record['span.type'] === 'llm');
    expect(call?.['gen_ai.usage.output_tokens']).toBeGreaterThan(0);
    expect(call?.['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0);
    expect(call?.['spanline.stream.chunks']).toBeGreaterThan(2);
  });

  it('fails: the client gets the status, the spans the error from the model call up', async () => {
    const response = await service.ask(RATE_LIMITED_QUESTION);
    expect(response.status).toBe(429);
    await response.text();
    const records = await settled(service);
    expect(tree(records)).toBe(TREE({ http: 'error', query: 'error', llm: 'error' }));
    const failed = records.filter((record) => record['span.status'] === 'error');
    expect(failed.map((record) => record['spanline.error.class'])).toEqual(failed.map(() => 'rate_limit'));
    expect(failed.map((record) => record['spanline.error.propagated'] ?? false)).toEqual([false, true, true, true]);
    const root = records.find((record) => record['span.type'] === 'http');
    expect(root?.['http.response.status_code']).toBe(429);
  });

  it('is aborted: the streamed output is kept, and no span stays open', async () => {
    const slow = await start(10);
    onTestFinished(() => slow.stop());
    const controller = new AbortController();
    const response = await slow.ask('How do I redact passwords?', controller.signal);
    for await (const _ of response.body ?? []) break;
    controller.abort();
    const records = await settled(slow);
    expect(tree(records)).toBe(TREE({ http: 'aborted', query: 'abandoned', llm: 'abandoned' }));
    const call = records.find((record) => record['span.type'] === 'llm');
    expect(call?.['gen_ai.output.messages']).toContain('"content"');
    expect(slow.tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
  });
});
