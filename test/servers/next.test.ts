/** Route handlers in a production build of Next: its own server, bundler and functions that end a handler. */

import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { validate } from '@spanline/core';
import { type NextServer, startNext } from './support/next.ts';

type Line = Readonly<Record<string, unknown>>;

const files = inject('servers').next;

describe.skipIf(files === undefined)('route handlers of a production build of Next', () => {
  let server: NextServer;

  beforeAll(async () => {
    server = await startNext(files ?? '');
  });
  afterAll(() => server?.stop());

  const request = (path: string, id: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${server.url}${path}`, { redirect: 'manual', ...init, headers: { 'x-request-id': id } });

  function linesOf(id: string): Line[] {
    const lines = existsSync(server.lines) ? readFileSync(server.lines, 'utf8').split('\n').slice(0, -1) : [];
    return lines.map((line) => JSON.parse(line) as Line).filter((line) => line['http.request.id'] === id);
  }

  /** The line of a request, when it is there. */
  async function requestLine(id: string): Promise<Line> {
    const find = (): Line | undefined => linesOf(id).find((line) => line['span.type'] === 'http');
    await expect.poll(find).toBeDefined();
    const found = find() ?? {};
    expect(validate(found)).toEqual({ valid: true });
    return found;
  }

  it('have one line for a request, with its route, status, ids, sizes and totals', async () => {
    const body = JSON.stringify({ question: 'why?' });
    const response = await request('/api/answer/7?draft=1', 'answer-1', { method: 'POST', body });
    const answer = await response.text();
    expect([response.status, JSON.parse(answer)]).toEqual([201, { id: '7', question: 'why?' }]);
    const line = await requestLine('answer-1');
    expect(response.headers.get('x-request-id')).toBe('answer-1');
    expect(response.headers.get('traceparent')).toContain(`${String(line['trace_id'])}-${String(line['span_id'])}`);
    expect(line).toMatchObject({
      'service.name': 'next-app',
      'span.name': 'POST /api/answer/[id]',
      'span.kind': 'SERVER',
      'span.status': 'ok',
      'http.route': '/api/answer/[id]',
      'http.request.method': 'POST',
      'http.request.body.size': body.length,
      'http.response.status_code': 201,
      'http.response.body.size': answer.length,
      'url.path': '/api/answer/7',
      'user.id': 'u-7',
      'spanline.rollup.llm_calls': 2,
      'spanline.rollup.input_tokens': 80,
      'spanline.rollup.output_tokens': 24,
    });
    expect(line).not.toHaveProperty('spanline.http.streaming');
  });

  it('share the tracer of instrumentation.js, so that everything that they cause has the ids of the request', async () => {
    await (await request('/api/answer/8', 'answer-2', { method: 'POST', body: '{"question":"how?"}' })).text();
    const { trace_id, span_id } = await requestLine('answer-2');
    const written = (): unknown[] => linesOf('answer-2').map((line) => line['span.name'] ?? line['message']);
    // Work of `after()` is done once the answer was sent.
    await expect
      .poll(() => written().toSorted())
      .toEqual(['POST /api/answer/[id]', 'asked: how?', 'chat gpt-4o-mini', 'chat gpt-4o-mini', 'clean up']);
    const lines = linesOf('answer-2');
    expect(new Set(lines.map((line) => line['trace_id']))).toEqual(new Set([trace_id]));
    expect(lines.find((line) => line['message'] === 'asked: how?')).toMatchObject({ span_id });
    expect(lines.find((line) => line['span.name'] === 'clean up')).toMatchObject({ 'spanline.late': true });
  });

  it('that stream have their line at the end of the stream', async () => {
    const response = await request('/api/feed?events=3', 'feed-1');
    const events = await response.text();
    expect(events).toBe('data: 0\n\ndata: 1\n\ndata: 2\n\n');
    expect(await requestLine('feed-1')).toMatchObject({
      'span.name': 'GET /api/feed',
      'span.status': 'ok',
      'http.response.status_code': 200,
      'http.response.body.size': events.length,
      'spanline.http.streaming': true,
      'spanline.rollup.input_tokens': 40,
    });
  });

  it('are aborted if the client leaves in the middle of a stream', async () => {
    const sent = get(`${server.url}/api/feed`, { headers: { 'x-request-id': 'feed-2' } });
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    await once(response, 'data');
    expect(linesOf('feed-2').map((line) => line['span.type'])).toEqual(['llm']);
    response.destroy();
    const line = await requestLine('feed-2');
    expect(line).toMatchObject({
      level: 'warn',
      'span.status': 'aborted',
      'http.response.status_code': 200,
      'spanline.http.streaming': true,
      'spanline.http.aborted': true,
      'spanline.rollup.llm_calls': 1,
      'spanline.rollup.input_tokens': 40,
    });
    expect(line['http.response.body.size']).toBeGreaterThan(0);
  });

  it('are aborted if the client leaves in the middle of its upload', async () => {
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      'POST /api/answer/8 HTTP/1.1\r\nHost: a\r\nx-request-id: cut-1\r\nContent-Length: 900\r\n\r\n{"question":',
    );
    // The handler has the request once a later one was answered.
    await (await request('/api/answer/9', 'cut-2', { method: 'POST', body: '{}' })).text();
    socket.destroy();
    const line = await requestLine('cut-1');
    expect(line).toMatchObject({ level: 'warn', 'span.status': 'aborted', 'http.route': '/api/answer/[id]' });
    expect(line).not.toHaveProperty('http.response.status_code');
  });

  it.each([
    ['redirect', 307, 'ok'],
    ['not-found', 404, 'ok'],
    ['fault', 500, 'error'],
  ])('that end with %s have the status that the client saw', async (how, status, outcome) => {
    const response = await request(`/api/end/${how}`, how);
    await response.text();
    expect(response.status).toBe(status);
    const line = await requestLine(how);
    expect(line).toMatchObject({ 'http.response.status_code': status, 'span.status': outcome });
    expect(line['error.message']).toBe(outcome === 'error' ? 'a fault of the handler' : undefined);
  });

  it('mix no requests that come at once', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `many-${index}`);
    const body = '{"question":"when?"}';
    await Promise.all(ids.map(async (id) => (await request(`/api/answer/${id}`, id, { method: 'POST', body })).text()));
    for (const id of ids)
      expect(await requestLine(id)).toMatchObject({ 'url.path': `/api/answer/${id}`, 'spanline.rollup.llm_calls': 2 });
    expect(new Set(ids.map((id) => linesOf(id)[0]?.['trace_id'])).size).toBe(ids.length);
  });
});
