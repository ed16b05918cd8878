/** Results, errors and their order are those of the SDK alone. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unwrapMcp, wrapMcp } from '@spanline/mcp';
import { connected, memoryTracer } from './support/pair.ts';
import { type AnyClient, SDK1, SDK2, type Version } from './support/versions.ts';

/** One request of a program. */
type Step =
  | { kind: 'call'; tool: string; args: Record<string, unknown> }
  | { kind: 'read'; uri: string }
  | { kind: 'prompt'; name: string; given: string }
  | { kind: 'list' }
  | { kind: 'cancelled' };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('call' as const),
    tool: fc.constantFrom('add', 'refuse', 'fail', 'count', 'nothing', ''),
    args: fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
  }),
  fc.record({ kind: fc.constant('read' as const), uri: fc.oneof(fc.constant('notes://a/b?k=s'), fc.string()) }),
  fc.record({ kind: fc.constant('prompt' as const), name: fc.constantFrom('greet', 'none'), given: fc.string() }),
  fc.constant({ kind: 'list' as const }),
  fc.constant({ kind: 'cancelled' as const }),
);

async function request(client: AnyClient, step: Step): Promise<unknown> {
  if (step.kind === 'call') return client.call(step.tool, step.args);
  if (step.kind === 'read') return client.readResource({ uri: step.uri });
  if (step.kind === 'prompt') return client.getPrompt({ name: step.name, arguments: { name: step.given } });
  if (step.kind === 'list') return client.listTools();
  return client.call('add', {}, { signal: AbortSignal.abort(new Error('not needed')) });
}

/** Everything that a program sees: which request ended when, and how. */
async function run(client: AnyClient, steps: readonly Step[]): Promise<unknown[]> {
  const seen: unknown[] = [];
  await Promise.all(
    steps.map(async (step, index) => {
      try {
        seen.push([index, await request(client, step)]);
      } catch (error) {
        const { name, message, code, data } = error as Record<string, unknown>;
        seen.push([index, Object.getPrototypeOf(error), name, message, code, data]);
      }
    }),
  );
  return seen;
}

/** A pair that is not traced. */
async function plain(version: Version): Promise<AnyClient> {
  const { log, tracer } = memoryTracer({ enabled: false });
  return connected(version, tracer, log);
}

describe.each([SDK1, SDK2])('$name', (version) => {
  it('gives the same results, errors and order, with a tracer and without', async () => {
    const { log, tracer } = memoryTracer();
    const traced = await connected(version, tracer, log);
    const bare = await plain(version);
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { maxLength: 6 }), async (steps) => {
        expect(await run(traced, steps)).toEqual(await run(bare, steps));
        expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
      }),
      { numRuns: 60 },
    );
  });

  it('is as before when the tracing ends', async () => {
    const { log, tracer } = memoryTracer();
    const client = version.client();
    const keys = Reflect.ownKeys(client);
    expect(wrapMcp(client, { tracer })).toBe(client);
    expect(unwrapMcp(client)).toBe(client);
    expect(Reflect.ownKeys(client)).toEqual(keys);
    const [clientEnd, serverEnd] = version.memory();
    await version.server().connect(serverEnd);
    await client.connect(clientEnd);
    expect(await client.call('add', { a: 1, b: 1 })).toMatchObject({ content: [{ text: '2' }] });
    expect(log.lines()).toEqual([]);
    await client.close();
  });

  it('wrapped twice, the options of the second time hold', async () => {
    const { log, tracer } = memoryTracer();
    const client = await connected(version, tracer, log);
    wrapMcp(client, { tracer, capture: 'metadata' });
    await client.call('add', { a: 1, b: 1 });
    const sent = log.records().filter((record) => record['span.kind'] === 'CLIENT');
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ 'spanline.capture.mode': 'metadata' });
  });
});

it.each([
  [{}, /peer/],
  [{ connect() {}, close() {} }, /peer/],
])('what is no client or server is refused', (peer, message) => {
  expect(() => wrapMcp(peer as never)).toThrow(message);
});

it('a wrong option is refused by its name', () => {
  expect(() => wrapMcp(SDK1.client(), { trustIncomming: true } as never)).toThrow(/trustIncoming/);
  expect(() => wrapMcp(SDK1.client(), { trustIncoming: 'yes' } as never)).toThrow(/trustIncoming/);
});
