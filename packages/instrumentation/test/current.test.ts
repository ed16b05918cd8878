import { describe, expect, it } from 'vitest';
import { createTracer, currentSpan, withContext } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { callerSpan, createEnterSpan } from '../src/index.ts';

function setUp() {
  const log = memoryLog();
  const tracer = createTracer({ service: { name: 'test' }, logger: log.logger, statsIntervalSeconds: 0 });
  const start = (name: string) => tracer.startSpan({ name, type: 'task' });
  return { log, tracer, start, enterSpan: createEnterSpan(tracer) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the current span', () => {
  it('follows awaits, timers and parallel branches', async () => {
    const { tracer, start } = setUp();
    const names = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const span = start(`s${index}`);
        return tracer.run(span, async () => {
          await turn();
          await new Promise((resolve) => setTimeout(resolve, index % 3));
          return currentSpan()?.name;
        });
      }),
    );
    expect(names).toEqual(Array.from({ length: 50 }, (_, index) => `s${index}`));
    expect(currentSpan()).toBeUndefined();
  });

  it('is never an ended one', () => {
    const { tracer, start } = setUp();
    const outer = start('outer');
    tracer.run(outer, () => {
      const inner = start('inner');
      tracer.run(inner, () => {
        inner.end();
        expect(currentSpan()?.name).toBe('outer');
        outer.end();
        expect(currentSpan()).toBeUndefined();
      });
    });
  });

  it('keeps work that outlives its request in the trace', async () => {
    const { log, tracer, start } = setUp();
    const request = start('request');
    const background = tracer.run(request, async () => {
      await turn();
      start('background').end();
    });
    request.end();
    await background;
    expect(log.records().at(-1)).toMatchObject({
      'span.name': 'background',
      parent_span_id: request.spanId,
      'spanline.late': true,
    });
  });
});

describe('an entered span', () => {
  it('is current for what the callback starts afterwards, but siblings of one frame stay siblings', async () => {
    const { tracer, start, enterSpan } = setUp();
    const root = start('root');
    await tracer.run(root, async () => {
      const body = async (name: string): Promise<[string | undefined, string | undefined]> => {
        const span = tracer.startSpan({ name, type: 'tool', parent: callerSpan() ?? null });
        enterSpan(span);
        await undefined;
        const seen = currentSpan()?.name;
        const nested = callerSpan()?.name;
        span.end();
        return [seen, nested];
      };
      const parallel = [body('a'), body('b')];
      expect(await Promise.all(parallel)).toEqual([
        ['a', 'a'],
        ['b', 'b'],
      ]);
      expect(currentSpan()?.name).toBe('root');
    });
  });

  it('that has ended leaves nothing behind at the top level', async () => {
    const { start, enterSpan } = setUp();
    await (async () => {
      const first = start('first');
      enterSpan(first);
      await undefined;
      first.end();
      expect(currentSpan()).toBeUndefined();
      expect(callerSpan()).toBeUndefined();
    })();
  });
});

describe('withContext', () => {
  it('reaches every span started inside and merges labels', () => {
    const { log, start } = setUp();
    withContext({ sessionId: 's1', labels: { a: 1 } }, () =>
      withContext({ userId: 'u1', conversationId: 'c1', labels: { b: 2 } }, () => start('work').end()),
    );
    start('outside').end();
    expect(log.records()[0]).toMatchObject({
      'session.id': 's1',
      'user.id': 'u1',
      'gen_ai.conversation.id': 'c1',
      'labels.a': 1,
      'labels.b': 2,
    });
    expect(log.lines()[1]).not.toHaveProperty('session.id');
  });

  it('holds for a child with an explicit parent that starts in a foreign context', async () => {
    const { log, tracer, start } = setUp();
    const root = withContext({ userId: 'u1' }, () => start('root'));
    const other = withContext({ userId: 'u2' }, () => start('other'));
    tracer.run(other, () => tracer.startSpan({ name: 'child', type: 'task', parent: root }).end());
    expect(log.records()[0]).toMatchObject({ 'span.name': 'child', 'user.id': 'u1' });
  });
});
