import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { streamSSE } from 'hono/streaming';
import { beforeEach, describe, expect, it } from 'vitest';
import { createTracer, type Tracer } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { createDebugToken, debugSession, feedbackRoute, identify, spanlineHono } from '../src/index.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const KEY = 'k'.repeat(32);

/** A response whose body has a reader. */
function readAlready(response: Response): Response {
  response.body?.getReader();
  return response;
}

/** Without a connection: what Hono does on other platforms than Node. */
describe('an application of Hono with the messages of the Web', () => {
  let app: Hono;
  let log: MemoryLog;
  let tracer: Tracer;

  beforeEach(() => {
    log = memoryLog();
    tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0 });
    app = new Hono().use(spanlineHono({ tracer }));
  });

  async function records(): Promise<ReturnType<MemoryLog['records']>> {
    await expect.poll(() => tracer.stats().open).toBe(0);
    expect(tracer.stats().internalErrors).toBe(0);
    return log.records();
  }

  it('ends a span with the body of its response', async () => {
    app.get('/items/:id', (c) => {
      c.get('log').info('working');
      return c.text(c.get('span')?.name ?? 'none', 201, { 'x-own': 'kept' });
    });
    const response = await app.request('/items/7?page=2', { headers: { 'x-request-id': 'caller-1' } });
    expect(log.records()).toEqual([]);
    expect(await response.text()).toBe('GET /items/:id');
    const [record] = await records();
    expect(record).toMatchObject({
      'span.name': 'GET /items/:id',
      'span.status': 'ok',
      'http.route': '/items/:id',
      'http.response.status_code': 201,
      'http.response.body.size': 14,
      'http.request.id': 'caller-1',
      'url.path': '/items/7',
      'url.scheme': 'http',
    });
    expect(log.lines()[0]).toMatchObject({ message: 'working', trace_id: record?.trace_id });
    expect([response.headers.get('x-own'), response.headers.get('x-request-id')]).toEqual(['kept', 'caller-1']);
    expect(response.headers.get('traceparent')).toContain(`00-${record?.trace_id}-${record?.span_id}-`);
  });

  it.each(['HEAD', 'GET'])('ends a span without a body at once: %s', async (method) => {
    app.get('/empty', (c) => (c.req.method === 'HEAD' ? c.text('x') : c.body(null, 204)));
    await app.request('/empty', { method });
    expect(await records()).toMatchObject([{ 'span.status': 'ok', 'http.response.body.size': 0 }]);
  });

  it('keeps the span of a request in whose place middleware puts another', async () => {
    app.use(bodyLimit({ maxSize: 100 }));
    app.post('/notes/:id', async (c) => {
      identify(c, { userId: 'u-7' });
      return c.text(await c.req.text());
    });
    const body = ReadableStream.from([new TextEncoder().encode('a note')]);
    const headers = { 'transfer-encoding': 'chunked' };
    const response = await app.request('/notes/7', { method: 'POST', headers, body, duplex: 'half' } as RequestInit);
    expect(await response.text()).toBe('a note');
    expect(await records()).toMatchObject([
      { 'span.name': 'POST /notes/:id', 'user.id': 'u-7', 'http.response.body.size': 6 },
    ]);
  });

  it.each<[string, () => Response, number]>([
    ['a switch of protocols', () => Object.defineProperty(new Response(), 'status', { value: 101 }), 101],
    ['a body that somebody reads', () => readAlready(new Response('taken', { status: 202 })), 202],
  ])('ends a span with the head of a response that cannot be watched: %s', async (_, respond, status) => {
    const given = respond();
    app.get('/', () => given);
    expect((await app.request('/')).status).toBe(status);
    expect(await records()).toMatchObject([{ 'span.status': 'ok', 'http.response.status_code': status }]);
  });

  it('keeps server-sent events in the context of the request', async () => {
    app.get('/events', (c) =>
      streamSSE(c, async (stream) => {
        await tracer.withSpan('first', () => stream.writeSSE({ data: 'one' }));
        await tracer.withSpan('second', () => stream.writeSSE({ data: 'two' }));
      }),
    );
    expect(await (await app.request('/events')).text()).toBe('data: one\n\ndata: two\n\n');
    expect(tree(await records())).toBe('http GET /events\n  task first\n  task second');
    expect(log.records().at(-1)).toMatchObject({ 'spanline.http.streaming': true, 'http.response.body.size': 22 });
  });

  it('reads a body that is pulled in the context of the request', async () => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode('one');
      yield await tracer.withSpan('pulled', async () => new TextEncoder().encode('two'));
    }
    app.get('/pulled', () => new Response(ReadableStream.from(pieces())));
    expect(await (await app.request('/pulled')).text()).toBe('onetwo');
    expect(tree(await records())).toBe('http GET /pulled\n  task pulled');
  });

  it('is aborted if the body is cancelled, and failed if it breaks', async () => {
    app.get('/endless', () => new Response(new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(10)) })));
    app.get('/broken', () => new Response(new ReadableStream({ pull: (c) => c.error(new RangeError('broke')) })));
    const reader = (await app.request('/endless')).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await expect((await app.request('/broken')).text()).rejects.toThrow('broke');
    expect(await records()).toMatchObject([
      { 'span.name': 'GET /endless', 'span.status': 'aborted' },
      { 'span.name': 'GET /broken', 'span.status': 'error', 'error.type': 'RangeError' },
    ]);
  });

  it('tells faults of the service from those of the client', async () => {
    app.get('/fault', () => {
      throw new TypeError('ours');
    });
    app.get('/thrown', () => {
      throw new HTTPException(422, { message: 'no such colour' });
    });
    await (await app.request('/fault')).text();
    await (await app.request('/thrown')).text();
    await (await app.request('/nowhere')).text();
    const all = await records();
    expect(
      all.map((record) => [record['span.name'], record['span.status'], record['http.response.status_code']]),
    ).toEqual([
      ['GET /fault', 'error', 500],
      ['GET /thrown', 'ok', 422],
      ['GET', 'ok', 404],
    ]);
  });

  it('has the whole path of applications in applications', async () => {
    const inner = new Hono().get('/items/:id', (c) => c.text('x'));
    inner.get('/files/*', (c) => c.text('x'));
    app.use('/v1/*', async (_c, next) => next());
    app.route('/v1/:tenant', inner);
    await (await app.request('/v1/acme/items/7')).text();
    await (await app.request('/v1/acme/files/a/b')).text();
    expect((await records()).map((record) => record['span.name'])).toEqual([
      'GET /v1/:tenant/items/:id',
      'GET /v1/:tenant/files/*',
    ]);
  });

  it('takes feedback of users', async () => {
    app.post('/feedback', feedbackRoute({ tracer, perTrace: 1 }));
    const give = (body: unknown) =>
      app.request('/feedback', { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
    const good = { traceId: TRACE, name: 'thumbs', value: true };
    const answers = [good, { name: 'thumbs' }, 'no json', { ...good, comment: 'x'.repeat(20_000) }, good].map(give);
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([204, 400, 400, 413, 429]);
    expect(log.lines().filter((line) => line['event.name'] === 'gen_ai.evaluation.result')).toHaveLength(1);
  });

  it('shows the session of a debug token in full', async () => {
    app.use(async (c, next) => {
      identify(c, { sessionId: 's-1' });
      await next();
    });
    app.use(debugSession({ key: KEY }));
    app.get('/', async (c) => {
      await tracer.withSpan('step', async (span) => void span.input('ada@example.com'));
      return c.body(null);
    });
    const token = createDebugToken({ key: KEY, sessionId: 's-1', issuedBy: 'ada' });
    await app.request('/', { headers: { 'x-spanline-debug': token } });
    await app.request('/');
    const steps = (await records()).filter((record) => record['span.name'] === 'step');
    expect(steps.map((record) => JSON.stringify(record).includes('ada@example.com'))).toEqual([true, false]);
  });
});
