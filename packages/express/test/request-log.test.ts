/** `req.log` and the one id of a request, alone and beside other middleware. */
import type { Request, RequestHandler, Response } from 'express';
import { pino } from 'pino';
import { pinoHttp, type Options } from 'pino-http';
import { afterEach, describe, expect, it } from 'vitest';
import { correlation, type TracerOptions } from '@spanline/core';
import { spanlineExpress, type SpanlineExpressOptions } from '../src/index.ts';
import { Harness, MAJORS } from './support.ts';

type Line = Record<string, unknown>;

describe.each(MAJORS)('the logger of a request through %s', (_name, express) => {
  let harness: Harness;

  afterEach(() => harness.close());

  function start(options: TracerOptions = {}): Harness {
    harness = new Harness(express, options);
    return harness;
  }

  const spanline = (options: Partial<SpanlineExpressOptions> = {}): RequestHandler =>
    spanlineExpress({ tracer: harness.tracer, ...options });

  /** A pino-http that writes into an array. */
  function httpLogger(options: Options = {}): { middleware: RequestHandler; lines: Line[] } {
    const lines: Line[] = [];
    const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Line) };
    return { middleware: pinoHttp({ autoLogging: false, ...options }, stream) as RequestHandler, lines };
  }

  /** Sends two requests, because the first one prepares the application. Returns the answer and the line of the second. */
  async function second(headers: Record<string, string> = {}): Promise<{ id: unknown; root: Line | undefined }> {
    await harness.listen();
    await harness.send('GET', '/', headers);
    const answer = await harness.send('GET', '/', headers);
    const roots = (await harness.records(2)).filter((record) => record['span.type'] === 'http');
    expect(roots).toHaveLength(2);
    return { id: answer.headers['x-request-id'], root: roots[1] };
  }

  it('carries the ids of its request where the context is lost', async () => {
    const { app, log } = start();
    const queue: (() => void)[] = [];
    app.use(spanline({ identify: () => ({ userId: 'u1' }) }));
    app.get('/', (req, res) => {
      queue.push(() => {
        req.log.info('by req.log');
        req.log.child({ part: 1 }).warn('by a child');
        res.end();
      });
    });
    const timer = setInterval(() => queue.shift()?.(), 1);
    const { root } = await second();
    clearInterval(timer);
    for (const message of ['by req.log', 'by a child']) {
      const line = log.lines().findLast((candidate) => candidate['message'] === message);
      expect(line).toMatchObject({
        trace_id: root?.['trace_id'],
        span_id: root?.['span_id'],
        'http.request.id': root?.['http.request.id'],
        'user.id': 'u1',
      });
    }
  });

  it('carries the ids of its request after the response, with the span and the id', async () => {
    const { app, log } = start();
    const middleware = spanline();
    const requests: Request[] = [];
    app.use(middleware);
    app.get('/', (req, res) => {
      requests.push(req);
      res.end();
    });
    const { root } = await second();
    const req = requests[1] as Request;
    const { trace_id, span_id, 'http.request.id': id } = root ?? {};
    req.log.info('late');
    expect(log.lines().at(-1)).toMatchObject({ message: 'late', trace_id, span_id, 'http.request.id': id });
    expect([req.span?.spanId, req.id]).toEqual([span_id, id]);
    // The same middleware once more begins no second span.
    middleware(req, req.res as Response, () => req.log.info('again'));
    expect(log.lines().at(-1)).toMatchObject({ message: 'again', span_id });
  });

  it('carries the ids of its request where another one is current', async () => {
    const { app, log } = start();
    const waiting: (() => void)[] = [];
    app.use(spanline());
    app.get('/', (req, res) => {
      waiting.push(() => req.log.info(`for ${req.query['n']?.toString()}`));
      if (waiting.length === 2) for (const write of waiting) write();
      res.end();
    });
    await harness.listen();
    for (const n of [1, 2]) await harness.send('GET', `/?n=${n}`);
    const roots = (await harness.records(2)).map(({ trace_id: id }) => id);
    const lines = log.lines().filter(({ message }) => String(message).startsWith('for'));
    expect(lines.map(({ message, trace_id: id }) => [message, id])).toEqual([
      ['for 1', roots[0]],
      ['for 2', roots[1]],
    ]);
  });

  it('keeps the span below the request that is current', async () => {
    const { app, log, tracer } = start();
    app.use(spanline());
    app.get('/', (req, res) => {
      tracer.withSpan({ name: 'step', type: 'chain' }, () => req.log.info('inside'));
      res.end();
    });
    await harness.listen();
    await harness.send('GET', '/');
    const step = (await harness.records(2)).find((record) => record['span.name'] === 'step');
    expect(log.lines().find(({ message }) => message === 'inside')?.['span_id']).toBe(step?.span_id);
  });

  it.each(['before', 'behind'])('keeps what pino-http gives it, %s ours', async (order) => {
    const { app } = start();
    const { middleware, lines } = httpLogger({
      level: 'debug',
      customProps: () => ({ tenant: 'acme' }),
      serializers: { req: ({ method }: { method: string }) => ({ method }), secret: () => 'hidden' },
    });
    app.use(...(order === 'before' ? [middleware, spanline()] : [spanline(), middleware]));
    app.get('/', (req, res) => {
      req.log.debug({ secret: 'x' }, 'inside');
      expect(req.log).toBe(req.log);
      setImmediate(() => {
        req.log.child({ step: 2 }).info('later');
        res.end();
      });
    });
    const { root } = await second();
    const ids = {
      trace_id: root?.['trace_id'],
      span_id: root?.['span_id'],
      'http.request.id': root?.['http.request.id'],
    };
    const bindings = { req: { method: 'GET' }, tenant: 'acme' };
    expect(lines).toHaveLength(4);
    expect(lines[2]).toMatchObject({ level: 20, msg: 'inside', secret: 'hidden', ...bindings, ...ids });
    expect(lines[3]).toMatchObject({ msg: 'later', step: 2, ...bindings, ...ids });
  });

  it.each(['before', 'behind'])('has one id and one line of pino-http, %s ours', async (order) => {
    const { app } = start();
    const { middleware, lines } = httpLogger({ autoLogging: true, quietReqLogger: true });
    app.use(...(order === 'before' ? [middleware, spanline()] : [spanline(), middleware]));
    app.get('/', (req, res) => void res.send(String(req.id)));
    const { id, root } = await second();
    await expect.poll(() => lines.length).toBe(2);
    expect(String(lines[1]?.['reqId'])).toBe(id);
    expect(root?.['http.request.id']).toBe(id);
    expect(id).toMatch(order === 'before' ? /^2$/ : /-7/);
  });

  it.each(['before', 'behind'])('writes the ids that pino-http gets as on spans, %s ours', async (order) => {
    const { app, log } = start({ hashKey: 'a key of the tests', redact: { hash: ['session.id'] } });
    const { middleware, lines } = httpLogger();
    const ours = spanline({ identify: () => ({ userId: 'ada@example.org', sessionId: 'visit-7' }) });
    app.use(...(order === 'before' ? [middleware, ours] : [ours, middleware]));
    app.get('/', (req, res) => {
      req.log.info('inside');
      res.end();
    });
    await second();
    const spans = log.lines() as unknown as Line[];
    expect(spans[1]?.['user.id']).toMatch(/^\[EMAIL:[0-9a-f]{4}\]$/);
    expect(spans[1]?.['session.id']).toMatch(/^[0-9a-f]{32}$/);
    expect(lines[1]).toMatchObject({
      'user.id': spans[1]?.['user.id'],
      'session.id': spans[1]?.['session.id'],
    });
  });

  it.each(['before', 'behind'])(
    'has redaction, ids and service with pino-http over the tracer, %s ours',
    async (order) => {
      const { app, log, tracer } = start();
      const http = pinoHttp({ logger: tracer.logger, genReqId: (req) => req.id }) as RequestHandler;
      const ours = spanline({ requestId: (req) => req.get('x-request-id') });
      app.use(...(order === 'before' ? [http, ours] : [ours, http]));
      app.get('/', (req, res) => {
        req.log.info({ from: 'ada@example.org' }, 'inside');
        res.end();
      });
      const { root } = await second({ 'x-request-id': 'caller-77' });
      const line = log.lines().findLast(({ message }) => message === 'inside');
      expect(line).toMatchObject({
        from: '[EMAIL_1]',
        trace_id: root?.['trace_id'],
        'http.request.id': 'caller-77',
        'service.name': 'test',
      });
    },
  );

  it.each([
    ['pino-http first', 'before', {}, '2'],
    ['ours first', 'behind', {}, 'caller-77'],
    [
      'its genReqId',
      'before',
      { genReqId: (req) => String(req.headers['x-request-id']) } satisfies Options,
      'caller-77',
    ],
  ])('has the id that the documents tell: %s', async (_name, order, options, id) => {
    const { app } = start();
    const { middleware } = httpLogger(options);
    app.use(...(order === 'before' ? [middleware, spanline()] : [spanline(), middleware]));
    app.get('/', (_req, res) => void res.end());
    const { root } = await second({ 'x-request-id': 'caller-77' });
    expect(root?.['http.request.id']).toBe(id);
  });

  it('writes no id twice for a logger that has the mixin already', async () => {
    const { app } = start();
    const raw: string[] = [];
    const logger = pino({ mixin: correlation() }, { write: (line: string) => void raw.push(line) });
    app.use(spanline(), (req, _res, next) => {
      req.log = logger.child({ own: true });
      next();
    });
    app.get('/', (req, res) => {
      req.log.info('inside');
      logger.info('outside');
      res.end();
    });
    const { root } = await second();
    expect(raw).toHaveLength(4);
    for (const line of raw) expect(line.split('"trace_id"')).toHaveLength(2);
    expect(JSON.parse(raw[2] ?? '')).toMatchObject({ own: true, trace_id: root?.['trace_id'] });
    expect(raw[3]).not.toContain('own');
  });

  it('is what an earlier middleware assigned unless there was something', async () => {
    const { app } = start();
    const lines: Line[] = [];
    const logger = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
    app.use((req, _res, next) => {
      req.log ??= logger.child({ from: 'earlier' });
      next();
    }, spanline());
    app.get('/', (req, res) => {
      req.log.info('inside');
      res.end();
    });
    const { root } = await second();
    expect(lines[1]).toMatchObject({ from: 'earlier', trace_id: root?.['trace_id'] });
  });

  it('may be no pino at all', async () => {
    const { app } = start();
    const own = { info: () => 'mine' };
    app.use(spanline(), (req, _res, next) => {
      Object.assign(req, { log: own });
      next();
    });
    app.get('/', (req, res) => void res.send(String(req.log === (own as unknown))));
    await harness.listen();
    expect((await harness.send('GET', '/')).body).toBe('true');
  });

  it.each(['ignored', 'disabled'])("is the tracer's for a request that is %s", async (how) => {
    harness = new Harness(express, how === 'disabled' ? { enabled: false } : {});
    harness.app.use(spanline({ ignore: () => true }));
    harness.app.get('/', (req, res) => void res.send(String(req.log === harness.tracer.logger)));
    await harness.listen();
    expect((await harness.send('GET', '/')).body).toBe('true');
  });

  const sets =
    (set: RequestHandler): RequestHandler =>
    (req, res, next) => {
      void set(req, res, () => undefined);
      next();
    };

  it.each<[string, Partial<SpanlineExpressOptions>, RequestHandler, string | RegExp]>([
    [
      'the option',
      { requestId: (req) => `own-${req.method}` },
      (_q, res) => void res.set('x-request-id', 'r1'),
      'own-GET',
    ],
    [
      'a number of the option',
      // Applications in JavaScript return the number that pino-http gave.
      { requestId: ((): unknown => 417) as () => string },
      () => undefined,
      '417',
    ],
    ['`req.id`', {}, (req) => void Object.assign(req, { id: 'earlier-1' }), 'earlier-1'],
    ['a number as `req.id`', {}, (req) => void Object.assign(req, { id: 7 }), '7'],
    ['the header of the response', {}, (_req, res) => void res.set('x-request-id', 'answer-1'), 'answer-1'],
    ['the caller', {}, () => undefined, 'caller-1'],
    ['the caller if the option gives none', { requestId: () => undefined }, () => undefined, 'caller-1'],
    ['the caller if the option gives a bad one', { requestId: () => 'a b' }, () => undefined, 'caller-1'],
    [
      'the caller if the option throws',
      {
        requestId: () => {
          throw new Error('no');
        },
      },
      () => undefined,
      'caller-1',
    ],
    [
      'the caller if `req.id` is a credential',
      {},
      (req) => void Object.assign(req, { id: `sk-proj-${'a'.repeat(20)}` }),
      'caller-1',
    ],
  ])('has the id of %s', async (_title, options, earlier, expected) => {
    const { app, log } = start();
    app.use(sets(earlier), spanline(options));
    app.get('/', (req, res) => {
      req.log.info('inside');
      res.end();
    });
    const { id, root } = await second({ 'x-request-id': 'caller-1' });
    expect(id).toBe(expected);
    expect(root?.['http.request.id']).toBe(id);
    expect(log.lines().find(({ message }) => message === 'inside')?.['http.request.id']).toBe(id);
  });
});
