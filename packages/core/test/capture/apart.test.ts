import { describe, expect, it } from 'vitest';
import type { RedactOptions, Tracer } from '../../src/api/index.ts';
import { createTracer, validate } from '../../src/index.ts';
import { memoryLog } from '../../src/testing.ts';

const names = async (text: string) =>
  [...text.matchAll(/Jane/g)].map(({ index }) => ({ start: index, end: index + 4, name: 'NAME' }));

function call(tracer: Tracer): void {
  tracer.withSpan({ name: 'chat', type: 'llm' }, (span) => {
    span
      .input([{ role: 'user', content: 'I am Jane, jane@example.org' }])
      .output([{ role: 'assistant', content: 'Hello Jane' }]);
  });
}

describe('asynchronous detectors', () => {
  function setUp(redact: RedactOptions) {
    const log = memoryLog();
    return { log, tracer: createTracer({ logger: log.logger, statsIntervalSeconds: 0, redact }) };
  }

  it('read the content before its line is written; the span’s line does not wait', async () => {
    const { log, tracer } = setUp({ asyncDetectors: [names] });
    call(tracer);
    expect(log.lines()).toHaveLength(1);
    expect(log.lines()[0]).toMatchObject({
      'event.name': 'span.end',
      'spanline.content.ref': log.lines()[0]?.['span_id'],
    });
    expect(log.lines()[0]).not.toHaveProperty(['gen_ai.input.messages']);
    await tracer.flush();
    const [span, content] = log.lines();
    expect(content).toMatchObject({
      'event.name': 'span.content',
      span_id: span?.['span_id'],
      trace_id: span?.['trace_id'],
    });
    expect(content?.['gen_ai.input.messages']).toContain('I am [NAME_1], [EMAIL_1]');
    expect(content?.['gen_ai.output.messages']).toContain('Hello [NAME_1]');
    expect(validate(content ?? {})).toEqual({ valid: true });
    expect(JSON.stringify(log.lines())).not.toMatch(/Jane|jane@/);
  });

  it.each<[string, RedactOptions]>([
    ['fails', { asyncDetectors: [() => Promise.reject(new Error('model not loaded'))] }],
    [
      'throws',
      {
        asyncDetectors: [
          () => {
            throw new Error('no');
          },
        ],
      },
    ],
    ['takes too long', { asyncDetectors: [() => new Promise(() => {})], detectorTimeoutMs: 5 }],
  ])('leave the content out when one %s', async (_name, redact) => {
    const { log, tracer } = setUp(redact);
    call(tracer);
    await tracer.flush();
    expect(log.lines()).toHaveLength(1);
    expect(tracer.stats().internalErrors).toBe(1);
  });

  it('are bounded: content that comes while a thousand others wait is not written', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { log, tracer } = setUp({ asyncDetectors: [async (text) => gate.then(() => names(text))] });
    for (let index = 0; index < 1005; index++) call(tracer);
    release();
    await tracer.flush();
    expect(log.lines().filter((line) => line['event.name'] === 'span.content')).toHaveLength(1000);
    expect(tracer.stats().internalErrors).toBe(5);
  });
});

describe('content kept apart', () => {
  it('stands on lines of its own, in a log of its own', () => {
    const open = memoryLog();
    const restricted = memoryLog();
    const tracer = createTracer({
      logger: open.logger,
      content: { destination: restricted.logger },
      statsIntervalSeconds: 0,
    });
    const observed: unknown[] = [];
    tracer.onRecord((record) => observed.push(record));
    call(tracer);
    tracer.startSpan({ name: 'no content' }).end();
    expect(open.lines()).toHaveLength(2);
    expect(open.raw().join('')).not.toContain('Hello');
    expect(open.lines()[0]).toMatchObject({
      'spanline.content.ref': open.lines()[0]?.['span_id'],
      'spanline.content.input_bytes': expect.any(Number) as number,
    });
    expect(restricted.lines()).toHaveLength(1);
    expect(restricted.lines()[0]).toMatchObject({
      'event.name': 'span.content',
      span_id: open.lines()[0]?.['span_id'],
    });
    expect(restricted.lines()[0]?.['gen_ai.output.messages']).toContain('Hello');
    expect(observed[0]).toHaveProperty(['gen_ai.output.messages']);
    const ids = [...open.lines(), ...restricted.lines()].map((line) => line['event.id']);
    expect(new Set(ids).size).toBe(3);
  });
});

describe('a capture policy', () => {
  it('sees the scores of the trace so far', () => {
    const log = memoryLog();
    const tracer = createTracer({
      logger: log.logger,
      statsIntervalSeconds: 0,
      capture: ({ scores }) => (scores['helpful'] === 0 ? 'full' : 'metadata'),
    });
    tracer.withSpan({ name: 'root', type: 'chain', input: 'mail a@b.org' }, () => {
      tracer.startSpan({ name: 'before', type: 'chain', input: 'x' }).end();
      tracer.score({ name: 'helpful', value: 0 });
    });
    expect(log.records().map((record) => record['spanline.input'])).toEqual([undefined, '"mail a@b.org"']);
  });
});
