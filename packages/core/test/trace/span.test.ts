import { on } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Span, SpanOptions } from '../../src/api/index.ts';
import { createTracer, observe, validate } from '../../src/index.ts';
import { memoryLog } from '../../src/testing.ts';

function setUp(options: Parameters<typeof createTracer>[0] = {}) {
  const log = memoryLog();
  const tracer = createTracer({ service: { name: 'test' }, logger: log.logger, statsIntervalSeconds: 0, ...options });
  const start = (name: string, more: Partial<SpanOptions> = {}): Span =>
    tracer.startSpan({ name, type: 'task', ...more });
  return { log, tracer, start };
}

/** A clock that only moves when told. */
function manualClock() {
  let ms = 1_763_888_888_000.125;
  return { now: () => ms, monotonic: () => ms, advance: (by: number) => void (ms += by) };
}

describe('a span', () => {
  it('is written once, when it ends, with ids, times and status', () => {
    const clock = manualClock();
    const { log, start } = setUp({ clock });
    const span = start('work');
    clock.advance(12.5);
    span.end();
    span.end({ status: 'error' });
    expect(log.records()).toHaveLength(1);
    expect(log.records()[0]).toMatchObject({
      '@timestamp': '2025-11-23T09:08:08.012Z',
      'event.start': '2025-11-23T09:08:08.000125Z',
      'event.duration': 12_500_000,
      duration_ms: 12.5,
      'span.name': 'work',
      'span.status': 'ok',
      'event.outcome': 'success',
      trace_id: span.traceId,
      span_id: span.spanId,
      'service.name': 'test',
    });
  });

  it('has ids and a kind that are what they should be, whatever it is given', () => {
    const { log, tracer, start } = setUp({ parentContext: () => ({ traceId: 'not "hex"', spanId: 'x' }) });
    start('foreign').end();
    start('remote', { parent: { traceId: '"', spanId: '"', traceFlags: 1 } as never }).end();
    start('kind', { kind: 'x"y' as never }).end();
    const records = log.records();
    for (const record of records) expect(validate(record)).toEqual({ valid: true });
    expect(records).toHaveLength(3);
    expect(records.every((record) => record.parent_span_id === undefined)).toBe(true);
    expect(records[2]?.['span.kind']).toBe('INTERNAL');
    expect(tracer.stats().internalErrors).toBe(2);
  });

  it('with options that do not exist is written, and each is counted and named once', async () => {
    const { log, tracer, start } = setUp();
    const warnings = on(process, 'warning') as AsyncIterable<[Error]>;
    const named = new Set<string>();
    tracer.withSpan({ name: 'asked', atributes: { 'gen_ai.request.model': 'm' } } as never, () => 7);
    tracer.startSpan({ name: 'asked', label: { a: 1 }, kin: 'CLIENT' } as never).end();
    tracer.startSpan({ name: 'asked', label: { a: 1 } } as never).end();
    observe(() => 7, { tracer, perCall: () => ({ label: {} }) as never })();
    start('right').end();
    expect(log.records()).toHaveLength(5);
    expect(tracer.stats().internalErrors).toBe(5);
    for await (const [{ message }] of warnings) {
      const option = /in (startSpan|perCall) option (\w+) \(unknown\)/.exec(message);
      if (option === null) continue;
      expect(named).not.toContain(`${option[1]} ${option[2]}`);
      if (named.add(`${option[1]} ${option[2]}`).size === 4) break;
    }
    expect([...named]).toEqual(['startSpan atributes', 'startSpan label', 'startSpan kin', 'perCall label']);
  });

  it('stands under an explicit parent, else under the current span, else alone', () => {
    const { log, tracer, start } = setUp();
    const root = start('root');
    const child = tracer.run(root, () => start('child'));
    const other = start('other', { parent: root });
    const alone = start('alone');
    for (const span of [alone, other, child, root]) span.end();
    const parents = Object.fromEntries(log.records().map((record) => [record['span.name'], record.parent_span_id]));
    expect(parents).toEqual({ alone: undefined, other: root.spanId, child: root.spanId, root: undefined });
    expect(alone.traceId).not.toBe(root.traceId);
  });

  it('takes nothing more after its end', () => {
    const { log, start } = setUp();
    const span = start('work');
    span.end();
    span
      .set({ 'gen_ai.request.model': 'late' })
      .label('a', 1)
      .tag('t')
      .fail(new Error('late'))
      .updateName('late')
      .end();
    expect(log.lines()).toHaveLength(1);
    expect(JSON.stringify(log.lines())).not.toContain('late"');
  });

  it('writes zero, false and the empty list, and ignores undefined', () => {
    const { log, start } = setUp();
    start('work', {
      attributes: {
        'gen_ai.request.temperature': 0,
        'gen_ai.request.stream': false,
        'gen_ai.response.finish_reasons': [],
        'gen_ai.request.model': undefined,
      },
    }).end();
    const [record] = log.records();
    expect(record).toMatchObject({
      'gen_ai.request.temperature': 0,
      'gen_ai.request.stream': false,
      'gen_ai.response.finish_reasons': [],
    });
    expect(log.lines()[0]).not.toHaveProperty('gen_ai.request.model');
  });

  it('cannot have its ids, times or status forged, and keeps unknown keys as labels', () => {
    const { log, tracer, start } = setUp();
    const span = start('work');
    span.set({ trace_id: 'forged', 'span.status': 'forged', my_key: 7 } as never).end();
    const [record] = log.records();
    expect(record?.trace_id).toBe(span.traceId);
    expect(record?.['span.status']).toBe('ok');
    expect(record?.['labels.my_key']).toBe(7);
    expect(tracer.stats().internalErrors).toBe(3);
  });

  it('leaves out attributes of the wrong type and counts them', () => {
    const { log, tracer, start } = setUp();
    start('work')
      .set({ 'gen_ai.usage.input_tokens': Number.NaN, 'gen_ai.request.stream': 'yes' } as never)
      .end();
    expect(log.lines()[0]).not.toHaveProperty('gen_ai.usage.input_tokens');
    expect(log.lines()[0]).not.toHaveProperty('gen_ai.request.stream');
    expect(tracer.stats().internalErrors).toBe(2);
  });

  it('takes at most 32 labels, with clean keys, and cannot be reached through __proto__', () => {
    const { log, start } = setUp();
    const span = start('work').label('tenant.id', 'a').label('__proto__', 'p').label('constructor', 'c');
    for (let index = 0; index < 100; index++) span.label(`k${index}`, index);
    span.end();
    const labels = Object.keys(log.lines()[0] ?? {}).filter((key) => key.startsWith('labels.'));
    expect(labels).toHaveLength(32);
    expect(labels.slice(0, 3)).toEqual(['labels.tenant_id', 'labels.__proto__', 'labels.constructor']);
    expect(({} as Record<string, unknown>).p).toBeUndefined();
  });

  it.each([
    ['ok', 'info', 'success'],
    ['error', 'error', 'failure'],
    ['aborted', 'warn', 'unknown'],
    ['abandoned', 'warn', 'unknown'],
    ['interrupted', 'info', 'unknown'],
    ['unfinished', 'warn', 'unknown'],
  ] as const)('that ended %s is logged at %s with outcome %s', (status, level, outcome) => {
    const { log, start } = setUp();
    start('work').end({ status });
    expect(log.records()[0]).toMatchObject({ level, 'event.outcome': outcome, 'span.status': status });
  });

  it('records its path with the names as they are at its end', () => {
    const { log, start } = setUp();
    const root = start('POST');
    const child = start('chain', { parent: root });
    root.updateName('POST /ask');
    start('chat gpt-4o', { parent: child }).end();
    expect(log.records()[0]?.['span.path']).toBe('POST /ask > chain > chat gpt-4o');
  });

  it('keeps paths of deep trees short', () => {
    const { log, start } = setUp();
    let span = start('s0');
    for (let depth = 1; depth < 5000; depth++) span = start(`s${depth}`, { parent: span });
    span.end();
    const path = log.records()[0]?.['span.path'] ?? '';
    expect(path.startsWith('… > s')).toBe(true);
    expect(path.split(' > ')).toHaveLength(13);
  });
});

describe('self time and roll-up', () => {
  it('count the time during which no child was open, and name the slowest step and the one with most tokens', () => {
    const clock = manualClock();
    const { log, start } = setUp({ clock });
    const root = start('root');
    clock.advance(10);
    const retrieve = start('retrieve', { parent: root, type: 'retriever' });
    clock.advance(20);
    retrieve.end();
    const chain = start('chain', { parent: root, type: 'chain' });
    clock.advance(5);
    const llm = start('chat', { parent: chain, type: 'llm' });
    llm.set({ 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 20, 'spanline.cost.usd': 0.002 });
    clock.advance(40);
    llm.end();
    chain.end();
    root.end();
    expect(log.records().at(-1)).toMatchObject({
      'span.name': 'root',
      'spanline.rollup.spans': 4,
      'spanline.rollup.open': 0,
      'spanline.rollup.errors': 0,
      'spanline.rollup.llm_calls': 1,
      'spanline.rollup.llm_ms': 40,
      'spanline.rollup.input_tokens': 100,
      'spanline.rollup.output_tokens': 20,
      'spanline.rollup.cost_usd': 0.002,
      'spanline.rollup.slowest.name': 'chat',
      'spanline.rollup.slowest.self_ms': 40,
      'spanline.rollup.tokens_top.name': 'chat',
      'spanline.rollup.tokens_top.tokens': 120,
    });
    expect(Object.keys(log.lines()[0] ?? {}).some((key) => key.startsWith('spanline.rollup'))).toBe(false);
  });

  it('say what was open when the root ended, and mark what ends later', () => {
    const { log, start } = setUp();
    const root = start('root');
    const child = start('child', { parent: root });
    root.end();
    child.end();
    expect(log.records()[0]).toMatchObject({ 'span.name': 'root', 'spanline.rollup.open': 1 });
    expect(log.records()[1]).toMatchObject({ 'span.name': 'child', 'spanline.late': true });
  });

  it('count an error where it arose, not where it passed through', () => {
    const { log, start } = setUp();
    const error = new TypeError('boom');
    const root = start('root');
    const chain = start('chain', { parent: root });
    const tool = start('tool', { parent: chain, type: 'tool' });
    tool.fail(error).end();
    chain.fail(error).end();
    root.fail(new Error('wrapped', { cause: error })).end();
    const [toolLine, chainLine, rootLine] = log.records();
    expect(toolLine).toMatchObject({ 'error.type': 'TypeError', 'error.message': 'boom' });
    expect(toolLine?.['error.stack']).toContain('boom');
    expect(toolLine?.['spanline.error.propagated']).toBeUndefined();
    expect(chainLine).toMatchObject({ 'spanline.error.propagated': true, 'span.status': 'error' });
    expect(rootLine).toMatchObject({ 'spanline.error.propagated': true, 'spanline.rollup.errors': 1 });
  });

  it('list the documents that were retrieved', () => {
    const { log, start } = setUp();
    const root = start('root');
    start('retrieval docs', { parent: root, type: 'retriever' })
      .input('how?')
      .output([
        { id: 'a', score: 0.9, content: 'x' },
        { id: 'b', score: 0.72, content: 'y' },
      ])
      .end();
    root.end();
    expect(log.records()[0]).toMatchObject({
      'spanline.retrieval.count': 2,
      'spanline.retrieval.score_min': 0.72,
      'spanline.retrieval.score_max': 0.9,
      'spanline.retrieval.empty': false,
      'gen_ai.retrieval.query.text': 'how?',
    });
    expect(log.records()[1]?.['spanline.sources']).toEqual(['a', 'b']);
  });
});

describe('the tracer', () => {
  it('closes the oldest span as abandoned when too many are open', () => {
    const { log, tracer, start } = setUp({ maxOpenSpans: 3 });
    for (let index = 0; index < 5; index++) start(`s${index}`);
    expect(log.records().map((record) => [record['span.name'], record['span.status']])).toEqual([
      ['s0', 'abandoned'],
      ['s1', 'abandoned'],
    ]);
    expect(tracer.stats()).toMatchObject({ open: 3, unfinished: 2 });
  });

  it('writes open spans as unfinished when it shuts down, children first', async () => {
    const { log, tracer, start } = setUp();
    const root = start('root');
    start('child', { parent: root });
    await tracer.shutdown();
    expect(log.records().map((record) => [record['span.name'], record['span.status']])).toEqual([
      ['child', 'unfinished'],
      ['root', 'unfinished'],
    ]);
  });

  it('shows ended spans raw to span observers, and captured to record observers', () => {
    const { tracer, start } = setUp({ capture: 'metadata' });
    const raw: unknown[] = [];
    const captured: object[] = [];
    tracer.onSpanEnd((ended) => raw.push(ended.attributes['spanline.input']));
    const stop = tracer.onRecord((record) => captured.push(record));
    tracer.onRecord(() => {
      throw new Error('observer');
    });
    start('work').input('secret').end();
    stop();
    start('work').end();
    expect(raw).toEqual(['secret', undefined]);
    expect(captured).toHaveLength(1);
    expect(JSON.stringify(captured)).not.toContain('secret');
    expect(tracer.stats().internalErrors).toBe(2);
  });

  it('keeps whole traces by ratio, and shows record observers every record', () => {
    const { log, tracer, start } = setUp({ sampling: { ratio: 0.3 } });
    let seen = 0;
    tracer.onRecord(() => seen++);
    for (let index = 0; index < 400; index++) {
      const root = start('root');
      start('child', { parent: root }).end();
      root.end();
    }
    const byTrace = new Map<string | undefined, number>();
    for (const { trace_id: id } of log.records()) byTrace.set(id, (byTrace.get(id) ?? 0) + 1);
    expect([...byTrace.values()].every((records) => records === 2)).toBe(true);
    expect(byTrace.size).toBeGreaterThan(60);
    expect(byTrace.size).toBeLessThan(180);
    expect(log.records()[0]?.['spanline.sample.ratio']).toBe(0.3);
    expect(seen).toBe(800);
    const { emitted, sampledOut } = tracer.stats();
    expect(emitted + sampledOut).toBe(800);
  });

  it('numbers its lines without a gap', () => {
    const { log, start } = setUp();
    for (let index = 0; index < 20; index++) start('work').end();
    const ids = log.records().map((record) => record['event.id'] ?? '');
    expect(ids.map((id) => Number(id.split('-')[1]))).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(new Set(ids.map((id) => id.split('-')[0])).size).toBe(1);
  });

  it('writes a start line when asked to', () => {
    const { log, start } = setUp({ emitStarts: true });
    const span = start('work');
    expect(log.lines()).toHaveLength(1);
    expect(log.lines()[0]).toMatchObject({ 'event.name': 'span.start', span_id: span.spanId });
    expect(log.lines()[0]).not.toHaveProperty('duration_ms');
    span.end();
    expect(log.lines()).toHaveLength(2);
  });

  it('does nothing when it is disabled, and runs the function', () => {
    const { log, tracer, start } = setUp({ enabled: false });
    expect(tracer.withSpan({ name: 'a', type: 'task' }, (span) => span.isRecording)).toBe(false);
    start('b').label('x', 1).end();
    tracer.score({ name: 's', value: 1 });
    expect(log.lines()).toEqual([]);
  });

  it('writes gauges and counters on the stats line', async () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, service: { name: 'test' } });
    tracer.gauge('queue.depth', () => 7);
    tracer.gauge('broken', () => {
      throw new Error('gauge');
    });
    tracer.startSpan({ name: 'work', type: 'task' }).end();
    await tracer.shutdown();
    expect(log.lines().at(-1)).toMatchObject({
      'event.name': 'spanline.stats',
      'spanline.stats.emitted': 1,
      'spanline.gauge.queue_depth': 7,
    });
  });
});

describe('scores', () => {
  it('join the current span, or the ids they are given', () => {
    const { log, tracer, start } = setUp();
    const span = start('work');
    tracer.run(span, () => tracer.score({ name: 'good', value: true, source: 'user' }));
    tracer.score({ name: 'style', value: 'formal', traceId: span.traceId, explanation: 'reads well' });
    tracer.score({ name: 'odd', value: 0.5, traceId: 'not an id' });
    expect(log.lines()[0]).toMatchObject({
      'event.name': 'gen_ai.evaluation.result',
      trace_id: span.traceId,
      span_id: span.spanId,
      'gen_ai.evaluation.score.value': 1,
      'spanline.evaluation.label': 'true',
      'spanline.evaluation.source': 'user',
    });
    expect(log.lines()[1]).toMatchObject({
      trace_id: span.traceId,
      'spanline.evaluation.label': 'formal',
      'gen_ai.evaluation.explanation': 'reads well',
    });
    expect(log.lines()[1]).not.toHaveProperty('gen_ai.evaluation.score.value');
    expect(log.lines()[2]).not.toHaveProperty('trace_id');
  });
});
