/** Errors that the application's own error handlers take: in routers, routes and mounted applications. */
import type { ErrorRequestHandler, RequestHandler } from 'express';
import createError from 'http-errors';
import multer from 'multer';
import { afterEach, describe, expect, it } from 'vitest';
import { spanlineErrorHandler, spanlineExpress } from '../src/index.ts';
import { Harness, MAJORS } from './support.ts';

/** An error of a database's client. */
class ConstraintError extends Error {
  readonly code = '23505';
}

/** The error of a provider's SDK, which has the headers of the provider's answer. */
class ProviderError extends Error {
  readonly status = 401;
  readonly headers = new Headers({ 'x-request-id': 'p7' });
}

const fails =
  (error: () => unknown): RequestHandler =>
  (_req, _res, next) =>
    next(error());

const answers =
  (status: number): ErrorRequestHandler =>
  (_error, _req, res, _next) =>
    void res.status(status).json({ error: 'sorry' });

const replaces =
  (error: () => unknown): ErrorRequestHandler =>
  (_error, _req, _res, next) =>
    next(error());

const goesOn: ErrorRequestHandler = (_error, _req, _res, next) => next();
const passesOn: ErrorRequestHandler = (error, _req, _res, next) => next(error);

describe.each(MAJORS)('an error handler of the application in %s', (_name, express) => {
  let harness: Harness;
  afterEach(() => harness.close());

  function start(): Harness['app'] {
    harness = new Harness(express);
    harness.app.use(spanlineExpress({ tracer: harness.tracer }));
    return harness.app;
  }

  async function outcome(path = '/api/items'): Promise<unknown[]> {
    await harness.listen();
    const { status } = await harness.send('GET', path);
    const [record] = await harness.records(1);
    return [status, record?.['span.status'], record?.['error.type'], record?.['error.message']];
  }

  it.each([
    [500, () => new ConstraintError('duplicate key'), ['error', 'ConstraintError', 'duplicate key']],
    [503, () => new TypeError('x is undefined'), ['error', 'TypeError', 'x is undefined']],
    [400, () => new TypeError('x is undefined'), ['error', 'TypeError', 'x is undefined']],
    [401, () => new ProviderError('no access'), ['error', 'ProviderError', 'no access']],
    [200, () => new Error('the index is gone'), ['error', 'Error', 'the index is gone']],
    [422, () => createError(422, 'no such field'), ['ok', undefined, undefined]],
    [409, () => new ConstraintError('duplicate key'), ['ok', undefined, undefined]],
  ])('of a router answers %i: the origin of the error counts', async (status, error, expected) => {
    const app = start();
    const router = express.Router();
    router.get('/items', fails(error));
    router.use(answers(status));
    app.use('/api', router);
    app.use(spanlineErrorHandler());
    expect(await outcome()).toEqual([status, ...expected]);
  });

  it('of a router in a router, of which the first passes the error on', async () => {
    const app = start();
    const inner = express.Router();
    inner.get(
      '/items',
      fails(() => new RangeError('too deep')),
    );
    inner.use(passesOn);
    const outer = express.Router().use('/', inner, answers(500));
    app.use('/api', outer);
    expect(await outcome()).toEqual([500, 'error', 'RangeError', 'too deep']);
  });

  it('of a route', async () => {
    start().get(
      '/api/items',
      fails(() => new RangeError('too long')),
      answers(502),
    );
    expect(await outcome()).toEqual([502, 'error', 'RangeError', 'too long']);
  });

  it('of a mounted application', async () => {
    const mounted = express();
    mounted.get(
      '/items',
      fails(() => new RangeError('too far')),
    );
    mounted.use(answers(500));
    start().use('/api', mounted);
    expect(await outcome()).toEqual([500, 'error', 'RangeError', 'too far']);
  });

  it('of a router that takes the error of a parameter', async () => {
    const router = express.Router();
    router.param('id', (_req, _res, next) => next(new RangeError('no such id')));
    router.get('/:id', (_req, res) => void res.end());
    router.use(answers(500));
    start().use('/api', router);
    expect(await outcome()).toEqual([500, 'error', 'RangeError', 'no such id']);
  });

  it('of an application without the error handler of this package', async () => {
    const app = start();
    app.get(
      '/api/items',
      fails(() => new RangeError('too wide')),
    );
    app.use(answers(500));
    expect(await outcome()).toEqual([500, 'error', 'RangeError', 'too wide']);
  });

  it('goes on with the next route: the request is served', async () => {
    const app = start();
    app.get(
      '/api/items',
      fails(() => new Error('the cache is gone')),
    );
    app.use(goesOn);
    app.get('/api/items', (_req, res) => void res.send('from the store'));
    app.use(spanlineErrorHandler());
    expect(await outcome()).toEqual([200, 'ok', undefined, undefined]);
  });

  it('goes on, and the next route fails for another reason', async () => {
    const app = start();
    app.get(
      '/api/items',
      fails(() => new Error('the cache is gone')),
    );
    app.use(goesOn);
    app.get(
      '/api/items',
      fails(() => new RangeError('the store is gone')),
    );
    app.use(answers(500));
    expect(await outcome()).toEqual([500, 'error', 'RangeError', 'the store is gone']);
  });

  it('answers and calls next without need', async () => {
    const app = start();
    app.get(
      '/api/items',
      fails(() => new RangeError('gone')),
    );
    const both: ErrorRequestHandler = (_error, _req, res, next) => {
      res.status(500).end();
      next();
    };
    app.use(both);
    app.use((_req, _res, _next) => {});
    expect(await outcome()).toEqual([500, 'error', 'RangeError', 'gone']);
  });

  it.each([
    ['an error for the client', () => new Error('no such row'), () => createError(404, 'gone'), [404, 'ok', undefined]],
    [
      'the error of a provider by one for the client',
      () => new ProviderError('no access'),
      () => createError(403, 'not now'),
      [403, 'error', 'ProviderError'],
    ],
    [
      'a fault by another fault',
      () => new TypeError('x is undefined'),
      () => createError(500, 'internal'),
      [500, 'error', 'TypeError'],
    ],
  ])('replaces %s', async (_title, error, other, expected) => {
    for (const own of [[], [spanlineErrorHandler()]]) {
      const app = start();
      const router = express.Router();
      router.get('/items', fails(error));
      router.use(replaces(other));
      app.use('/api', router, ...own);
      expect((await outcome()).slice(0, 3)).toEqual(expected);
      if (own.length === 0) await harness.close();
    }
  });

  it.each([
    ['the first error is the reason', () => new RangeError('the reason'), ['RangeError', 'the reason']],
    ['an error for the client is no reason', () => createError(404), ['TypeError', 'a fault of the handler']],
  ])('fails itself: %s', async (_title, error, expected) => {
    const app = start();
    app.get('/api/items', fails(error));
    const faulty: ErrorRequestHandler = (_error, _req, _res, _next) => {
      throw new TypeError('a fault of the handler');
    };
    app.use(faulty, answers(500));
    expect(await outcome()).toEqual([500, 'error', ...expected]);
  });

  it('answers a client that has left in the middle of an upload: the request is aborted', async () => {
    const app = start();
    app.post('/up', multer().single('f'), (_req, res) => void res.end());
    app.use(answers(500));
    await harness.listen();
    const head =
      'POST /up HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 9999\r\n\r\n';
    await harness.hangUp(`${head}--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nabc`);
    const [record] = await harness.records(1);
    expect([record?.['span.status'], record?.['http.response.status_code']]).toEqual(['aborted', undefined]);
  });

  it('keeps its name, its arguments and its this', async () => {
    const app = start();
    const seen: unknown[] = [];
    const thrown = new RangeError('seen');
    app.get(
      '/api/items',
      fails(() => thrown),
    );
    const looks: ErrorRequestHandler = function looks(this: unknown, error, req, res, next): void {
      seen.push(this, error, req.path, res.req === req, next.length > 1);
      res.status(500).end();
    };
    app.use(looks);
    await outcome();
    expect(seen).toEqual([undefined, thrown, '/api/items', true, false]);
  });
});

describe('an async handler in Express 5', () => {
  it('rejects, and the async error handler of its router rejects too', async () => {
    const [, express] = MAJORS[1] as (typeof MAJORS)[1];
    const harness = new Harness(express);
    harness.app.use(spanlineExpress({ tracer: harness.tracer }));
    const router = express.Router();
    router.get('/', async () => Promise.reject(new RangeError('first')));
    const rejects: ErrorRequestHandler = async (_error, _req, _res, _next) => Promise.reject(new TypeError('second'));
    router.use(rejects, answers(500));
    harness.app.use(router);
    await harness.listen();
    await harness.send('GET', '/');
    const [record] = await harness.records(1);
    expect([record?.['span.status'], record?.['error.type']]).toEqual(['error', 'RangeError']);
    await harness.close();
  });
});
