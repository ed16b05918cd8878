import { once } from 'node:events';
/** Whose fault a failed request is: decided by where its error came from. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import axios from 'axios';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import createError from 'http-errors';
import multer from 'multer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { SpanOptions, Tracer } from '@spanline/core';
import { spanlineErrorHandler, spanlineExpress } from '../src/index.ts';
import { Harness, MAJORS } from './support.ts';

/** The error of a provider's SDK: it has the status and the headers of the provider's answer. */
class APIError extends Error {
  readonly status: number;
  readonly headers = new Headers({ 'x-request-id': 'p1' });
  readonly requestID = 'p1';

  constructor(status: number) {
    super(`${status} no access`);
    this.status = status;
  }
}

/** An SDK's error that has nothing but a status. */
class PlainStatusError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the provider said ${status}`);
    this.status = status;
  }
}

const LLM: SpanOptions = { name: 'chat m', type: 'llm' };

type Scenario = [title: string, handler: (tracer: Tracer, upstream: string) => RequestHandler, expected: unknown[]];

function fails(tracer: Tracer, error: Error, options: SpanOptions = LLM): Promise<never> {
  return tracer.withSpan(options, async () => {
    await Promise.resolve();
    throw error;
  });
}

const succeeds = (tracer: Tracer, options: SpanOptions = LLM): Promise<string> =>
  tracer.withSpan(options, () => Promise.resolve('answer'));

function handler(work: (...args: Parameters<RequestHandler>) => Promise<unknown>): RequestHandler {
  return async (req, res, next) => {
    try {
      await work(req, res, next);
    } catch (error) {
      next(error);
    }
  };
}

/** Errors that Express answers with a status of the provider's. */
const REFUSALS: Scenario[] = [401, 403, 404, 429].map((status) => [
  `is refused by the provider with ${status}`,
  (tracer) => handler(() => fails(tracer, new PlainStatusError(status))),
  [status, 'error', 'PlainStatusError'],
]);

const FAILURES: Scenario[] = [
  ...REFUSALS,
  [
    'is refused below a chain',
    (tracer) =>
      handler(() => tracer.withSpan({ name: 'rag', type: 'chain' }, () => fails(tracer, new PlainStatusError(404)))),
    [404, 'error', 'PlainStatusError'],
  ],
  [
    'has a tool that fails with a status',
    (tracer) => handler(() => fails(tracer, createError(410, 'gone'), { name: 'fetch_page', type: 'tool' })),
    [410, 'error', 'GoneError'],
  ],
];

/** The same without an error handler of ours: {@link FAILURES}, and answers of the application's own. */
const ANSWERS: Scenario[] = [
  [
    'answers 401 itself for a call that failed',
    (tracer) =>
      handler((_req, res) => fails(tracer, new APIError(401)).catch(() => res.status(401).json({ error: 'key' }))),
    [401, 'error', 'APIError'],
  ],
  [
    'answers 502 itself for a call that failed',
    (tracer) => handler((_req, res) => fails(tracer, new APIError(429)).catch(() => res.status(502).json({}))),
    [502, 'error', 'APIError'],
  ],
  [
    'answers 200 itself for a call that failed',
    (tracer) => handler((_req, res) => fails(tracer, new APIError(429)).catch(() => res.send('Try later.'))),
    [200, 'ok', undefined],
  ],
  [
    'answers 404 after a retry that succeeded',
    (tracer) =>
      handler(async (_req, res) => {
        await fails(tracer, new APIError(404)).catch(() => succeeds(tracer));
        res.status(404).json({ error: 'unknown document' });
      }),
    [404, 'ok', undefined],
  ],
  [
    'answers 404 after a fallback that was traced as a chain',
    (tracer) =>
      handler(async (_req, res) => {
        await fails(tracer, new APIError(404)).catch(() => succeeds(tracer, { name: 'fallback', type: 'chain' }));
        res.status(404).end();
      }),
    [404, 'ok', undefined],
  ],
  [
    'answers 404 after a failure that its agent dealt with',
    (tracer) =>
      handler(async (_req, res) => {
        await tracer.withSpan({ name: 'agent', type: 'agent' }, () =>
          fails(tracer, new APIError(404), { name: 'lookup', type: 'tool' }).catch(() => 'none'),
        );
        res.status(404).end();
      }),
    [404, 'ok', undefined],
  ],
  [
    'answers 422 although another call than the failed one succeeded later',
    (tracer) =>
      handler(async (_req, res) => {
        await fails(tracer, new APIError(500)).catch(() => succeeds(tracer, { name: 'note', type: 'tool' }));
        res.status(422).end();
      }),
    [422, 'error', 'APIError'],
  ],
  [
    'streams, and its call fails behind the head',
    (tracer) =>
      handler(async (_req, res) => {
        res.write('data: first\n\n');
        await fails(tracer, new APIError(503)).catch(() => res.end('event: error\n\n'));
      }),
    [200, 'error', 'APIError'],
  ],
  [
    'streams, and its second call makes up for the first',
    (tracer) =>
      handler(async (_req, res) => {
        res.write('data: first\n\n');
        await fails(tracer, new APIError(503)).catch(() => succeeds(tracer));
        res.end();
      }),
    [200, 'ok', undefined],
  ],
  [
    'answers before a call fails',
    (tracer) =>
      handler(async (_req, res) => {
        res.send('done');
        await fails(tracer, new APIError(503)).catch(() => undefined);
      }),
    [200, 'ok', undefined],
  ],
];

/** With our error handler, and Express's own behind it. */
const HANDLED: Scenario[] = [
  ...FAILURES,
  [
    'wraps the error of a call, with a cause and a status of its own',
    (tracer) =>
      handler(() =>
        fails(tracer, new PlainStatusError(500)).catch((cause: unknown) => {
          throw Object.assign(new Error('no answer', { cause }), { status: 404 });
        }),
      ),
    [404, 'error', 'Error'],
  ],
  [
    'gathers the errors of several calls',
    (tracer) =>
      handler(() =>
        Promise.any([1, 2].map(() => fails(tracer, new PlainStatusError(429)))).catch((error: unknown) =>
          Promise.reject(Object.assign(error as Error, { statusCode: 429 })),
        ),
      ),
    [429, 'error', 'AggregateError'],
  ],
  [
    'makes the error of a call one for the client',
    (tracer) =>
      handler(() =>
        fails(tracer, new Error('the model is gone')).catch((error: unknown) => {
          throw createError(410, error as Error);
        }),
      ),
    [410, 'error', 'Error'],
  ],
  [
    'makes an error with the status of the call in its place',
    (tracer) =>
      handler(() =>
        fails(tracer, new PlainStatusError(429)).catch(() => {
          throw createError(429, 'come back later');
        }),
      ),
    [429, 'error', 'TooManyRequestsError'],
  ],
  [
    'asks another service without a span, and is refused',
    (_tracer, upstream) => handler(() => axios.get(upstream)),
    [403, 'error', 'AxiosError'],
  ],
  [
    'calls a provider without a span, and is refused',
    () => handler(() => Promise.reject(new APIError(404))),
    [404, 'error', 'APIError'],
  ],
  [
    'makes a plain error with another status in place of the call',
    (tracer) =>
      handler(() =>
        fails(tracer, new PlainStatusError(401)).catch(() => {
          throw Object.assign(new Error('come back later'), { status: 429 });
        }),
      ),
    [429, 'error', 'Error'],
  ],
  [
    'brings a plain error with a status after a retry that succeeded',
    (tracer) =>
      handler(async () => {
        await fails(tracer, new PlainStatusError(401)).catch(() => succeeds(tracer));
        throw Object.assign(new Error('no such page'), { status: 404 });
      }),
    [404, 'ok', undefined],
  ],
  [
    'asks another service through undici 6, and is refused',
    () =>
      handler(() => {
        const refusal = { code: 'UND_ERR_RESPONSE_STATUS_CODE', status: 404, statusCode: 404, headers: {}, body: null };
        throw Object.assign(new Error('Response status code 404: Not Found'), refusal);
      }),
    [404, 'error', 'UND_ERR_RESPONSE_STATUS_CODE'],
  ],
  [
    'has no document, after an optional call that failed',
    (tracer) =>
      handler(async () => {
        await fails(tracer, new APIError(429)).catch(() => undefined);
        throw createError(404, 'unknown document');
      }),
    [404, 'ok', undefined],
  ],
  [
    'is refused by a step of the application',
    (tracer) => handler(() => fails(tracer, createError(404, 'unknown document'), { name: 'load', type: 'chain' })),
    [404, 'ok', undefined],
  ],
  [
    'brings an error with a status',
    () => handler(() => Promise.reject(Object.assign(new Error('no'), { status: 409 }))),
    [409, 'ok', undefined],
  ],
  [
    'has the status of its response set before the error',
    () =>
      handler((_req, res) => {
        res.status(404);
        return Promise.reject(new Error('no such page'));
      }),
    [404, 'ok', undefined],
  ],
];

const UNREADABLE: ProxyHandler<Error> = {
  get() {
    throw new Error('no');
  },
};

/** Errors without a status, and the status that the application gives them. */
const MAPPED: [title: string, status: number, error: () => unknown, expected: unknown[]][] = [
  ['a validation error', 400, () => z.object({ id: z.number() }).safeParse({}).error, ['ok', undefined]],
  ['the limit of an upload', 413, () => new multer.MulterError('LIMIT_FILE_SIZE'), ['ok', undefined]],
  ['an error of its own class', 402, () => new (class QuotaExceeded extends Error {})(), ['ok', undefined]],
  ['an error of its own class', 303, () => new (class LoggedOut extends Error {})(), ['ok', undefined]],
  ['an error of its own class', 200, () => new (class StoreFailed extends Error {})(), ['error', 'StoreFailed']],
  ['a fault of the program', 400, () => new TypeError('x is undefined'), ['error', 'TypeError']],
  ['a plain error', 400, () => new Error('the index is gone'), ['error', 'Error']],
  ['a lost connection', 424, () => Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), ['error', 'ECONNREFUSED']],
  ['an unreadable error', 400, () => new Proxy(new Error('hidden'), UNREADABLE), ['error', 'Error']],
];

describe.each(MAJORS)('a request through %s', (_name, express) => {
  let harness: Harness;
  let upstream: Server;

  beforeAll(async () => {
    upstream = createServer((_req, res) => void res.writeHead(403).end('{}')).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
  });
  afterAll(() => void upstream.close());
  afterEach(() => harness.close());

  function start(): Harness {
    harness = new Harness(express);
    harness.app.use(spanlineExpress({ tracer: harness.tracer }));
    return harness;
  }

  async function outcome(path = '/', body?: string): Promise<unknown[]> {
    const headers = { 'content-type': 'application/json' };
    const { status } = await harness.send(body === undefined ? 'GET' : 'POST', path, headers, body);
    await expect.poll(() => harness.log.records().some((record) => record['span.type'] === 'http')).toBe(true);
    const record = harness.log.records().find((candidate) => candidate['span.type'] === 'http');
    expect(record?.level).toBe(record?.['span.status'] === 'error' ? 'error' : 'info');
    return [status, record?.['span.status'], record?.['error.type']];
  }

  const url = (): string => `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;

  it.each([...FAILURES, ...ANSWERS])('without an error handler: %s', async (_title, make, expected) => {
    const { app, tracer } = start();
    app.get('/', make(tracer, url()));
    await harness.listen();
    expect(await outcome()).toEqual(expected);
  });

  it.each(HANDLED)('with the error handler: %s', async (_title, make, expected) => {
    const { app, tracer } = start();
    app.get('/', make(tracer, url()));
    app.use(spanlineErrorHandler());
    await harness.listen();
    expect(await outcome()).toEqual(expected);
  });

  it.each(MAPPED)('answers %s with %i', async (_title, status, make, expected) => {
    const { app } = start();
    app.get('/', (_req, _res, next) => next(make()));
    app.use(spanlineErrorHandler());
    const answer: ErrorRequestHandler = (_error, _req, res, _next) => void res.status(status).end();
    app.use(answer);
    await harness.listen();
    expect(await outcome()).toEqual([status, ...expected]);
  });

  it.each([
    ['no JSON', 400, '{"a":'],
    ['too long', 413, JSON.stringify({ text: 'x'.repeat(2000) })],
  ])('is the fault of a client whose body is %s', async (_title, status, body) => {
    const { app } = start();
    app.use(express.json({ limit: 1000 }));
    app.use(spanlineErrorHandler());
    await harness.listen();
    expect(await outcome('/', body)).toEqual([status, 'ok', undefined]);
  });

  it('is the fault of a client whose path cannot be decoded', async () => {
    const { app } = start();
    app.get('/items/:id', (_req, res) => void res.end());
    app.use(spanlineErrorHandler());
    await harness.listen();
    expect(await outcome('/items/%ff')).toEqual([400, 'ok', undefined]);
  });
});
