import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { createTracer, type Tracer } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { createDebugToken, debugSession, feedbackRoute, identify, spanlineFastify } from '../src/index.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const KEY = 'k'.repeat(32);

describe('an application of Fastify', () => {
  let app: FastifyInstance;
  let log: MemoryLog;
  let tracer: Tracer;

  function create(options: FastifyServerOptions = {}): FastifyInstance {
    log = memoryLog();
    tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0 });
    app = Fastify(options);
    return app;
  }

  async function records(): Promise<ReturnType<MemoryLog['records']>> {
    await expect.poll(() => tracer.stats().open).toBe(0);
    return log.records();
  }

  afterEach(() => app.close());

  it('has the whole path of routes in plugins with a prefix, from the start', async () => {
    await create().register(spanlineFastify, { tracer });
    await app.register(
      async (child) => {
        child.get('/items/:id', async (request) => tracer.withSpan('work', async () => request.span?.name ?? ''));
        child.get('/files/*', async () => 'a file');
      },
      { prefix: '/v1/:tenant' },
    );
    expect((await app.inject('/v1/acme/items/7')).body).toBe('GET /v1/:tenant/items/:id');
    await app.inject('/v1/acme/files/a/b');
    expect(tree(await records())).toBe('http GET /v1/:tenant/items/:id\n  task work\nhttp GET /v1/:tenant/files/*');
  });

  it('keeps the logger that it has, with the ids of the request', async () => {
    const lines: string[] = [];
    const own = pino({ base: { app: 'mine' } }, { write: (line: string) => lines.push(line) });
    create({ loggerInstance: own, disableRequestLogging: true });
    await app.register(spanlineFastify, { tracer });
    app.get('/', async (request, reply) => {
      request.log.info('from the request');
      reply.log.info('from the reply');
      return 'x';
    });
    await app.inject({ url: '/', headers: { 'x-request-id': 'caller-1' } });
    const [record] = await records();
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({
        app: 'mine',
        reqId: expect.stringMatching(/^req-/),
        trace_id: record?.trace_id,
        'http.request.id': 'caller-1',
      });
    }
    expect(lines).toHaveLength(2);
  });

  it('takes the ids of a generator of its own, and no numbers that repeat', async () => {
    await create({ genReqId: () => 'own-1' }).register(spanlineFastify, { tracer });
    app.get('/', async () => 'x');
    expect((await app.inject('/')).headers['x-request-id']).toBe('own-1');
    await app.close();
    await create().register(spanlineFastify, { tracer });
    app.get('/', async () => 'x');
    expect((await app.inject('/')).headers['x-request-id']).toMatch(/^[\da-f]{8}-/);
  });

  it('has one span also if the reply was hijacked', async () => {
    await create().register(spanlineFastify, { tracer });
    app.get('/raw', (_request, reply) => {
      reply.hijack();
      reply.raw.writeHead(202, { 'content-type': 'text/plain' });
      reply.raw.end('by hand');
    });
    expect((await app.inject('/raw')).body).toBe('by hand');
    expect(await records()).toMatchObject([
      { 'span.name': 'GET /raw', 'http.response.status_code': 202, 'http.response.body.size': 7 },
    ]);
  });

  it('fails with the first error, if an error handler of its own answers', async () => {
    await create().register(spanlineFastify, { tracer });
    app.setErrorHandler((_error, _request, reply) => reply.code(400).send({ message: 'sorry' }));
    app.get('/', async () => {
      throw new RangeError('too far');
    });
    app.post('/checked', { schema: { body: { type: 'object', required: ['name'] } } }, async () => 'x');
    expect((await app.inject('/')).statusCode).toBe(400);
    expect((await app.inject({ method: 'POST', url: '/checked', payload: {} })).statusCode).toBe(400);
    expect(await records()).toMatchObject([
      { 'span.name': 'GET /', 'span.status': 'error', 'error.type': 'RangeError' },
      { 'span.name': 'POST /checked', 'span.status': 'ok' },
    ]);
  });

  it('takes feedback of users', async () => {
    await create().register(spanlineFastify, { tracer });
    app.post('/feedback', feedbackRoute({ tracer, perTrace: 1 }));
    const give = (payload: object) => app.inject({ method: 'POST', url: '/feedback', payload });
    const good = { traceId: TRACE, name: 'thumbs', value: true };
    expect((await give(good)).statusCode).toBe(204);
    expect((await give({ name: 'thumbs' })).statusCode).toBe(400);
    expect((await give({ ...good, comment: 'x'.repeat(20_000) })).statusCode).toBe(413);
    const tooMany = await give(good);
    expect([tooMany.statusCode, tooMany.headers['retry-after']]).toEqual([429, '60']);
    const scores = log.lines().filter((line) => line['event.name'] === 'gen_ai.evaluation.result');
    expect(scores).toMatchObject([{ trace_id: TRACE, 'gen_ai.evaluation.name': 'thumbs' }]);
  });

  it('shows the session of a debug token in full', async () => {
    await create().register(spanlineFastify, { tracer });
    app.addHook('preHandler', async (request) => identify(request, { sessionId: 's-1' }));
    app.addHook('preHandler', debugSession({ key: KEY }));
    app.get('/', async () => tracer.withSpan('step', async (span) => void span.input('ada@example.com')));
    await app.inject({
      url: '/',
      headers: { 'x-spanline-debug': createDebugToken({ key: KEY, sessionId: 's-1', issuedBy: 'ada' }) },
    });
    await app.inject('/');
    const steps = (await records()).filter((record) => record['span.name'] === 'step');
    expect(steps.map((record) => JSON.stringify(record).includes('ada@example.com'))).toEqual([true, false]);
  });

  it('does not mind a second registration', async () => {
    await create().register(spanlineFastify, { tracer });
    await app.register(spanlineFastify, { tracer });
    app.get('/', async () => 'x');
    await app.inject('/');
    expect(await records()).toHaveLength(1);
  });
});
