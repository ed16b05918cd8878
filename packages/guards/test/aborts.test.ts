/** Streams that are left while their guards work. */
import { expect, test, vi } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { checkInput } from '../src/gate/input.ts';
import { Engine } from '../src/guards/engine.ts';
import { blockInput, createGuards, detectors, evaluator, redactOutput } from '../src/index.ts';

const STREAMS = 1000;
/** A time-out that nothing else has. */
const LIMIT_MS = 599_999;

test('a judge of many texts at once listens without a warning, and counts those to which it does not apply', async () => {
  const warned = vi.fn<(warning: Error) => void>();
  process.on('warning', warned);
  const fn = ({ text }: { text: string }): Promise<boolean | undefined> =>
    Promise.resolve(text === 'short' ? undefined : false);
  const guard = blockInput({ rules: evaluator({ name: 'judge', fn }), failMode: 'closed' });
  const engine = new Engine({ guards: [guard], tracer: createTracer({ enabled: false }) });
  const texts = Array.from({ length: 40 }, (_, index) => ({ role: 'user' as const, text: `text ${index}` }));
  await checkInput(engine, { texts: [...texts, { role: 'user', text: 'short' }] }, 'input');
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', warned);
  expect(warned).not.toHaveBeenCalled();
  expect(engine.stats).toMatchObject({ passed: 1, unjudged: 1 });
});

test('of 1,000 streams that are left, none keeps its source, its judge or its span open', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const open = { sources: 0, judges: 0, judged: 0 };
  /** A judge that stops its own request, as `fetch` does. */
  const fn = (_: unknown, { signal }: { signal: AbortSignal }): Promise<boolean> => {
    open.judges++;
    open.judged++;
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        open.judges--;
        reject(signal.reason as Error);
      });
    });
  };
  const judge = evaluator({ name: 'judge', window: 'sentence', fn });
  const guards = createGuards({
    guards: [
      redactOutput({ rules: judge, failMode: 'closed', timeoutMs: LIMIT_MS }),
      redactOutput({ rules: detectors({ only: ['EMAIL'] }), failMode: 'closed' }),
    ],
    tracer,
  });
  async function* endless(): AsyncGenerator<string> {
    open.sources++;
    try {
      for (;;) yield 'A sentence. ';
    } finally {
      open.sources--;
    }
  }
  const started = vi.spyOn(globalThis, 'setTimeout');
  const ended = vi.spyOn(globalThis, 'clearTimeout');
  const streams = Array.from({ length: STREAMS }, () => guards.stream(endless()));
  const firsts = streams.map((stream) => stream.next());
  await vi.waitFor(() => expect(open).toEqual({ sources: STREAMS, judges: STREAMS, judged: STREAMS }));
  await Promise.all(streams.map((stream) => stream.return?.()));
  const results = await Promise.all(firsts);
  expect(results.filter(({ done }) => done !== true)).toEqual([]);
  expect(open).toEqual({ sources: 0, judges: 0, judged: STREAMS });
  expect(guards.stats()).toMatchObject({ passed: 0, aborted: 2 * STREAMS, failed: 0 });
  expect(log.records().filter((record) => record['span.status'] === 'aborted')).toHaveLength(2 * STREAMS);
  expect(tracer.stats().open).toBe(0);
  const clocks = started.mock.results.filter((_, index) => started.mock.calls[index]?.[1] === LIMIT_MS);
  const stopped = new Set<unknown>(ended.mock.calls.map(([clock]) => clock));
  expect([clocks.length, clocks.every(({ value }) => stopped.has(value))]).toEqual([STREAMS, true]);
  started.mockRestore();
  ended.mockRestore();
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});
