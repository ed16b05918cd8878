import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, installAgain } from '../../../../test/support/second-installation.ts';
import type { Span } from '../../src/api/index.ts';
import * as first from '../../src/index.ts';
import * as firstInternal from '../../src/internal.ts';
import { type MemoryLog, memoryLog, tree } from '../../src/testing.ts';

function tracerOf(core: typeof first, log: MemoryLog): first.Tracer {
  return core.createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0 });
}

describe('two copies of this package', () => {
  let installation: Installation;
  let second: typeof first;
  let secondInternal: typeof firstInternal;

  beforeAll(async () => {
    installation = installAgain('core', 'record');
    second = await installation.load<typeof first>('core');
    secondInternal = await installation.load<typeof firstInternal>('core', 'internal.ts');
  }, 60_000);

  afterAll(() => installation.remove());

  it('share a trace, its roll-up and the numbers of redacted values', () => {
    const log = memoryLog();
    const tracers = [tracerOf(first, log), tracerOf(second, log)] as const;
    tracers[0].withSpan({ name: 'ask', type: 'chain', input: 'from a@b.example' }, () => {
      const attributes = { 'gen_ai.usage.input_tokens': 5 };
      tracers[1].withSpan({ name: 'chat', type: 'llm', attributes, input: 'to c@d.example' }, () => {
        expect(second.currentSpan()).toBe(first.currentSpan());
        tracers[0].startSpan({ name: 'look up', type: 'tool', input: 'c@d.example' }).end();
      });
    });
    expect(tree(log.lines())).toBe('chain ask\n  llm chat\n    tool look up');
    const [tool, chat, root] = log.records();
    expect(root).toMatchObject({ 'spanline.rollup.spans': 3, 'spanline.rollup.input_tokens': 5 });
    expect(JSON.stringify(tool)).toContain('[EMAIL_1]');
    expect(JSON.stringify(chat)).toContain('[EMAIL_1]');
    expect(JSON.stringify(root)).toContain('[EMAIL_2]');
  });

  it('agree on who writes a score, and on where faults are counted', () => {
    const log = memoryLog();
    const tracer = tracerOf(first, log);
    const span = tracer.startSpan({ name: 'answer' });
    tracer.run(span, () => second.score({ name: 'tone', value: 1 }));
    expect(log.lines()).toHaveLength(1);
    expect(log.lines()[0]).toMatchObject({ span_id: span.spanId, 'gen_ai.evaluation.name': 'tone' });
    secondInternal.createGuard(tracer)('test', () => {
      throw new Error('fault');
    });
    expect(tracer.stats().internalErrors).toBe(1);
  });

  it('have one default tracer', () => {
    const log = memoryLog();
    first.setDefaultTracer(tracerOf(first, log));
    second.toolSpan({ tool: 'lookup' }, () => first.observe(() => 1, { name: 'inside' })());
    expect(tree(log.lines())).toBe('tool execute_tool lookup\n  task inside');
    expect(second.defaultTracer()).toBe(first.defaultTracer());
    first.setDefaultTracer(undefined);
  });
});

/** A span of another version of this package, or of the application's own making. */
function foreignSpan({ traceId, spanId, type, name }: Span): Span {
  const span: Span = {
    traceId,
    spanId,
    type,
    name,
    isRecording: true,
    set: () => span,
    label: () => span,
    tag: () => span,
    input: () => span,
    output: () => span,
    updateName: () => span,
    fail: () => span,
    end: () => undefined,
  };
  return span;
}

describe('a span of another implementation', () => {
  it('is a parent by its ids, given or current', () => {
    const log = memoryLog();
    const tracer = tracerOf(first, log);
    const parent = foreignSpan(tracer.startSpan({ name: 'theirs', parent: null }));
    tracer.startSpan({ name: 'given', parent }).end();
    tracer.run(parent, () => tracer.startSpan({ name: 'current' }).end());
    const ids = { trace_id: parent.traceId, parent_span_id: parent.spanId, 'spanline.rollup.spans': 1 };
    expect(log.records()).toMatchObject([
      { 'span.name': 'given', ...ids },
      { 'span.name': 'current', ...ids },
    ]);
    expect(tracer.stats().internalErrors).toBe(0);
  });

  it('is not traced by the functions for instrumentations', () => {
    const tracer = tracerOf(first, memoryLog());
    const span = foreignSpan(tracer.startSpan({ name: 'theirs' }));
    firstInternal.linkTo(span, 'a'.repeat(32));
    firstInternal.onForcedEnd(span, () => undefined);
    firstInternal.endRetroactively(span, 5, 'ok');
    expect(Object.keys(span)).not.toContain('linkedTraceId');
    expect(firstInternal.contextValuesOf(span)).toBeUndefined();
    expect(firstInternal.attributesOf(span)).toBeUndefined();
    expect(firstInternal.instrumentationOf(span)).toBeUndefined();
    expect(firstInternal.parentOf(span)).toBeUndefined();
  });
});
