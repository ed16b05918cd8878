import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { createTracer, type Tracer } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { spanlineExpress } from '@spanline/express';

const servers: Server[] = [];

async function listen(app: RequestListener): Promise<string> {
  const server = createServer(app).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function service(name: string): { log: MemoryLog; tracer: Tracer; app: ReturnType<typeof express> } {
  const log = memoryLog();
  const tracer = createTracer({ service: { name }, logger: log.logger, statsIntervalSeconds: 0 });
  return { log, tracer, app: express().use(spanlineExpress({ tracer, trustIncoming: true })) };
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function settled(tracer: Tracer): Promise<void> {
  while (tracer.stats().open > 0) await new Promise((resolve) => setImmediate(resolve));
}

describe('two services', () => {
  it('write one trace into two logs, with one request id when it is passed on', async () => {
    const back = service('search');
    back.app.get('/search', async (_req, res) => {
      await back.tracer.withSpan({ name: 'retrieval docs', type: 'retriever' }, () => Promise.resolve());
      res.send('found');
    });
    const backUrl = await listen(back.app);
    const front = service('assistant');
    front.app.get('/ask', async (req, res) => {
      const text = await front.tracer.withSpan({ name: 'answer', type: 'chain' }, async () => {
        const headers = front.tracer.inject<Record<string, string>>({
          'x-request-id': String(res.getHeader('x-request-id')),
        });
        return (await fetch(`${backUrl}/search`, { headers })).text();
      });
      res.send(text + String(req.query['q']));
    });
    const frontUrl = await listen(front.app);
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => (await fetch(`${frontUrl}/ask?q=${index}`)).text()),
    );
    await Promise.all([settled(front.tracer), settled(back.tracer)]);
    const lines = [...back.log.raw(), ...front.log.raw().toReversed()];
    const expected = 'http GET /ask\n  chain answer\n    http GET /search\n      retriever retrieval docs';
    expect(tree(lines)).toBe(Array.from({ length: 20 }, () => expected).join('\n'));
    for (const record of back.log.records()) {
      const other = front.log.records().find((candidate) => candidate.trace_id === record.trace_id);
      expect(record['http.request.id']).toBe(other?.['http.request.id']);
    }
  });
});

describe('a process that is frozen after its answer', () => {
  it('has written everything when flush has resolved', async () => {
    const { log, tracer } = service('lambda');
    await tracer.withSpan({ name: 'handler', type: 'chain' }, async () => {
      await Promise.resolve();
    });
    await tracer.flush();
    expect(log.records()).toHaveLength(1);
  });
});
