/**
 * The contract of every instrumentation: one list of behaviours, run against real clients and servers.
 */

import type { LLMock } from '@copilotkit/aimock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger, createTracer, type Tracer, type TracerOptions, validate } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { runs } from '../support/effort.ts';
import { collectUntil } from '../support/garbage.ts';
import { startProvider, USAGE } from '../support/provider.ts';
import { drain } from '../support/records.ts';
import { INSTRUMENTATIONS, type Program, type Question, type Setting, USD_PER_CALL } from './support/programs.ts';

const REQUESTS = runs(50, 200);
const SECRET = 'ada.lovelace@example.com';

let provider: LLMock;

beforeAll(async () => {
  provider = await startProvider();
  provider.on({ userMessage: SECRET }, { content: `I know ${SECRET}.` });
  provider.on({ userMessage: 'whisper' }, { content: `I know ${SECRET}.` });
});

afterAll(() => provider.stop());

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : typeof error);

/** Everything that a program can see of a failure. */
async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    return { unexpected: await work };
  } catch (error) {
    const { constructor, name, message, status, code } = error as Record<string, unknown>;
    return { class: (constructor as { name: string }).name, name, message, status, code };
  }
}

describe.each(INSTRUMENTATIONS)('the instrumentation of $name $way', (instrumentation) => {
  const { name, start, isModelCall } = instrumentation;
  let log: MemoryLog;
  let tracer: Tracer;
  let packageModule: unknown;
  const programs: Program[] = [];

  const createOther = (options: TracerOptions): Tracer =>
    createTracer({
      logger: log.logger,
      service: { name: 'test' },
      statsIntervalSeconds: 0,
      hashKey: 'key',
      ...options,
    });

  beforeAll(async () => {
    packageModule = await import(`@spanline/${name}`);
  });

  beforeEach(() => {
    log = memoryLog();
    tracer = createOther({ capture: 'full' });
  });

  afterEach(async () => {
    for (const program of programs.splice(0)) {
      program.undo();
      await program.stop();
    }
  });

  /** Starts the program with one copy of the instrumentation. */
  async function instrumented(options: Partial<Setting> = {}): Promise<Program> {
    const program = await start(provider.url, [packageModule], { tracer, ...options });
    programs.push(program);
    return program;
  }

  /** Starts the same program without it. */
  async function plain(): Promise<Program> {
    const program = await start(provider.url, [], { tracer: createOther({ enabled: false }) });
    programs.push(program);
    return program;
  }

  const streamed = async (program: Program): Promise<string> =>
    (await drain(await program.stream({ text: 'plain' }))).join('');
  const ask = (program: Program, question: Question): Promise<string> =>
    isModelCall ? tracer.withSpan('outer', () => program.ask(question)) : program.ask(question);
  const settled = (): Promise<void> => collectUntil(() => tracer.stats().open === 0);
  /** The lines of the calls themselves, without those of the framework's steps around them. */
  const calls = () => log.records().filter((record) => !isModelCall || record['span.type'] === 'llm');
  const call = () => log.records().find((record) => record['span.type'] === (isModelCall ? 'llm' : 'http'));
  const check = (): void => {
    for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
    expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
  };

  it('gives the application the answer that it gets without it, whole and streamed', async () => {
    const [without, within] = [await plain(), await instrumented()];
    expect(await within.ask({ text: 'plain' })).toBe(await without.ask({ text: 'plain' }));
    expect(await streamed(within)).toBe(await streamed(without));
    await settled();
    check();
  });

  it(`puts every span of ${REQUESTS} requests at once under its own request`, async () => {
    const program = await instrumented();
    await Promise.all(Array.from({ length: REQUESTS }, (_, id) => ask(program, { text: `plain~${id}~` })));
    await settled();
    const traces = new Set(log.records().map((record) => record.trace_id));
    expect(traces.size).toBe(REQUESTS);
    for (const trace of traces) {
      const spans = log.records().filter((record) => record.trace_id === trace);
      expect(tree(spans)).toBe(instrumentation.tree);
      expect(new Set(JSON.stringify(spans).match(/~\d+~/g)).size).toBe(1);
    }
    check();
  });

  it.runIf(isModelCall)('records tokens and cost of answers and of streams', async () => {
    const program = await instrumented();
    await program.ask({ text: 'plain' });
    await drain(await program.stream({ text: 'plain' }));
    await settled();
    expect(calls()).toHaveLength(2);
    for (const record of calls()) {
      expect(record).toMatchObject({
        'span.status': 'ok',
        'gen_ai.usage.input_tokens': USAGE.prompt_tokens,
        'gen_ai.usage.output_tokens': USAGE.completion_tokens,
        'spanline.cost.usd': expect.closeTo(USD_PER_CALL[name as keyof typeof USD_PER_CALL], 9) as number,
      });
    }
    check();
  });

  it.each(['limited', 'faulty'])('passes the error of a provider on as it is: %s', async (text) => {
    const [without, within] = [await plain(), await instrumented()];
    expect(await failure(within.ask({ text }))).toEqual(await failure(without.ask({ text })));
    await settled();
    // Also that of the request which the provider made fail, whatever status the service answered with.
    expect(call()).toMatchObject({ 'span.status': 'error' });
    expect(call()?.['error.type']).toBeTruthy();
    check();
  });

  /** Ends are only inferred from garbage collection once the framework was seen to keep its part of the bargain. */
  async function warmedUp(): Promise<Program> {
    const program = await instrumented();
    await program.ask({ text: 'plain' });
    log.clear();
    return program;
  }

  it('ends the span of a stream that its reader leaves', async () => {
    const program = await warmedUp();
    for await (const piece of await program.stream({ text: 'slow' })) if (piece !== '') break;
    await settled();
    expect(calls().map((record) => record['span.status'])).toEqual([instrumentation.left]);
    check();
  });

  const isLeftUnread = isModelCall && instrumentation.left !== 'ok' && instrumentation.readsByItself !== true;
  it.runIf(isLeftUnread)('ends the span of a stream that nobody reads', async () => {
    const program = await warmedUp();
    await program.stream({ text: 'plain' });
    await settled();
    expect(calls().map((record) => record['span.status'])).toEqual(['abandoned']);
    check();
  });

  it.runIf(instrumentation.aborted !== undefined)('ends the span of a call that is aborted', async () => {
    const program = await instrumented();
    const controller = new AbortController();
    const read = async (): Promise<void> => {
      for await (const piece of await program.stream({ text: 'slow', signal: controller.signal })) {
        if (piece !== '') controller.abort();
      }
    };
    await read().catch(() => undefined);
    await settled();
    expect(calls().map((record) => record['span.status'])).toEqual([instrumentation.aborted]);
    check();
  });

  const policies = ['metadata', 'hashed', 'redacted', 'full'] as const;

  describe.each(['the tracer', 'the instrumentation'])('captures by the mode of %s', (owner) => {
    it.each(policies)('%s', async (mode) => {
      const isOwn = owner === 'the instrumentation';
      tracer = createOther({ capture: isOwn ? 'full' : mode });
      const program = await instrumented({ tracer, ...(isOwn ? { capture: mode } : {}) });
      const question = { text: isModelCall ? SECRET : 'whisper', system: `Serve ${SECRET}.` };
      await program.ask(question);
      await drain(await program.stream(question));
      await settled();
      const lines = log.raw().filter((line) => line.includes(isModelCall ? '"llm"' : '"http"'));
      expect(lines).toHaveLength(2);
      for (const line of lines) expect(line.includes(SECRET)).toBe(mode === 'full' && isModelCall);
      check();
    });
  });

  it('writes nothing, and leaves the program alone, with a tracer that is disabled', async () => {
    tracer = createOther({ enabled: false });
    const program = await instrumented({ tracer });
    expect(await program.ask({ text: 'plain' })).toBe(await (await plain()).ask({ text: 'plain' }));
    await drain(await program.stream({ text: 'plain' }));
    await expect(program.ask({ text: 'faulty' })).rejects.toThrow();
    expect(log.lines()).toEqual([]);
  });

  it('leaves the program alone when the log cannot be written', async () => {
    const logger = createLogger(
      { pretty: false },
      {
        write(): never {
          throw new Error('disk full');
        },
      },
    );
    tracer = createOther({ logger });
    const program = await instrumented({ tracer });
    const without = await plain();
    expect(await program.ask({ text: 'plain' })).toBe(await without.ask({ text: 'plain' }));
    expect(await streamed(program)).toBe(await streamed(without));
    await settled();
  });

  it.each([
    ['a lone surrogate', 'plain \uD83D'],
    ['control characters', 'plain \u0000\u0007\u001B[31m\r\n{"trace_id":"forged"}'],
    ['JSON', 'plain {"__proto__":{"span.status":"error"},"constructor":1}'],
    ['a text of 300 kB', `plain ${'word '.repeat(isModelCall ? 60_000 : 1000)}`],
  ])('writes one line for a question that is %s', async (_kind, text) => {
    const program = await instrumented();
    const answer = await program.ask({ text }).catch(messageOf);
    expect(answer).toBe(await (await plain()).ask({ text }).catch(messageOf));
    await settled();
    expect(calls()).toHaveLength(isModelCall ? 1 : 2);
    check();
  });

  it.runIf(isModelCall)('is gone when it is undone', async () => {
    const program = await instrumented();
    program.undo();
    expect(await program.ask({ text: 'plain' })).toBe(await (await plain()).ask({ text: 'plain' }));
    await drain(await program.stream({ text: 'plain' }));
    expect(log.lines()).toEqual([]);
  });
});
