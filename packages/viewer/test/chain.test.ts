/** The decision chain of a trace: what each step got and gave, the one that failed first, where two traces part. */

import { describe, expect, it, onTestFinished } from 'vitest';
import { open } from '@spanline/query';
import type { ChainAnswer } from '@spanline/viewer';
import { createStore } from '../src/server/store.ts';
import { openViewer } from './support/client.ts';
import { logWith, spanId, spanLine, traceId } from './support/lines.ts';
import { LEASE, ragLines } from './support/rag.ts';

async function chainOf(lines: readonly string[], parameters = ''): Promise<{ status: number; json: ChainAnswer }> {
  const { ask } = await openViewer(logWith(lines));
  return (await ask(`trace/${traceId(1)}/chain${parameters}`)) as { status: number; json: ChainAnswer };
}

it('has what each step got and gave, and what its line lacks', async () => {
  const { json } = await chainOf(ragLines({ trace: 1 }));
  expect(json).toMatchObject({ offset: 0, total: 2 });
  const [search, model] = json.steps;
  expect(search).toMatchObject({
    number: 1,
    spanId: spanId(2),
    name: 'retrieval docs',
    type: 'retriever',
    atMs: 10,
    durationMs: 10,
    got: { kind: 'text', text: { text: 'How long is it?' } },
    gave: { kind: 'documents', documents: [{ id: LEASE.id, text: { text: LEASE.content } }], more: 0 },
    redactions: 2,
  });
  expect(model).toMatchObject({
    number: 2,
    got: { kind: 'messages', more: 2, messages: [{ role: 'user', parts: [{ text: { text: 'How long is it?' } }] }] },
    gave: { kind: 'messages', more: 0, messages: [{ parts: [{ text: { text: `So: ${LEASE.content}` } }] }] },
  });
  expect(model?.inputs.join()).toContain('temperature 0');
  expect(json.failed).toBeUndefined();
});

it('names the step that failed first, and where its input came from', async () => {
  const { json } = await chainOf(ragLines({ trace: 1, isLimited: true }));
  expect(json.failed).toMatchObject({
    step: { number: 2, problem: 'RateLimitError: 429 Slow down' },
    ended: 'error',
    sources: [{ number: 1, name: 'retrieval docs', pieces: 1, of: 1 }],
  });
});

it('finds the steps in which a second trace differs', async () => {
  const lines = [...ragLines({ trace: 1 }), ...ragLines({ trace: 2, found: [] }), ...ragLines({ trace: 3 })];
  const { json } = await chainOf(lines, `?with=${traceId(2)}`);
  expect(json.differing).toBe(2);
  expect(json.differences?.map(({ what, before, after }) => [what, before?.number, after?.number])).toEqual([
    ['gave', 1, 1],
    ['got', 2, 2],
  ]);
  const [, model] = json.differences ?? [];
  // The message that differs, not the last one.
  expect(model?.before?.got).toMatchObject({ more: 0, messages: [{ role: 'system' }] });
  const alike = await chainOf(lines, `?with=${traceId(3)}`);
  expect(alike.json.differences).toEqual([]);
  expect((await chainOf(lines, '?with=none')).status).toBe(404);
});

it('is read in windows, and has the start of a long text only', async () => {
  const steps = Array.from({ length: 120 }, (_, n) =>
    spanLine(
      { trace: 1, span: n + 2, parent: 1, fromMs: n },
      { 'span.type': 'tool', 'spanline.input': JSON.stringify('x'.repeat(5000)) },
    ),
  );
  const lines = [...steps, spanLine({ trace: 1, span: 1, durationMs: 500 })];
  const { json } = await chainOf(lines, '?offset=100&limit=50');
  expect(json).toMatchObject({ offset: 100, total: 120 });
  expect(json.steps.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, n) => 101 + n));
  const got = json.steps[0]?.got;
  expect(got?.kind === 'text' ? [got.text.text.length, got.text.length, got.text.n] : got).toEqual([
    600,
    5000,
    undefined,
  ]);
});

describe('two long traces', () => {
  const STEPS = 2000;
  const chain = (trace: number): string[] => [
    spanLine({ trace, span: 1, durationMs: STEPS }),
    ...Array.from({ length: STEPS }, (_, n) =>
      spanLine(
        { trace, span: n + 2, parent: 1, fromMs: n },
        { 'span.type': 'tool', 'spanline.output': JSON.stringify(n === 1500 ? `of ${trace}` : n) },
      ),
    ),
  ];

  it('are compared in pieces, between which other requests have their turn', async () => {
    const store = createStore(open(logWith([...chain(1), ...chain(2)])));
    onTestFinished(() => store.close());
    const [before, after] = [await store.trace(traceId(1)), await store.trace(traceId(2))];
    if (before === undefined || after === undefined) throw new Error('two traces');
    let [turns, isRunning] = [0, true];
    const count = (): void => {
      turns++;
      if (isRunning) setImmediate(count);
    };
    setImmediate(count);
    const found = await store.divergences(before, after);
    isRunning = false;
    // Two chains, their alignment and the comparison, with a turn after each 200 steps.
    expect(turns).toBeGreaterThanOrEqual(30);
    expect(found.map(({ what, before: step }) => [what, step?.number])).toEqual([['gave', 1501]]);
    expect(await store.divergences(before, after)).toBe(found);
  });
});
