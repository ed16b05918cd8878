/** The contract of adapters of HTTP frameworks: real servers on loopback, and the lines that they write. */

import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTracer, SpanlineError, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { type Installation, installAgain } from '../support/second-installation.ts';
import { expectLine, expectTree } from '../support/shown.ts';
import { type PlainOptions, type Routes, type Running, SERVERS } from './support/servers.ts';
import { READABLE, THROWN } from './support/thrown.ts';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const BELOW = ['http', 'instrumentation', 'core', 'record'];

/** Many pieces: a client can leave in the middle. */
async function* endless(signal: AbortSignal): AsyncGenerator<string> {
  while (!signal.aborted) {
    yield `${'x'.repeat(1000)}\n`;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function* failing(): AsyncGenerator<string> {
  yield 'a piece';
  await new Promise((resolve) => setImmediate(resolve));
  throw new Error('the stream broke');
}

/** An error as the clients of providers throw it: they refuse the key of the service. */
const refusal = (): Error =>
  Object.assign(new Error('bad key'), { status: 401, requestID: 'req_1', headers: new Headers() });

function routesOf(tracer: Tracer): Routes {
  return {
    'GET /items/:id': async ({ id, log }) => {
      await tracer.withSpan({ name: `work ${id}`, type: 'tool' }, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        tracer.logger.info(`inside ${id}`);
      });
      log.info(`item ${id}`);
      return `item ${id}`;
    },
    'GET /orders/:id': async ({ id }) => tracer.withSpan({ name: 'look up', type: 'tool' }, async () => `order ${id}`),
    'POST /echo': async ({ body, identify }) => {
      identify({ userId: 'u-7', labels: { tenant: 'acme' } });
      return tracer.withSpan('parsed', async (span) => {
        span.input('question by ada@example.com');
        return JSON.stringify(body);
      });
    },
    'GET /throws': async () => {
      throw new TypeError('a fault of ours');
    },
    'GET /refused': async () => {
      throw refusal();
    },
    'GET /hostile/:id': async ({ id }) => {
      throw THROWN[Number(id)]?.();
    },
    'GET /invalid': async () => {
      throw Object.assign(new Error('no such colour'), { status: 422, statusCode: 422 });
    },
    'GET /stream': async () =>
      (async function* pieces() {
        yield 'first ';
        await tracer.withSpan('between', async () => {});
        yield 'last';
      })(),
    'GET /broken': async () => failing(),
    'GET /endless': async ({ signal }) => endless(signal),
    'GET /span': async ({ span }) => {
      span?.label('seen', true);
      return span?.traceId ?? 'none';
    },
  };
}

/** The second copies of all adapters: each alone, and all of them with what is below. */
let own: Installation;
let all: Installation;

beforeAll(() => {
  const names = [...new Set(SERVERS.map(({ name }) => name))];
  own = installAgain(...names);
  all = installAgain(...names, ...BELOW);
});

afterAll(() => {
  own.remove();
  all.remove();
});

describe.each(SERVERS)('a server of $name $way', ({ name, scope, start, isBehindRouter = false, template }) => {
  const items = template?.('/items/:id') ?? '/items/:id';
  let log: MemoryLog;
  let tracer: Tracer;
  let running: Running;
  let first: unknown;

  beforeAll(async () => {
    first = await import(`@spanline/${name}`);
  });

  async function serve(
    options: PlainOptions = {},
    copies: readonly unknown[] = [first],
    enabled = true,
  ): Promise<void> {
    log = memoryLog();
    tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0, enabled });
    running = await start(copies, { tracer, ...options }, routesOf(tracer));
  }

  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${running.url}${path}`, { headers });

  async function settled(): Promise<ReturnType<MemoryLog['records']>> {
    while (tracer.stats().open > 0) await new Promise((resolve) => setImmediate(resolve));
    for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
    expect(tracer.stats().internalErrors).toBe(0);
    return log.records();
  }

  /** The record of a request, when it has been written. */
  async function requestRecord(): Promise<ReturnType<MemoryLog['records']>[number] | undefined> {
    await expect.poll(() => log.records().some((record) => record['span.type'] === 'http')).toBe(true);
    return (await settled()).find((record) => record['span.type'] === 'http');
  }

  afterEach(() => running.stop());

  describe('writes one SERVER span per request', () => {
    beforeEach(() => serve({ trustIncoming: true, byHeader: true }));

    it('with route, status, sizes and the work below', async () => {
      expect(await (await get('/items/7?page=2')).text()).toBe('item 7');
      expect(await requestRecord()).toMatchObject({
        'span.name': `GET ${items}`,
        'span.kind': 'SERVER',
        'span.status': 'ok',
        'otel.scope.name': scope,
        'http.request.method': 'GET',
        'http.route': items,
        'http.response.status_code': 200,
        'http.response.body.size': 6,
        'url.path': '/items/7',
        'url.scheme': 'http',
        ...(isBehindRouter ? {} : { 'client.address': '127.0.0.1', 'network.protocol.version': '1.1' }),
      });
      expect(tree(log.records())).toBe(`http GET ${items}\n  tool work 7`);
      expect(log.records()[1]?.['url.query']).toBeUndefined();
    });

    it('as its pages show', async () => {
      await (await get('/orders/7')).text();
      await requestRecord();
      const pages = [`docs/${name}.md`, `packages/${name}/README.md`];
      expectTree(pages, log.records());
      expectLine(pages, log.records());
    });

    it('with its ids, in and out, and on the lines of the application', async () => {
      const response = await get('/items/7', { 'x-request-id': 'caller-1', traceparent: TRACEPARENT });
      await response.text();
      const record = await requestRecord();
      expect(response.headers.get('x-request-id')).toBe('caller-1');
      expect(response.headers.get('traceparent')).toBe(`00-${record?.trace_id}-${record?.span_id}-01`);
      expect(record).toMatchObject({ parent_span_id: '00f067aa0ba902b7', 'http.request.id': 'caller-1' });
      const lines = log.lines().filter((line) => /item 7|inside 7/.test(String(line['message'])));
      expect(lines.map((line) => [line['trace_id'], line['http.request.id']])).toEqual([
        [record?.trace_id, 'caller-1'],
        [record?.trace_id, 'caller-1'],
      ]);
      expect(lines[1]?.['span_id']).toBe(record?.span_id);
    });

    it.skipIf(isBehindRouter)('named after the method where there is no route', async () => {
      expect((await get('/nowhere/7')).status).toBe(404);
      const record = await requestRecord();
      expect(record).toMatchObject({ 'span.name': 'GET', 'span.status': 'ok', 'http.response.status_code': 404 });
      expect(record?.['http.route']).toBeUndefined();
    });

    it('and none for requests that are ignored', async () => {
      expect(await (await get('/span', { 'x-health': 'yes' })).text()).toBe('none');
      expect(await (await get('/span')).text()).toMatch(/^[\da-f]{32}$/);
      expect(await settled()).toMatchObject([{ 'span.name': 'GET /span', 'labels.seen': true }]);
    });

    it('with users from headers and from the handler, behind the parser of the body', async () => {
      const response = await fetch(`${running.url}/echo`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-user': 'early', 'x-capture': 'full' },
        body: JSON.stringify({ text: 'x'.repeat(100_000) }),
      });
      expect(await response.text()).toHaveLength(100_011);
      const record = await requestRecord();
      expect(tree(log.records())).toBe('http POST /echo\n  task parsed');
      for (const each of log.records()) expect(each).toMatchObject({ 'user.id': 'u-7', 'labels.tenant': 'acme' });
      expect(record?.['http.request.body.size']).toBe(100_011);
      expect(JSON.stringify(log.records())).toContain('ada@example.com');
    });

    it('and mixes no contexts of 50 requests at once', async () => {
      const ids = Array.from({ length: 50 }, (_, index) => `r-${index}`);
      await Promise.all(ids.map(async (id) => (await get(`/items/${id}`, { 'x-request-id': id })).text()));
      await settled();
      const requests = log.records().filter((record) => record['span.type'] === 'http');
      expect(requests).toHaveLength(50);
      for (const request of requests) {
        const id = request['http.request.id'];
        const own = log.lines().filter((line) => line['trace_id'] === request.trace_id);
        expect(request['url.path']).toBe(`/items/${id}`);
        expect(own.map((line) => String(line['message']).replace(/ [\d.]+ m?s$/, '')).toSorted()).toEqual(
          [`GET ${items}`, `inside ${id}`, `item ${id}`, `work ${id}`].toSorted(),
        );
      }
    });
  });

  describe('says how a request ended', () => {
    beforeEach(() => serve());

    it.each([
      ['/throws', 500, { 'span.status': 'error', 'error.type': 'TypeError', 'error.message': 'a fault of ours' }],
      ['/refused', 401, { 'span.status': 'error', 'error.message': 'bad key' }],
      ['/invalid', 422, { 'span.status': 'ok' }],
    ])('%s with %i', async (path, own, expected) => {
      const status = isBehindRouter ? 500 : own;
      const response = await get(path);
      await response.text();
      expect(response.status).toBe(status);
      const failed = isBehindRouter ? { 'span.status': 'error' } : {};
      expect(await requestRecord()).toMatchObject({ ...expected, ...failed, 'http.response.status_code': status });
    });

    it('after the whole of a stream', async () => {
      expect(await (await get('/stream')).text()).toBe('first last');
      expect(await requestRecord()).toMatchObject({
        'span.status': 'ok',
        'spanline.http.streaming': true,
        'http.response.body.size': 10,
      });
      expect(tree(log.records())).toBe('http GET /stream\n  task between');
    });

    it('with the fault of a stream that fails behind the head', async () => {
      const read = get('/broken').then((response) => response.text());
      // A server that has not sent the head yet writes the error in place of the body.
      if (isBehindRouter) await read.catch(() => undefined);
      else await expect(read).rejects.toThrow();
      expect(await requestRecord()).toMatchObject({ 'span.status': 'error', 'http.response.status_code': 200 });
    });

    it('aborted, if the client leaves in the middle', async () => {
      const controller = new AbortController();
      const response = await fetch(`${running.url}/endless`, { signal: controller.signal });
      await response.body?.getReader().read();
      controller.abort();
      expect(await requestRecord()).toMatchObject({
        'span.name': 'GET /endless',
        'span.status': 'aborted',
        'spanline.http.aborted': true,
        'http.response.status_code': 200,
      });
    });
  });

  it('keeps only the trace id of a caller that is not trusted', async () => {
    await serve();
    await (await get('/items/7', { traceparent: TRACEPARENT })).text();
    const record = await requestRecord();
    expect(record?.['spanline.link.trace_id']).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    expect(record?.trace_id).not.toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    expect(record?.parent_span_id).toBeUndefined();
  });

  it('survives hostile headers', async () => {
    await serve({ trustIncoming: true });
    const hostile = [
      'GET /items/7?%00%ff=%E0%A4%A HTTP/1.1',
      'host: x',
      'x-request-id: sk-proj-abcdefghijklmnopqrstuv',
      `traceparent: ${'0'.repeat(2000)}`,
      `baggage: ${'a=b,'.repeat(500)}`,
      'user-agent: "\\u0000<script>',
      'x-request-id: second',
      'connection: close',
    ];
    const socket = connect(running.port, '127.0.0.1');
    socket.write(`${hostile.join('\r\n')}\r\n\r\n`);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
    const record = await requestRecord();
    expect(record).toMatchObject({ 'span.name': `GET ${items}`, 'span.status': 'ok' });
    expect(record?.['http.request.id']).toMatch(/^[\da-f]{8}-/);
  });

  it('serves as without an adapter if the tracer is disabled', async () => {
    await serve({}, [first], false);
    const response = await get('/items/7');
    expect([response.status, await response.text(), response.headers.get('traceparent')]).toEqual([
      200,
      'item 7',
      null,
    ]);
    expect(log.records()).toEqual([]);
  });

  it('answers whatever a handler throws as without it, and writes it', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    const thrown = [...THROWN.keys()].slice(0, name === 'express' ? READABLE : undefined);
    const answers: string[][] = [];
    for (const enabled of [false, true]) {
      await serve({}, [first], enabled);
      const served: string[] = [];
      for (const at of thrown) {
        const response = await get(`/hostile/${at}`);
        served.push(`${response.status} ${await response.text()}`);
      }
      answers.push(served);
      if (!enabled) await running.stop();
    }
    expect(answers[1]).toEqual(answers[0]);
    await expect.poll(() => log.records().length).toBe(thrown.length);
    for (const record of log.records()) {
      expect(record).toMatchObject({ 'span.type': 'http', 'span.status': 'error' });
      expect(validate(record)).toEqual({ valid: true });
      expect(JSON.stringify(record).length).toBeLessThan(64_000);
    }
    expect(tracer.stats().open).toBe(0);
  });

  it('refuses options that are wrong', async () => {
    await serve();
    await expect(async () => {
      const other = await start([first], { tracer, baggage: 'all' as never }, {});
      await other.stop();
    }).rejects.toThrow(SpanlineError);
  });

  describe('with two installed copies', () => {
    it.each(['own', 'all'] as const)('writes one span: %s', async (which) => {
      const second = await (which === 'own' ? own : all).load(name);
      await serve({}, [first, second]);
      expect(await (await get('/items/7')).text()).toBe('item 7');
      await requestRecord();
      expect(tree(log.records())).toBe(`http GET ${items}\n  tool work 7`);
      await running.stop();
      await serve({}, [second, first]);
      await (await get('/throws')).text();
      expect(await requestRecord()).toMatchObject({ 'span.status': 'error', 'error.type': 'TypeError' });
      expect(log.records()).toHaveLength(1);
    });
  });
});
