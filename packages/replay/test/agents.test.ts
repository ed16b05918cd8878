/** Random agents are recorded, and run again on their lines: the same tree, the same answer, the same calls of tools. */
import { Socket } from 'node:net';
import { LLMock } from '@copilotkit/aimock';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog, type MemoryLog, tree } from '@spanline/core/testing';
import { replay } from '@spanline/replay';
import { runs } from '../../../test/support/effort.ts';
import { follow, type Outcome, type Parts, runAgent, type Step } from './support/agent.ts';
import type { Call } from './support/clients/ask.ts';
import { CLIENTS } from './support/clients/index.ts';

let provider: LLMock;
beforeAll(async () => {
  provider = new LLMock({ host: '127.0.0.1', port: 0, logLevel: 'silent' });
  await provider.start();
});
afterAll(() => provider.stop());

const word = fc.constantFrom('tax', 'é😀', 'a "b"', 'x\ny', '{"k": 1}', 'mail ada@example.org', '\\n');
// Long numbers may be those of a card by chance, which is redacted.
const small = fc.integer({ min: -99, max: 99 });
const text = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(' '));
const args = fc.dictionary(
  fc.constantFrom('x', 'y', 'z'),
  fc.oneof(text, small, fc.boolean(), fc.array(small, { maxLength: 3 })),
);
const turn = fc.array(fc.record({ name: fc.constantFrom('lookup', 'add'), args }), { minLength: 1, maxLength: 3 });
const script = fc.record({
  turns: fc.array(turn, { maxLength: 3 }),
  end: fc.oneof(
    { weight: 4, arbitrary: text.map((answer): Step => ({ text: answer })) },
    fc.constantFrom<Step>({ status: 429 }, { status: 500 }),
  ),
  failing: fc.option(fc.nat(4)),
  documents: fc.array(
    fc.record({ id: fc.constantFrom('a', 'b'), content: text, score: fc.double({ min: 0, max: 1, noNaN: true }) }),
    { maxLength: 2 },
  ),
  stream: fc.boolean(),
});

type Run = { outcome: Outcome | undefined; error: string | undefined; log: MemoryLog };

async function run(
  client: string,
  question: string,
  asking: { stream: boolean; fetch: typeof fetch; url: string },
  parts: Parts,
): Promise<Run> {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const ask = CLIENTS[client];
  if (ask === undefined) throw new Error(client);
  try {
    const outcome = await runAgent(ask, { tracer, ...asking }, question, parts);
    return { outcome, error: undefined, log };
  } catch (error) {
    return { outcome: undefined, error: error instanceof Error ? error.message : String(error), log };
  } finally {
    await tracer.shutdown();
  }
}

it.each(Object.keys(CLIENTS))('over %s', async (client) => {
  let runNumber = 0;
  await fc.assert(
    fc.asyncProperty(script, async ({ turns, end, failing, documents, stream }) => {
      const name = `${client}-${runNumber++}`;
      const steps = turns.map((calls, at): Step => ({
        calls: calls.map((call, index): Call => ({ id: `call_${at}_${index}`, ...call })),
      }));
      follow(provider, name, [...steps, end]);
      let called = 0;
      const tool = async (which: string, given: Call['args']): Promise<string> => {
        if (called++ === failing) throw new RangeError(`${which} failed`);
        return `${which}: ${JSON.stringify(given)}`;
      };
      const question = `${name} what?`;
      const recorded = await run(
        client,
        question,
        { stream, fetch, url: provider.url },
        { tool, retrieve: async () => documents },
      );
      const again = replay(recorded.log.records());
      const connect = vi.spyOn(Socket.prototype, 'connect');
      const never = (): never => {
        throw new Error('a replayed part ran');
      };
      const tools = new Map(
        ['lookup', 'add'].map((which) => [which, again.tool(which, never as () => Promise<string>)]),
      );
      const retrieve = again.retriever<[], { content?: string }>('docs', never);
      const second = await run(
        client,
        question,
        { stream, fetch: again.fetch, url: 'https://model.invalid' },
        { tool: (which, given) => (tools.get(which) as (given: object) => Promise<string>)(given), retrieve },
      );
      expect(connect).not.toHaveBeenCalled();
      connect.mockRestore();
      expect(again.report()).toMatchObject({ misses: [], unused: [] });
      again.verify();
      // Redaction is part of the recording: what was replaced there is replaced in the answer.
      const redacted = (value: unknown): string =>
        JSON.stringify(value ?? null).replaceAll('ada@example.org', '[EMAIL_1]');
      expect(redacted(second.outcome)).toBe(redacted(recorded.outcome));
      expect(tree(second.log.records())).toBe(tree(recorded.log.records()));
      expect(second.error === undefined).toBe(recorded.error === undefined);
    }),
    { numRuns: runs(3, 29) },
  );
});
