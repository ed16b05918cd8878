import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createLogger, type SpanRecord } from '@spanline/core';
import { runs } from '../../../test/support/effort.ts';
import { heapUsed } from '../../../test/support/garbage.ts';
import { spanlineErrorHandler, spanlineExpress } from '../src/index.ts';
import { Harness, MAJORS } from './support.ts';

const REQUESTS = runs(200, 10_000);
const AT_ONCE = 50;
const MAX_ROUNDS = 10;
const KINDS = ['plain', 'stream', 'left', 'failed'] as const;
const EXPECTED = { plain: 'ok', stream: 'ok', left: 'aborted', failed: 'error' };
/** What one request may leave: a span, an exchange or a listener that stayed would be several times as much. */
const BYTES_A_REQUEST = 1000;
type Kind = (typeof KINDS)[number];

function kindOf(index: number): Kind {
  return KINDS[index % KINDS.length] ?? 'plain';
}

describe.each(MAJORS)('many requests at once through %s', (_name, express) => {
  let harness: Harness;
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

  afterEach(async () => {
    agent.destroy();
    await harness.close();
  });

  function serve(): void {
    const { app, tracer } = harness;
    app.use(spanlineExpress({ tracer, identify: (req) => ({ userId: req.get('x-request-id') }) }));
    app.use(express.json());
    app.post('/plain/:id', async (req, res) => {
      await tracer.withSpan('step', () => wait(0));
      tracer.logger.info({ asked: `plain-${req.params['id']}` }, 'app');
      res.json({ id: req.params['id'] });
    });
    app.post('/stream/:id', async (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      await tracer.withSpan('step', async () => {
        for (let part = 0; part < 3; part++) {
          res.write(`data: ${part}\n\n`);
          await wait(0);
        }
      });
      res.end();
    });
    app.post('/left/:id', async (req, res) => {
      res.write('first');
      await tracer.withSpan('step', () => once(req.clientSignal, 'abort'));
    });
    app.post('/failed/:id', (_req, _res, next) => {
      tracer.withSpan('step', () => undefined);
      next(new TypeError('failed'));
    });
    app.use(spanlineErrorHandler());
  }

  function send(index: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const kind = kindOf(index);
      const outgoing = request({
        host: '127.0.0.1',
        port: harness.port,
        method: 'POST',
        path: `/${kind}/${index}`,
        headers: { 'x-request-id': `${kind}-${index}`, 'content-type': 'application/json' },
        agent,
      });
      outgoing.on('response', (incoming) => {
        incoming.on('error', () => resolve()).on('end', resolve);
        incoming.on('data', () => {
          if (kind !== 'left') return;
          outgoing.destroy();
          resolve();
        });
      });
      outgoing.on('error', (error) => (kind === 'left' ? resolve() : reject(error)));
      outgoing.end('{}');
    });
  }

  async function worker(indices: Iterator<number, undefined>): Promise<void> {
    for (let next = indices.next(); next.done !== true; next = indices.next()) await send(next.value);
  }

  async function sendAll(): Promise<void> {
    const indices = Array.from({ length: REQUESTS }, (_, index) => index).values() as Iterator<number, undefined>;
    await Promise.all(Array.from({ length: AT_ONCE }, () => worker(indices)));
  }

  it('are one SERVER line each, with no span under a wrong request', async () => {
    harness = new Harness(express);
    serve();
    await harness.listen();
    await sendAll();
    while (harness.tracer.stats().open > 0) await wait(1);
    const records = harness.log.records();
    const servers = records.filter((record) => record['span.kind'] === 'SERVER');
    const steps = records.filter((record) => record['span.name'] === 'step');
    expect(servers).toHaveLength(REQUESTS);
    expect(steps).toHaveLength(REQUESTS);
    expect(new Set(servers.map(({ trace_id }) => trace_id)).size).toBe(REQUESTS);
    expect(new Set(records.map(({ span_id }) => span_id)).size).toBe(2 * REQUESTS);
    const byTrace = new Map<string | undefined, SpanRecord>(servers.map((record) => [record.trace_id, record]));
    const wrong = [...servers, ...steps].filter((record) => {
      const id = record['http.request.id'];
      const server = byTrace.get(record.trace_id);
      return server?.['http.request.id'] !== id || record['user.id'] !== id;
    });
    expect(wrong).toEqual([]);
    const misjudged = servers.filter((record) => {
      const kind = String(record['http.request.id']).split('-', 1)[0] as Kind;
      return record['span.status'] !== EXPECTED[kind] || record['span.name'] !== `POST /${kind}/:id`;
    });
    expect(misjudged).toEqual([]);
    const lines = harness.log.lines().filter(({ message }) => message === 'app');
    expect(lines.length).toBe(servers.filter((record) => record['span.name'] === 'POST /plain/:id').length);
    for (const line of lines) expect(line['http.request.id']).toBe(line['asked']);
    expect(harness.tracer.stats().internalErrors).toBe(0);
  });

  it('leave nothing behind in memory', async () => {
    harness = new Harness(express, { logger: createLogger({}, '/dev/null') });
    serve();
    await harness.listen();
    const round = async (): Promise<number> => {
      await sendAll();
      while (harness.tracer.stats().open > 0) await wait(1);
      return heapUsed();
    };
    // What stays grows in every round; what the collector has not got to yet does not.
    let heap = await round();
    let least = Infinity;
    for (let turn = 0; turn < MAX_ROUNDS && least >= BYTES_A_REQUEST; turn++) {
      const before = heap;
      heap = await round();
      least = Math.min(least, (heap - before) / REQUESTS);
    }
    expect(least).toBeLessThan(BYTES_A_REQUEST);
  });
});
