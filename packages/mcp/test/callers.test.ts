/** Whose trace a server continues, and messages that no SDK sends. */

import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Tracer, validate } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { type McpCaller, type McpOptions, wrapMcp } from '@spanline/mcp';
import { memoryTracer } from './support/pair.ts';
import { SDK1, SDK2, type Version } from './support/versions.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = `00-${TRACE}-00f067aa0ba902b7-01`;

/** One end of a connection, without a client. */
interface RawEnd {
  start(): Promise<void>;
  send(message: unknown): Promise<void>;
}

/** Sends messages to a server as they are, and resolves with its answers. */
async function rawClient(version: Version, options: McpOptions): Promise<(message: object) => Promise<unknown>> {
  const [clientEnd, serverEnd] = version.memory();
  const server = wrapMcp(version.server(), options);
  await server.connect(serverEnd);
  onTestFinished(() => server.close());
  const end = clientEnd as RawEnd;
  const waiting = new Map<unknown, (answer: unknown) => void>();
  Object.assign(end, {
    onmessage: ({ id, result, error }: Record<string, unknown>) => waiting.get(id)?.(result ?? error),
  });
  await end.start();
  let id = 0;
  const send = async (message: object): Promise<unknown> => {
    const whole: { id: unknown } = { jsonrpc: '2.0', id: ++id, ...message } as never;
    const answered = new Promise((resolve) => waiting.set(whole.id, resolve));
    await end.send(whole);
    return answered;
  };
  const clientInfo = { name: 'raw', version: '1' };
  await send({ method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo } });
  return send;
}

const call = (meta: unknown, args: unknown = { a: 1, b: 2 }): object => ({
  method: 'tools/call',
  params: { name: 'add', arguments: args, _meta: meta },
});

describe.each([SDK1, SDK2])('a server of $name', (version) => {
  let log: MemoryLog;
  let tracer: Tracer;

  beforeEach(() => {
    ({ log, tracer } = memoryTracer());
  });

  const last = (): Record<string, unknown> => log.records().at(-1) as unknown as Record<string, unknown>;

  it('continues nobody’s trace by default', async () => {
    const send = await rawClient(version, { tracer });
    await send(call({ traceparent: CALLER }));
    expect(last()).toMatchObject({ 'spanline.link.trace_id': TRACE, 'span.status': 'ok' });
    expect(last()).not.toHaveProperty('parent_span_id');
    expect(last()['trace_id']).not.toBe(TRACE);
  });

  it('continues the trace of a caller that it is told to trust', async () => {
    const asked: McpCaller[] = [];
    const trustIncoming = (caller: McpCaller): boolean => asked.push(caller) > 0;
    const send = await rawClient(version, { tracer, trustIncoming });
    await send(call({ traceparent: CALLER, tracestate: 'rojo=1' }));
    expect(last()).toMatchObject({
      trace_id: TRACE,
      parent_span_id: '00f067aa0ba902b7',
      'spanline.parent.remote': true,
    });
    expect(asked).toEqual([
      { method: 'tools/call', sessionId: undefined, authInfo: undefined, transport: 'InMemoryTransport' },
    ]);
  });

  it('trusts nobody where the function throws', async () => {
    const trustIncoming = (): boolean => {
      throw new Error('no');
    };
    const send = await rawClient(version, { tracer, trustIncoming });
    expect(await send(call({ traceparent: CALLER }))).toMatchObject({ content: [{ text: '3' }] });
    expect(last()).toMatchObject({ 'spanline.link.trace_id': TRACE });
  });

  it('passes on the listed baggage of a trusted caller only', async () => {
    const baggage = 'tenant=acme,secret=hunter2';
    const seen: Record<string, string>[] = [];
    for (const trustIncoming of [true, false]) {
      const send = await rawClient(version, { tracer, trustIncoming, baggage: ['tenant'] });
      const stop = tracer.onSpanEnd(({ values }) => void seen.push({ ...values.baggage }));
      await send(call({ traceparent: CALLER, baggage }));
      stop();
    }
    expect(seen).toEqual([{ tenant: 'acme' }, {}]);
  });

  it.each([
    ['numbers', { traceparent: 7, tracestate: 8, baggage: 9 }],
    ['lists', { traceparent: [CALLER], baggage: ['a=b'] }],
    ['zeros', { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` }],
    ['a header of a megabyte', { traceparent: 'x'.repeat(1_000_000), tracestate: 'y'.repeat(1_000_000) }],
    ['a line break', { traceparent: `${CALLER}\n{"level":"error"}` }],
    ['an unknown version', { traceparent: CALLER.replace('00', 'ff') }],
    ['a prototype', JSON.parse(`{"__proto__":{"traceparent":"${CALLER}"},"constructor":"x"}`)],
  ])('answers a trace context of %s, and joins nothing', async (_, meta) => {
    const send = await rawClient(version, { tracer, trustIncoming: true });
    expect(await send(call(meta))).toMatchObject({ content: [{ text: '3' }] });
    expect(last()).not.toHaveProperty('parent_span_id');
    expect(last()).not.toHaveProperty('spanline.link.trace_id');
    expect(validate(last())).toEqual({ valid: true });
    expect(tracer.stats().internalErrors).toBe(0);
  });

  it.each([
    ['an id that is a mail address', { id: 'ada@example.com' }],
    ['an id of a megabyte', { id: 'i'.repeat(1_000_000) }],
    ['a tool that is no text', { params: { name: { toString: 7 }, arguments: {} } }],
    ['a tool with a name of a megabyte', { params: { name: 'n'.repeat(1_000_000), arguments: {} } }],
    ['no parameters', { params: undefined }],
    ['arguments that are a list', { params: { name: 'add', arguments: [1, 2] } }],
    [
      'arguments of a thousand levels',
      { params: { name: 'add', arguments: JSON.parse('{"a":'.repeat(1000) + '1' + '}'.repeat(1000)) } },
    ],
  ])('answers %s as without a tracer, with a valid line', async (_, message) => {
    const traced = await rawClient(version, { tracer });
    const plain = await rawClient(version, { tracer: memoryTracer({ enabled: false }).tracer });
    const request = { ...call({}), ...message };
    expect(await traced(request)).toEqual(await plain(request));
    expect(validate(last())).toEqual({ valid: true });
    expect(JSON.stringify(last()).length).toBeLessThan(16_000);
    expect(JSON.stringify(last())).not.toContain('ada@example.com');
  });
});
