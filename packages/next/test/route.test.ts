/** Route handlers of Next get and do a few things that other servers do not. */

import { describe, expect, it, vi } from 'vitest';
import { createTracer, type SpanRecord } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { traced, type TracedOptions } from '@spanline/next';

type Params = Record<string, string | string[] | undefined>;

/** Answers one request with a handler, and returns the line of the request. */
async function lineOf(
  url: string,
  params: Params | undefined,
  handler: () => Response | Promise<Response> = () => new Response(null, { status: 204 }),
  options: TracedOptions = {},
): Promise<SpanRecord | undefined> {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const context = params === undefined ? {} : { params: Promise.resolve(params) };
  const GET = traced(handler, { tracer, ...options });
  await GET(new Request(`http://localhost${url}`), context).catch(() => undefined);
  expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
  return log.records()[0];
}

describe('the template of the route', () => {
  it.each<[string, Params | undefined, string | undefined]>([
    ['/api/chat?x=1', undefined, '/api/chat'],
    ['/api/chat', {}, '/api/chat'],
    ['/items/7', { id: '7' }, '/items/[id]'],
    ['/acme/items/7', { tenant: 'acme', id: '7' }, '/[tenant]/items/[id]'],
    ['/docs/a/b', { path: ['a', 'b'] }, '/docs/[...path]'],
    ['/docs', { path: undefined }, '/docs'],
    ['/items/a%20b', { id: 'a b' }, '/items/[id]'],
    ['/items/a%20b', { id: 'a%20b' }, '/items/[id]'],
    ['/items/%E0%A4%A', { id: '%E0%A4%A' }, '/items/[id]'],
    ['/7/items/7', { tenant: '7', id: '7' }, undefined],
    ['/items/7', { id: 'rewritten' }, undefined],
  ])('of %s with %j is %s', async (url, params, route) => {
    expect(await lineOf(url, params)).toMatchObject({
      'span.name': route === undefined ? 'GET' : `GET ${route}`,
      ...(route === undefined ? {} : { 'http.route': route }),
    });
  });

  it('is the one that the application names', async () => {
    const line = await lineOf('/7/items/7', { tenant: '7', id: '7' }, undefined, { route: '/[tenant]/items/[id]' });
    expect(line).toMatchObject({ 'http.route': '/[tenant]/items/[id]' });
  });
});

describe('an error that Next throws to end a handler', () => {
  it.each([
    ['NEXT_REDIRECT;replace;/login;307;', 307, 'ok'],
    ['NEXT_REDIRECT;push;/new;308;', 308, 'ok'],
    ['NEXT_HTTP_ERROR_FALLBACK;404', 404, 'ok'],
    ['NEXT_NOT_FOUND', 404, 'ok'],
    ['SOMETHING_ELSE', 500, 'error'],
  ])('%s is %i', async (digest, status, outcome) => {
    const line = await lineOf('/x', {}, () => {
      throw Object.assign(new Error(digest), { digest });
    });
    expect(line).toMatchObject({ 'http.response.status_code': status, 'span.status': outcome });
  });
});

it('has no line and no ids while Next builds: static answers are served later, with their headers', async () => {
  vi.stubEnv('NEXT_PHASE', 'phase-production-build');
  const log = memoryLog();
  const GET = traced(() => new Response('static'), { tracer: createTracer({ logger: log.logger }) });
  const response = await GET(new Request('http://localhost/static'), {});
  vi.unstubAllEnvs();
  expect([await response.text(), response.headers.get('traceparent')]).toEqual(['static', null]);
  expect(log.lines()).toEqual([]);
});

it('is refused without a handler', () => {
  expect(() => traced(undefined as never)).toThrow(/handler/);
});

it.each([
  ['nothing', undefined],
  ['a text', 'hello'],
])('is a fault if the handler returns %s, which Next answers with 500', async (_, returned) => {
  expect(await lineOf('/x', {}, () => returned as never)).toMatchObject({
    'span.status': 'error',
    'http.response.status_code': 500,
    'error.message': 'the handler returned no response',
  });
});

it('leaves parameters that cannot be read to the handler', async () => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const GET = traced(() => new Response('answered'), { tracer });
  const context = { params: Promise.reject(new Error('no parameters')) };
  expect(await (await GET(new Request('http://localhost/x'), context)).text()).toBe('answered');
  expect(log.records()).toMatchObject([{ 'span.name': 'GET', 'span.status': 'ok' }]);
});

it('rethrows the error of a handler unchanged, and gives its answer on', async () => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const fault = new Error('a fault');
  const failing = traced(() => Promise.reject(fault), { tracer });
  await expect(failing(new Request('http://localhost/x'), undefined)).rejects.toBe(fault);
  const working = traced(() => Response.json({ a: 1 }, { status: 201, headers: { 'x-own': 'yes' } }), { tracer });
  const response = await working(new Request('http://localhost/x'), undefined);
  expect([response.status, response.headers.get('x-own'), await response.json()]).toEqual([201, 'yes', { a: 1 }]);
  expect(response.headers.get('traceparent')).toContain(log.records().at(-1)?.trace_id);
});

describe('a client that leaves', () => {
  /** A request whose client leaves when `leave` is called, and its line. */
  async function cut(handler: (request: Request, leave: () => void) => Promise<Response>) {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    const client = new AbortController();
    const POST = traced((request: Request) => handler(request, () => client.abort()), { tracer });
    const request = new Request('http://localhost/x', { method: 'POST', body: '{', signal: client.signal });
    await POST(request, {})
      .then((response) => response.text())
      .catch(() => undefined);
    expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
    return log.records()[0];
  }
  const lost = (): Error => Object.assign(new Error('aborted'), { code: 'ECONNRESET' });

  it('in the middle of its upload is no fault of the handler, which cannot read on', async () => {
    const line = await cut(async (_, leave) => {
      leave();
      throw lost();
    });
    expect(line).toMatchObject({ 'span.status': 'aborted', 'http.route': '/x' });
    expect(line).not.toHaveProperty('http.response.status_code');
    expect(line).not.toHaveProperty('error.message');
  });

  it('in the middle of the answer is no fault of the body, which cannot go on', async () => {
    const line = await cut(async (_, leave) => {
      const body = new ReadableStream({
        pull(controller) {
          leave();
          controller.error(lost());
        },
      });
      return new Response(body);
    });
    expect(line).toMatchObject({ 'span.status': 'aborted', 'http.response.status_code': 200 });
    expect(line).not.toHaveProperty('error.message');
  });

  it('after a fault leaves it one', async () => {
    const line = await cut(async () => {
      throw lost();
    });
    expect(line).toMatchObject({ 'span.status': 'error', 'error.message': 'aborted' });
  });
});
