/** Answers that no honest server gives: the client's caller gets what it gets without us, and each line is valid. */

import { describe, expect, it, onTestFinished } from 'vitest';
import { validate } from '@spanline/core';
import { wrapMcp } from '@spanline/mcp';
import { memoryTracer } from './support/pair.ts';
import { type AnyClient, SDK1, SDK2, type Version } from './support/versions.ts';

type Answer = Record<string, unknown>;

/** One end of a connection, without a server. */
interface RawEnd {
  start(): Promise<void>;
  send(message: unknown): Promise<void>;
}

/** What a client sends. */
interface RawMessage {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Answer;
}

/** Connects a client with a server that answers calls of tools with whatever it is told, by reference. */
async function answeredBy(version: Version, client: AnyClient, answer: () => Answer): Promise<AnyClient> {
  const [clientEnd, serverEnd] = version.memory();
  const end = serverEnd as unknown as RawEnd;
  const onmessage = ({ id, method, params }: RawMessage): void => {
    const known = {
      protocolVersion: params?.['protocolVersion'],
      capabilities: { tools: {} },
      serverInfo: { name: 'raw', version: '1' },
    };
    if (method === 'initialize') void end.send({ jsonrpc: '2.0', id, result: known });
    else if (method === 'tools/call') end.send({ jsonrpc: '2.0', id, ...answer() }).catch(() => undefined);
    else if (id !== undefined) void end.send({ jsonrpc: '2.0', id, error: { code: -32_601, message: 'unknown' } });
  };
  Object.assign(end, { onmessage });
  await end.start();
  await client.connect(clientEnd);
  onTestFinished(() => client.close());
  return client;
}

function circular(): Answer {
  const value: Answer = { name: 'self' };
  value['self'] = value;
  return value;
}

const SYMBOL = Symbol('s');
const throwing = (): never => {
  throw new Error('not for you');
};
const unreadable = (): Answer =>
  new Proxy({}, { get: throwing, has: throwing, ownKeys: throwing, getOwnPropertyDescriptor: throwing });
const text = (value: unknown): Answer => ({ type: 'text', text: value });
const deep = (): unknown => JSON.parse('{"a":'.repeat(500) + '1' + '}'.repeat(500)) as unknown;

const RESULTS: readonly (readonly [string, () => unknown])[] = [
  ['a circle in _meta', () => ({ content: [text('ok')], _meta: circular() })],
  ['a circle in structuredContent', () => ({ content: [], structuredContent: circular() })],
  ['five hundred levels', () => ({ content: [], structuredContent: deep() })],
  ['a text of a megabyte', () => ({ content: [text('x'.repeat(1_000_000))] })],
  ['five thousand blocks', () => ({ content: Array.from({ length: 5000 }, () => text('x')) })],
  [
    'keys of prototypes',
    () =>
      JSON.parse('{"content":[],"__proto__":{"isError":true},"constructor":{"prototype":{"polluted":1}}}') as unknown,
  ],
  [
    'a trace context of its own',
    () => ({ content: [], _meta: { traceparent: 'x'.repeat(100_000), baggage: circular() } }),
  ],
  [
    'values that JSON has not',
    () => ({ content: [], structuredContent: { big: 1n, nan: Number.NaN, symbol: SYMBOL, fn: throwing } }),
  ],
  ['a toJSON that throws', () => ({ content: [], structuredContent: { toJSON: throwing } })],
  [
    'getters that throw',
    () => ({ content: [], structuredContent: Object.defineProperty({}, 'a', { enumerable: true, get: throwing }) }),
  ],
  ['what cannot be read', unreadable],
  ['content that cannot be read', () => ({ content: [unreadable()] })],
  ['nothing', () => null],
  ['a number', () => 7],
  ['a list', () => [1]],
  ['content that is a text', () => ({ content: 'ok' })],
  ['content of wrong blocks', () => ({ content: [null, 7, text({}), { type: 'nothing' }] })],
  ['isError that is a text', () => ({ content: [], isError: 'yes' })],
  ['isError without content', () => ({ isError: true })],
  ['isError with a number', () => ({ content: 7, isError: true })],
  ['isError with wrong blocks', () => ({ content: [null, text(7), text('second')], isError: true })],
  [
    'isError with pictures',
    () => ({ content: [{ type: 'image', data: 'AAAA', mimeType: 'image/png' }], isError: true }),
  ],
  ['isError with a text of a megabyte', () => ({ content: [text('e'.repeat(1_000_000))], isError: true })],
];

const ERRORS: readonly (readonly [string, () => unknown])[] = [
  ['a code that is a text', () => ({ code: 'E', message: 'no' })],
  ['a message that is no text', () => ({ code: -32_000, message: { toString: throwing } })],
  ['a code that is no number', () => ({ code: Number.NaN, message: 'no' })],
  ['data in a circle', () => ({ code: -32_000, message: 'no', data: circular() })],
  ['no members', () => ({})],
  ['nothing', () => null],
];

const ANSWERS: readonly (readonly [string, () => Answer])[] = [
  ...RESULTS.map(([name, make]) => [`a result with ${name}`, () => ({ result: make() })] as const),
  ...ERRORS.map(([name, make]) => [`an error with ${name}`, () => ({ error: make() })] as const),
];

/** How a call ends for its caller. An answer that the SDK takes for none never comes. */
async function ended(client: AnyClient): Promise<unknown> {
  return client.call('add', { a: 1 }, { timeout: 50 }).then(
    (value) => ({ value }),
    (error: unknown) => ({ error: String(error) }),
  );
}

describe.each([SDK1, SDK2])('a client of $name', (version) => {
  it.each(ANSWERS)('gives %s to its caller as it is', async (_name, answer) => {
    const { log, tracer } = memoryTracer({ capture: 'full' });
    const plain = await answeredBy(version, version.client(), answer);
    const traced = await answeredBy(version, wrapMcp(version.client(), { tracer }), answer);
    log.clear();
    expect(await ended(traced)).toEqual(await ended(plain));
    expect(log.records()).toHaveLength(1);
    const record = log.records()[0] ?? {};
    expect(record).toMatchObject({ 'span.name': 'tools/call add', 'span.kind': 'CLIENT' });
    expect(validate(record)).toEqual({ valid: true });
    expect(JSON.stringify(record).length).toBeLessThan(256_000);
    expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
    expect({}).not.toHaveProperty('polluted');
  });

  it('wrapped with two tracers writes with the last one, and ends what the first one began', async () => {
    const [first, second] = [memoryTracer(), memoryTracer()];
    const client = wrapMcp(version.client(), { tracer: first.tracer });
    const [clientEnd, serverEnd] = version.memory();
    const server = wrapMcp(version.server(), { tracer: first.tracer });
    await server.connect(serverEnd);
    await client.connect(clientEnd);
    onTestFinished(() => client.close());
    first.log.clear();
    const rewrap = (): void => void wrapMcp(client, { tracer: second.tracer });
    await client.call('count', { steps: 1 }, { onprogress: rewrap });
    await client.call('add', { a: 1, b: 2 });
    const told = ({ log }: typeof first): unknown[] =>
      log.records().map((record) => `${record['span.kind']} ${record['span.name']}`);
    expect(told(first)).toEqual(['SERVER tools/call count', 'CLIENT tools/call count', 'SERVER tools/call add']);
    expect(told(second)).toEqual(['CLIENT tools/call add']);
    const [, , served] = first.log.records();
    const [sent] = second.log.records();
    expect(served).toMatchObject({ trace_id: sent?.trace_id, parent_span_id: sent?.span_id });
    for (const { tracer } of [first, second]) expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
  });
});
