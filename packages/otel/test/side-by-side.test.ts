/** One call that an instrumentation of ours and one of OpenTelemetry's record side by side, neither below the other. */
import { describe, expect, test } from 'vitest';
import { createTracer, type SpanRecord } from '@spanline/core';
import { controlledClock, memoryLog } from '@spanline/core/testing';
import { start } from './support/setup.ts';

const T0 = Date.UTC(2026, 5, 1, 12);

/** A record of a call: by whom, the id of the answer, its time in milliseconds, and its tokens. */
interface Recorded {
  readonly by: 'ours' | 'theirs' | 'others';
  readonly id?: string;
  readonly from?: number;
  readonly to?: number;
  readonly input?: number;
  readonly model?: string;
  readonly type?: 'llm' | 'embedding';
}

/** Records calls, each at its end, and returns the lines of those that were billed. */
function billed(calls: readonly Recorded[]): SpanRecord[] {
  const { otel, tracer, records } = start();
  for (const { by, id, from = 0, to = 1000, input = 40, model = 'gpt-4o', type = 'llm' } of calls) {
    const facts = {
      'gen_ai.request.model': model,
      ...(id === undefined ? {} : { 'gen_ai.response.id': id }),
      ...(input === 0 ? {} : { 'gen_ai.usage.input_tokens': input }),
    };
    const times = { startTime: T0 + from };
    if (by === 'theirs') {
      const operation = { 'gen_ai.operation.name': type === 'llm' ? 'chat' : 'embeddings' };
      otel.startSpan('call', { ...times, attributes: { ...facts, ...operation } }).end(T0 + to);
    } else {
      const scope = { name: by, version: '1.0.0' };
      tracer
        .startSpan({ name: 'call', type, parent: null, scope, attributes: facts, ...times })
        .end({ endTime: T0 + to });
    }
  }
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, emitted: calls.length });
  return records().filter((record) => record['span.type'] !== 'chain');
}

// OpenTelemetry's instrumentations are asked first, as in a program that starts its SDK before anything else.
const warmUp: Recorded = { by: 'theirs', id: 'before', from: -5000, to: -4000 };

const ONCE: Readonly<Record<string, readonly Recorded[]>> = {
  'with the same id': [
    { by: 'ours', id: 'a' },
    { by: 'theirs', id: 'a', from: 2, to: 998 },
  ],
  'with the same id, the other one first': [
    { by: 'theirs', id: 'a', from: 2, to: 998 },
    { by: 'ours', id: 'a' },
  ],
  'with the same id, counted in another way': [
    { by: 'ours', id: 'a', input: 40 },
    { by: 'theirs', id: 'a', input: 32 },
  ],
  'with the same id, on a busy machine': [
    { by: 'theirs', id: 'a', to: 500 },
    { by: 'ours', id: 'a', from: 450, to: 1000 },
  ],
  'with an id on one side only': [
    { by: 'ours', id: 'a' },
    { by: 'theirs', model: 'gpt-4o-2024-08-06' },
  ],
  'without an id, such as a request for vectors': [
    { by: 'ours', type: 'embedding' },
    { by: 'theirs', type: 'embedding' },
  ],
  'of which the second has no usage': [
    { by: 'ours', id: 'a' },
    { by: 'theirs', id: 'a', input: 0 },
  ],
  'by three instrumentations': [
    { by: 'ours', id: 'a' },
    { by: 'theirs', id: 'a' },
    { by: 'others', id: 'a' },
  ],
};

test.each(Object.entries(ONCE))('a call %s is billed once', (_, calls) => {
  expect(billed([warmUp, ...calls])).toHaveLength(2);
});

const EACH: Readonly<Record<string, readonly Recorded[]>> = {
  'at other times': [
    { by: 'ours', id: 'a' },
    { by: 'theirs', id: 'a', from: 1000, to: 2000 },
  ],
  'of one instrumentation, at once': [
    { by: 'ours', id: 'a' },
    { by: 'ours', id: 'a' },
  ],
  'with ids of their own': [
    { by: 'ours', id: 'a' },
    { by: 'theirs', id: 'b' },
  ],
  'of other models': [{ by: 'ours' }, { by: 'theirs', model: 'gpt-3.5-turbo' }],
  'with other tokens, without ids': [{ by: 'ours' }, { by: 'theirs', input: 41 }],
};

test.each(Object.entries(EACH))('two calls %s are both billed', (_, calls) => {
  expect(billed([warmUp, ...calls])).toHaveLength(3);
});

describe('calls that look the same', () => {
  test('are counted, not their records: each record stands for one call', () => {
    const both = Array.from({ length: 20 }, () => [{ by: 'ours' } as const, { by: 'theirs' } as const]).flat();
    expect(billed([warmUp, ...both])).toHaveLength(21);
    expect(billed([warmUp, ...both.toSorted((one, other) => one.by.localeCompare(other.by))])).toHaveLength(21);
  });

  test('are billed in each log', () => {
    const { otel, records } = start();
    const other = memoryLog();
    const tracer = createTracer({ logger: other.logger, statsIntervalSeconds: 0 });
    const facts = { 'gen_ai.response.id': 'a', 'gen_ai.usage.input_tokens': 40 };
    otel.startSpan('call', { startTime: T0, attributes: { ...facts, 'gen_ai.operation.name': 'chat' } }).end(T0 + 9);
    tracer.startSpan({ name: 'call', type: 'llm', startTime: T0, attributes: facts }).end({ endTime: T0 + 9 });
    expect([...records(), ...other.records()]).toMatchObject([{ 'span.type': 'llm' }, { 'span.type': 'llm' }]);
  });
});

test.each(['inner first', 'outer first'])('a call of a tool below a model call is another one: %s', (order) => {
  const { otel, tracer, records } = start();
  otel.startSpan('before').end();
  const attributes = { 'gen_ai.request.model': 'gpt-4o', 'gen_ai.usage.input_tokens': 40 };
  const call = (name: string) => ({ name, type: 'llm', scope: { name, version: '1' }, attributes }) as const;
  const outer = tracer.startSpan({ ...call('outer'), startTime: T0 });
  const tool = tracer.startSpan({ name: 'tool', type: 'tool', parent: outer, startTime: T0 });
  const inner = tracer.startSpan({ ...call('inner'), parent: tool, startTime: T0 });
  const ends = order === 'inner first' ? [inner, tool, outer] : [outer, tool, inner];
  for (const span of ends) span.end({ endTime: T0 + 1000 });
  const counts = records().map((record) => record['gen_ai.usage.input_tokens'] ?? 0);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(80);
});

test('the tokens of an agent whose calls were billed elsewhere are not billed again', () => {
  const { otel, tracer, records } = start();
  const facts = { 'gen_ai.response.id': 'a', 'gen_ai.usage.input_tokens': 40, 'gen_ai.usage.output_tokens': 12 };
  otel.startSpan('before').end();
  tracer
    .startSpan({ name: 'ours', type: 'llm', startTime: T0, scope: { name: 'ours', version: '1' }, attributes: facts })
    .end({ endTime: T0 + 1000 });
  otel.startActiveSpan('agent', { attributes: { 'gen_ai.operation.name': 'invoke_agent' } }, (agent) => {
    const call = otel.startSpan('call', { startTime: T0, attributes: { ...facts, 'gen_ai.operation.name': 'chat' } });
    call.end(T0 + 1000);
    agent.setAttributes({ 'gen_ai.usage.input_tokens': 40, 'gen_ai.usage.output_tokens': 12 }).end();
  });
  const counts = records().map((record) => record['gen_ai.usage.input_tokens']);
  expect(counts.filter((count) => count !== undefined)).toEqual([40]);
  expect(records().at(-1)).toMatchObject({ 'span.type': 'agent', 'spanline.rollup.llm_calls': 0 });
});

describe('short calls without ids, where the clock of OpenTelemetry has whole milliseconds', () => {
  const attributes = { 'gen_ai.request.model': 'text-embedding-3-small', 'gen_ai.usage.input_tokens': 4 };
  const scope = { name: 'ours', version: '1.0.0' };

  /** Ours and theirs begin and end so many milliseconds after each other, each for 1.2 ms. */
  function bills(apart: number, parent: 'in one trace' | 'in two traces'): number {
    const clock = controlledClock(T0 + 0.9);
    const { otel, tracer, records } = start({}, { clock });
    otel.startSpan('before').end();
    const outer = parent === 'in one trace' ? tracer.startSpan({ name: 'outer', type: 'task' }) : null;
    const ours = tracer.startSpan({ name: 'call', type: 'embedding', scope, attributes, parent: outer });
    clock.advance(apart);
    const startTime = Math.floor(clock.now());
    const options = { startTime, attributes: { ...attributes, 'gen_ai.operation.name': 'embeddings' } };
    const open = () => otel.startSpan('call', options);
    const theirs = outer === null ? open() : tracer.run(outer, open);
    clock.advance(1.2 - apart);
    ours.end();
    clock.advance(apart);
    theirs.end(startTime + 1.2);
    return records().filter((record) => record['span.type'] === 'embedding').length;
  }

  test('one that both record is billed once', () => {
    expect(bills(0.05, 'in two traces')).toBe(1);
    expect(bills(0.05, 'in one trace')).toBe(1);
  });

  test('in one trace it is enough that the two records overlap', () => {
    expect(bills(1.1, 'in one trace')).toBe(1);
    expect(bills(1.1, 'in two traces')).toBe(2);
  });
});
