/** Hidden classes of messages. */
import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import type { Request, Response } from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { spanlineExpress } from '../src/index.ts';
import { Harness, MAJORS } from './support.ts';

/** True if V8 has one hidden class for both. */
function haveSameClass(first: object, second: object): boolean {
  setFlagsFromString('--allow-natives-syntax');
  try {
    const compare = runInThisContext('(first, second) => %HaveSameMap(first, second)') as typeof haveSameClass;
    return compare(first, second);
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}

type Message = Record<string, PropertyDescriptor>;

/** The properties of a message, in an order of their own. */
function propertiesOf(message: object): Message {
  const all = Object.entries(Object.getOwnPropertyDescriptors(message)) as [string, PropertyDescriptor][];
  return Object.fromEntries(all.toSorted(([first], [second]) => (first < second ? -1 : 1)));
}

describe.each(MAJORS)('messages of %s', (_name, express) => {
  let harness: Harness;

  afterEach(() => harness.close());

  it.each([true, false])('share one hidden class (tracer enabled: %s)', async (enabled) => {
    harness = new Harness(express, { enabled });
    const seen: [Request, Response][] = [];
    harness.app.use(spanlineExpress({ tracer: harness.tracer }));
    harness.app.use((req, res) => {
      seen.push([req, res]);
      res.end();
    });
    await harness.listen();
    for (const path of ['/one', '/two', '/three']) await harness.send('GET', path);
    // The first request defines the fields of the application.
    const [, [req, res] = [], [nextReq, nextRes] = []] = seen;
    expect(haveSameClass(req as Request, nextReq as Request)).toBe(true);
    expect(haveSameClass(res as Response, nextRes as Response)).toBe(true);
  });

  it('keep their properties as they are', async () => {
    harness = new Harness(express, { enabled: false });
    const seen: Message[] = [];
    harness.app.use((req, res, next) => {
      Object.defineProperty(res, 'req', { value: req, configurable: true, enumerable: false, writable: false });
      seen.push(propertiesOf(req), propertiesOf(res));
      next();
    });
    harness.app.use(spanlineExpress({ tracer: harness.tracer }));
    harness.app.use((req, res) => {
      seen.push(propertiesOf(req), propertiesOf(res));
      res.end();
    });
    await harness.listen();
    await harness.send('GET', '/');
    const [req, res, laterReq, laterRes] = seen;
    // A router sets these for each middleware.
    for (const key of ['next', 'params', 'baseUrl']) {
      delete req?.[key];
      delete laterReq?.[key];
    }
    expect(laterReq).toEqual(req);
    expect(laterRes).toEqual(res);
    expect(laterRes?.['req']).toMatchObject({ enumerable: false, writable: false });
  });

  it('may be sealed', async () => {
    harness = new Harness(express);
    harness.app.use((_req, res, next) => {
      Object.defineProperty(res, 'req', { configurable: false });
      next();
    });
    harness.app.use(spanlineExpress({ tracer: harness.tracer }));
    harness.app.use((req, res) => void res.send(req.span === undefined ? 'no span' : 'span'));
    await harness.listen();
    expect(await harness.send('GET', '/')).toMatchObject({ status: 200, body: 'span' });
    expect(harness.tracer.stats().internalErrors).toBe(0);
  });
});
