import { EventEmitter } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { ErrorRequestHandler } from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { SpanlineError, validate } from '@spanline/core';
import { tree } from '@spanline/core/testing';
import { spanlineErrorHandler, spanlineExpress } from '../src/index.ts';
import { Harness, MAJORS } from './support.ts';

/** The application's own error handler. */
const failed: ErrorRequestHandler = (error: { status?: number }, _req, res, _next) => {
  res.status(error.status ?? 500).send('failed');
};

describe.each(MAJORS)('a request through %s', (_name, express) => {
  let harness: Harness;

  afterEach(() => harness.close());

  function start(options: Partial<Parameters<typeof spanlineExpress>[0]> = {}): Harness {
    harness = new Harness(express);
    harness.app.use(spanlineExpress({ tracer: harness.tracer, ...options }));
    return harness;
  }

  it('is one SERVER span with the route, the status and the sizes', async () => {
    const { app } = start();
    app.use(express.json());
    app.post('/ask/:id', (req, res) => void res.json({ id: req.params['id'] }));
    await harness.listen();
    const { headers } = await harness.send(
      'POST',
      '/ask/42?token=x',
      { 'content-type': 'application/json', 'user-agent': 'test/1' },
      '{"a":1}',
    );
    const [record] = await harness.records(1);
    expect(record).toMatchObject({
      'span.name': 'POST /ask/:id',
      'span.type': 'http',
      'span.kind': 'SERVER',
      'span.status': 'ok',
      'http.request.method': 'POST',
      'http.route': '/ask/:id',
      'http.response.status_code': 200,
      'http.response.body.size': 11,
      'url.scheme': 'http',
      'url.path': '/ask/42',
      'user_agent.original': 'test/1',
      'network.protocol.version': '1.1',
      'spanline.http.ttfb_ms': expect.any(Number) as number,
      'otel.scope.name': '@spanline/express',
      'http.request.id': headers['x-request-id'],
    });
    expect(JSON.stringify(record)).not.toContain('token');
    expect(validate(record ?? {})).toEqual({ valid: true });
    expect(headers['traceparent']).toBe(`00-${record?.trace_id}-${record?.span_id}-03`);
  });

  it('has the template of nested routers, mounted applications and arrays', async () => {
    const { app } = start();
    const inner = express.Router({ mergeParams: true });
    inner.get('/ask/:id', (_req, res) => void res.send('x'));
    inner.get('/boom/:id', () => {
      throw new Error('boom');
    });
    const outer = express.Router();
    outer.use('/:version', inner);
    const mounted = express();
    mounted.get('/items/:item', (_req, res) => void res.send('x'));
    app.use('/api', outer);
    app.use('/tenants/:tenant', mounted);
    app.get(['/a/:x', '/b/:x'], (_req, res) => void res.send('x'));
    app.use(failed);
    await harness.listen();
    for (const path of [
      '/api/v1/ask/7',
      '/api/v1/boom/7',
      '/tenants/ac%20me/items/9',
      '/a/1',
      '/api/v1/nothing',
      '/missing',
    ]) {
      await harness.send('GET', path);
    }
    const records = await harness.records(6);
    expect(records.map((record) => record['span.name'])).toEqual([
      'GET /api/:version/ask/:id',
      'GET /api/:version/boom/:id',
      'GET /tenants/:tenant/items/:item',
      'GET /a/:x|/b/:x',
      'GET',
      'GET',
    ]);
    expect(records[5]?.['http.route']).toBeUndefined();
  });

  it('leaves parameters and routes to the handlers as they are', async () => {
    const { app } = start();
    const seen: unknown[] = [];
    app.use('/t/:tenant', (req, _res, next) => {
      seen.push({ ...req.params });
      next();
    });
    app.get('/t/:tenant/x/:id', (req, res) => {
      seen.push({ ...req.params }, (req.route as { path: string }).path);
      res.send('x');
    });
    await harness.listen();
    await harness.send('GET', '/t/acme/x/1');
    await harness.send('GET', '/t/other/x/2');
    expect(seen).toEqual([
      { tenant: 'acme' },
      { tenant: 'acme', id: '1' },
      '/t/:tenant/x/:id',
      { tenant: 'other' },
      { tenant: 'other', id: '2' },
      '/t/:tenant/x/:id',
    ]);
  });

  it('keeps a good request id and replaces every other', async () => {
    const { app } = start();
    app.get('/', (_req, res) => void res.send('x'));
    await harness.listen();
    const good = 'req_1:a.b-C';
    const clouds = ['Root=1-67891233-abcdef012345678912345678', '105445aa7843bc8bf206b12000100000/1;o=1', 'q83v+7A='];
    const bad = [
      '+4915123456789',
      'evil","level":60',
      'x'.repeat(129),
      'sk-proj-abcdefghijklmnop',
      'ünï',
      '\u001B[31mred',
      '',
    ];
    const answers = [];
    for (const id of [good, ...clouds, ...bad]) {
      answers.push(
        await harness.send('GET', '/', {
          'x-request-id': Buffer.from(id, 'utf8')
            .toString('latin1')
            .replaceAll(/[^\t\x20-\xff]/g, '?'),
        }),
      );
    }
    answers.push(await harness.send('GET', '/', { 'x-request-id': ['a', 'b'] }));
    const ids = answers.map(({ headers }) => headers['x-request-id']);
    expect(ids.slice(0, 1 + clouds.length)).toEqual([good, ...clouds]);
    for (const id of ids.slice(1 + clouds.length))
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const records = await harness.records(ids.length);
    expect(records.map((record) => record['http.request.id'])).toEqual(ids);
  });

  it('continues the trace of a trusted caller only', async () => {
    const { app } = start({ trustIncoming: (req) => req.headers['x-internal'] === 'yes' });
    app.get('/', (_req, res) => void res.send('x'));
    await harness.listen();
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await harness.send('GET', '/', { traceparent, 'x-internal': 'yes' });
    await harness.send('GET', '/', { traceparent });
    await harness.send('GET', '/', {
      traceparent: '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
      'x-internal': 'yes',
    });
    const [trusted, stranger, broken] = await harness.records(3);
    expect(trusted).toMatchObject({
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      parent_span_id: '00f067aa0ba902b7',
      'spanline.parent.remote': true,
    });
    expect(stranger).toMatchObject({ 'spanline.link.trace_id': '4bf92f3577b34da6a3ce929d0e0e4736' });
    expect(stranger?.trace_id).not.toBe(trusted?.trace_id);
    expect(stranger?.parent_span_id).toBeUndefined();
    expect(broken?.parent_span_id).toBeUndefined();
  });

  it('survives a thousand members of baggage and of tracestate', async () => {
    const { app } = start({ trustIncoming: true });
    app.get('/', (_req, res) => void res.send('x'));
    await harness.listen();
    const many = Array.from({ length: 1000 }, (_, index) => `k${index}=v`).join(',');
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const { status } = await harness.send('GET', '/', { traceparent, tracestate: many, baggage: many });
    expect(status).toBe(200);
    expect((await harness.records(1))[0]?.trace_id).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  });

  it('is an error with the real cause when a handler fails, and ok when the client is at fault', async () => {
    const { app } = start();
    app.get('/sync', () => {
      throw new TypeError('sync fault');
    });
    app.get('/next', (_req, _res, next) => next(new RangeError('passed on')));
    app.get('/client', (_req, _res, next) => next(Object.assign(new Error('bad input'), { status: 400 })));
    app.get('/status', (_req, res) => void res.status(503).send('later'));
    app.use(spanlineErrorHandler());
    app.use(failed);
    await harness.listen();
    for (const path of ['/sync', '/next', '/client', '/status']) await harness.send('GET', path);
    const records = await harness.records(4);
    expect(
      records.map((record) => [record['span.status'], record['error.type'], record['http.response.status_code']]),
    ).toEqual([
      ['error', 'TypeError', 500],
      ['error', 'RangeError', 500],
      ['ok', undefined, 400],
      ['error', '503', 503],
    ]);
    expect(records[0]?.level).toBe('error');
    expect(records[2]?.level).toBe('info');
  });

  it('that the client leaves before an answer has no status', async () => {
    const { app } = start();
    const came = new EventEmitter();
    app.get('/slow', () => void came.emit('request'));
    await harness.listen();
    const left = harness.hangUp('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n');
    await left;
    const [record] = await harness.records(1);
    expect(record).toMatchObject({
      'span.name': 'GET /slow',
      'span.status': 'aborted',
      'spanline.http.aborted': true,
      level: 'warn',
    });
    expect(record?.['http.response.status_code']).toBeUndefined();
  });

  it('that the client leaves in the middle of a stream is aborted, one that a fault breaks off an error', async () => {
    const { app } = start();
    app.get('/stream', (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write('data: first\n\n');
    });
    app.get('/fault', (_req, res, next) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write('data: first\n\n');
      next(new Error('broke off'));
    });
    app.get('/destroyed', (_req, res) => {
      res.write('some');
      res.destroy(new Error('destroyed'));
    });
    app.use(spanlineErrorHandler());
    await harness.listen();
    await harness.hangUp('GET /stream HTTP/1.1\r\nhost: x\r\n\r\n', 'first');
    await harness.records(1);
    await harness.hangUp('GET /fault HTTP/1.1\r\nhost: x\r\n\r\n', 'first');
    await harness.records(2);
    await harness.hangUp('GET /destroyed HTTP/1.1\r\nhost: x\r\n\r\n', 'never');
    const records = await harness.records(3);
    expect(
      records.map((record) => [record['span.status'], record['error.message'], record['http.response.status_code']]),
    ).toEqual([
      ['aborted', undefined, 200],
      ['error', 'broke off', 200],
      ['error', 'destroyed', 200],
    ]);
    expect(records[0]?.['spanline.http.streaming']).toBe(true);
  });

  it('keeps its context through body parsers, timers and emitters, for spans and for lines of the application', async () => {
    const { app, log, tracer } = start();
    app.use(express.json({ limit: '1mb' }));
    app.post('/ask', async (req, res) => {
      await wait(1);
      await tracer.withSpan({ name: 'step', type: 'chain' }, async () => {
        await new Promise<void>((resolve) => {
          const emitter = new EventEmitter();
          setImmediate(() => emitter.emit('done'));
          emitter.on('done', () => {
            req.log.info('inside');
            resolve();
          });
        });
      });
      res.json({});
    });
    await harness.listen();
    await harness.send(
      'POST',
      '/ask',
      { 'content-type': 'application/json' },
      JSON.stringify({ text: 'x'.repeat(90_000) }),
    );
    const records = await harness.records(2);
    expect(tree(records)).toBe('http POST /ask\n  chain step');
    const line = log.lines().find(({ message }) => message === 'inside');
    expect(line).toMatchObject({ trace_id: records[0]?.trace_id, 'http.request.id': records[0]?.['http.request.id'] });
  });

  it('sets what of its content is written, for everything it does', async () => {
    const { app, tracer } = start({
      capture: (req) => {
        if (req.path === '/broken') throw new Error('no');
        return req.path === '/open' ? 'full' : undefined;
      },
    });
    app.use((_req, res) => {
      tracer.startSpan({ name: 'step', type: 'chain', input: 'mail a@b.org' }).end();
      res.end();
    });
    await harness.listen();
    for (const path of ['/open', '/other', '/broken']) await harness.send('GET', path);
    const steps = (await harness.records(6)).filter((record) => record['span.name'] === 'step');
    expect(steps.map((record) => record['spanline.input'])).toEqual(['"mail a@b.org"', '"mail [EMAIL_1]"', undefined]);
  });

  it('can be ignored', async () => {
    const { app } = start({ ignore: (req) => req.path === '/health' });
    app.get('/health', (req, res) => void res.send(String(req.span)));
    app.get('/', (_req, res) => void res.send('x'));
    await harness.listen();
    expect((await harness.send('GET', '/health')).body).toBe('undefined');
    await harness.send('GET', '/');
    expect((await harness.records(1)).map((record) => record['span.name'])).toEqual(['GET /']);
  });

  it('is one span when the middleware is mounted twice, and none when the tracer is disabled', async () => {
    harness = new Harness(express);
    harness.app.use(spanlineExpress({ tracer: harness.tracer }), spanlineExpress({ tracer: harness.tracer }));
    harness.app.get('/', (_req, res) => void res.send('x'));
    await harness.listen();
    await harness.send('GET', '/');
    expect(await harness.records(1)).toHaveLength(1);
    await harness.close();
    harness = new Harness(express, { enabled: false });
    harness.app.use(spanlineExpress({ tracer: harness.tracer }));
    harness.app.get('/', (_req, res) => void res.send('x'));
    await harness.listen();
    await harness.send('GET', '/');
    expect(harness.log.lines()).toEqual([]);
  });
});

describe('options', () => {
  it.each([
    [{ tracer: {} }, 'tracer'],
    [{ tracer: new Harness(MAJORS[1]?.[1] as never).tracer, trustIncoming: 'yes' }, 'trustIncoming'],
    [{ tracer: new Harness(MAJORS[1]?.[1] as never).tracer, sampling: 1 }, 'sampling'],
  ])('are checked when the middleware is made', (options, option) => {
    expect(() => spanlineExpress(options as never)).toThrow(SpanlineError);
    expect(() => spanlineExpress(options as never)).toThrow(new RegExp(option));
  });
});
