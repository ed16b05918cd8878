/** Applications of one copy of Express that are mounted in an application of another one. */
import { createRequire } from 'node:module';
import type express5 from 'express';
import type { Express } from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { spanlineExpress } from '../src/index.ts';
import { Harness } from './support.ts';

const require = createRequire(import.meta.url);

function forgetModules(): void {
  for (const file of Object.keys(require.cache)) delete require.cache[file];
}

/** A copy of Express that nothing has watched yet. Other tests of the process keep the modules that they have. */
function fresh(name: string): typeof express5 {
  const before = { ...require.cache };
  forgetModules();
  const copy = require(name) as typeof express5;
  forgetModules();
  Object.assign(require.cache, before);
  return copy;
}

const COPIES = [
  ['express', 'express4'],
  ['express4', 'express'],
  ['express', 'express'],
  ['express4', 'express4'],
] as const;

describe.each(COPIES)('an application of %s in one of %s', (inner, outer) => {
  let harness: Harness;
  afterEach(() => harness.close());

  async function outcome(mount: (app: Express, mounted: Express) => void, status: number): Promise<unknown[]> {
    const mounted = fresh(inner)();
    harness = new Harness(fresh(outer));
    harness.app.use(spanlineExpress({ tracer: harness.tracer }));
    mounted.get('/items', () => {
      throw new RangeError('the shelf is gone');
    });
    mounted.use(((_error, _req, res, _next) => void res.status(status).end()) as express5.ErrorRequestHandler);
    mount(harness.app, mounted);
    await harness.listen();
    const answer = await harness.send('GET', '/shop/items');
    const [record] = await harness.records(1);
    return [answer.status, record?.['span.name'], record?.['span.status'], record?.['error.type']];
  }

  it.each([200, 418, 500])('has error handlers of its own that answer %i: the error counts', async (status) => {
    expect(await outcome((app, mounted) => app.use('/shop', mounted), status)).toEqual([
      status,
      'GET /shop/items',
      'error',
      'RangeError',
    ]);
  });

  it('counts also if it is mounted in an application that is mounted', async () => {
    const middle = fresh(outer)();
    const mount = (app: Express, mounted: Express): void => {
      middle.use(mounted);
      app.use('/shop', middle);
    };
    expect(await outcome(mount, 418)).toEqual([418, 'GET /shop/items', 'error', 'RangeError']);
  });
});
