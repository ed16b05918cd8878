import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/effort.ts';
import type { TracerOptions } from '../../src/api/index.ts';
import { createTracer, type Message, reconstructMessages } from '../../src/index.ts';
import { memoryLog } from '../../src/testing.ts';

const message = (role: string, content: string): Message => ({ role, parts: [{ type: 'text', content }] });

/** An agent's loop: the state grows by a call and its result, and stands in the input and output of every node. */
function runAgent(turns: number, options: TracerOptions = {}) {
  const log = memoryLog();
  const tracer = createTracer({
    logger: log.logger,
    statsIntervalSeconds: 0,
    capture: 'full',
    limits: { lineBytes: 4e6, fieldBytes: 2e6 },
    ...options,
  });
  const state: Message[] = [
    message('system', 'You are an assistant. '.repeat(10)),
    message('user', 'What is the weather in all of these towns?'),
  ];
  const before = (): { messages: Message[] } => ({ messages: [...state] });
  tracer.withSpan({ name: 'agent', type: 'agent', input: before() }, (root) => {
    for (let turn = 0; turn <= turns; turn++) {
      tracer.withSpan({ name: 'model_request', type: 'chain', input: before() }, (node) => {
        const answer = message('assistant', `calling the tool for town ${turn} `.repeat(8));
        tracer.withSpan(
          { name: 'chat', type: 'llm' },
          (call) => void call.input([...state]).output([{ ...answer, finish_reason: 'stop' }]),
        );
        state.push(answer);
        node.output(before());
      });
      if (turn === turns) break;
      tracer.withSpan({ name: 'tools', type: 'chain', input: before() }, (node) => {
        state.push(message('tool', `the weather in town ${turn} is fine `.repeat(40)));
        node.output(before());
      });
    }
    root.output(before());
  });
  const bytes = log.raw().reduce((sum, line) => sum + line.length, 0);
  const unique = state.reduce((sum, entry) => sum + JSON.stringify(entry).length, 0);
  return { log, bytes, unique, state };
}

describe('messages that stand on an earlier line', () => {
  it('are references in containers, and whole in model calls', () => {
    const { log } = runAgent(2);
    const [call, node] = log.records();
    expect(JSON.parse(call?.['gen_ai.input.messages'] ?? '')).toHaveLength(2);
    expect(call?.['gen_ai.input.messages']).not.toContain('"ref"');
    const { messages } = JSON.parse(node?.['spanline.input'] ?? '') as { messages: unknown[] };
    expect(messages).toEqual([{ ref: `${call?.span_id}#i0-1` }]);
    expect(JSON.parse(node?.['spanline.output'] ?? '')).toEqual({
      messages: [{ ref: `${call?.span_id}#i0-1` }, { ref: `${call?.span_id}#o0` }],
    });
  });

  it.each([5, 10, 20, 40])('keep an agent with %i tool calls linear', (turns) => {
    const everything = runAgent(turns, { deltas: 'none' }).bytes;
    const { bytes: byDefault } = runAgent(turns);
    const { bytes: all, unique } = runAgent(turns, { deltas: 'all' });
    expect(byDefault / everything).toBeLessThan(0.35);
    expect(all / everything).toBeLessThan(0.2);
    expect(all / unique).toBeLessThan(turns > 5 ? 3 : 3.2);
    expect(all).toBeGreaterThan(unique);
  });

  it('are given back, whatever was referred to', () => {
    for (const deltas of ['containers', 'all'] as const) {
      const { log, state } = runAgent(4, { deltas });
      const root = log.records().at(-1);
      const { output, missing } = reconstructMessages(log.raw(), root?.span_id ?? '') ?? {};
      expect(missing).toEqual([]);
      expect(output).toEqual({ messages: state });
      for (const record of log.records()) {
        expect(reconstructMessages(log.raw().toReversed(), record.span_id ?? '')?.missing).toEqual([]);
      }
    }
  });

  it('of any shape are the same with and without references', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 0, maxLength: 120 }).map((value) => value.toWellFormed());
    const messages = fc.array(fc.tuple(fc.constantFrom('user', 'assistant', 'tool'), text), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(messages, { maxLength: 6 }), (states) => {
        const seen = (['none', 'containers', 'all'] as const).map((deltas) => {
          const log = memoryLog();
          const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full', deltas });
          tracer.withSpan({ name: 'root', type: 'chain' }, () => {
            for (const [index, state] of states.entries()) {
              const value = state.map(([role, content]) => message(role, content));
              tracer.withSpan({ name: 'step', type: index % 2 === 0 ? 'llm' : 'chain' }, (span) => {
                span.input(value).output(value.slice(0, 2));
              });
            }
          });
          return log.records().map((record) => {
            const { input, output, missing } = reconstructMessages(log.raw(), record.span_id ?? '') ?? {};
            return { input, output, missing };
          });
        });
        expect(seen[1]).toEqual(seen[0]);
        expect(seen[2]).toEqual(seen[0]);
      }),
      { numRuns: runs(25, 500) },
    );
  });

  it('are given back wherever in a value they stand', () => {
    const text = fc.constantFrom(
      'Hello.',
      'The weather in all of these towns is fine today.',
      'x'.repeat(700),
      'ä"\\'.repeat(30),
    );
    const part = fc.oneof(
      text.map((content) => ({ type: 'text', content })),
      fc.record({
        type: fc.constant('tool_call'),
        id: fc.constantFrom('c1', 'c2'),
        name: fc.constant('weather'),
        arguments: fc.dictionary(fc.constantFrom('city', 'role', 'ref', 'a b'), text, { noNullPrototype: true }),
      }),
      fc.record({
        type: fc.constant('nested'),
        inner: fc.record({ role: fc.constant('user'), parts: fc.constant([]) }),
      }),
    );
    const bare = fc.tuple(fc.constantFrom('user', 'assistant', 'tool'), fc.array(part, { maxLength: 3 }));
    const anywhere = bare.chain(([role, parts]) =>
      fc.constantFrom<object>(
        { role, parts },
        { finish_reason: 'stop', role, parts },
        { role, finish_reason: 'stop', parts },
        { role, parts, name: 'n' },
      ),
    );
    const value = fc.oneof(
      fc.array(anywhere, { maxLength: 5 }),
      fc.record({ messages: fc.array(anywhere, { maxLength: 5 }), last: anywhere, count: fc.nat() }),
      fc.array(
        fc.oneof(
          anywhere,
          fc.constant('between'),
          fc.constant({ ref: 'no reference' }),
          fc.constant({
            role: 'user',
            parts: 'no list of parts, and long enough for a reference to be shorter than it',
          }),
          fc.constant({ role: 'user', parts: Array.from({ length: 40 }, (_, index) => index + 0.5) }),
          fc.array(anywhere, { maxLength: 2 }),
        ),
        { maxLength: 5 },
      ),
    );
    const withoutReasons = (given: unknown): unknown =>
      JSON.parse(JSON.stringify(given), (key, entry: unknown) => {
        if (key === 'finish_reason') return undefined;
        return Array.isArray(entry) && entry[0] === 0.5 ? { vector_dimensions: entry.length } : entry;
      });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), (values) => {
        for (const deltas of ['containers', 'all'] as const) {
          const log = memoryLog();
          const tracer = createTracer({
            logger: log.logger,
            statsIntervalSeconds: 0,
            capture: 'full',
            deltas,
            limits: { lineBytes: 4e5, fieldBytes: 2e5 },
          });
          tracer.withSpan({ name: 'root', type: 'chain' }, () => {
            for (const given of values) {
              tracer.withSpan({ name: 'step', type: 'chain' }, (span) => void span.input(given).output(given));
            }
          });
          for (const [index, given] of values.entries()) {
            const { input, output, missing } =
              reconstructMessages(log.raw(), log.records()[index]?.span_id ?? '') ?? {};
            expect(missing).toEqual([]);
            expect(withoutReasons(input)).toEqual(withoutReasons(given));
            expect(withoutReasons(output)).toEqual(withoutReasons(given));
          }
        }
      }),
      { numRuns: runs(50, 1000) },
    );
  });

  it('are one message with and without the reason of its end, wherever that stands', () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full' });
    const { role, parts } = message('assistant', 'The weather in all of these towns is fine today.');
    const step = (input: unknown): void =>
      tracer.withSpan({ name: 'step', type: 'chain' }, (span) => void span.input(input));
    tracer.withSpan({ name: 'root', type: 'chain' }, () => {
      step([{ finish_reason: 'stop', role, parts }]);
      for (const given of [
        { role, parts },
        { role, finish_reason: 'stop', parts },
        { role, parts, finish_reason: 'length' },
      ])
        step([given]);
    });
    const [first, ...others] = log.records();
    for (const record of others.slice(0, 3)) expect(record['spanline.input']).toBe(`[{"ref":"${first?.span_id}#i0"}]`);
  });

  it('are counted behind references that the application handed over', () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full' });
    const state = ['one', 'two', 'three'].map((word) => message('user', `${word} `.repeat(30)));
    tracer.withSpan({ name: 'root', type: 'chain' }, () => {
      const step = (type: 'llm' | 'chain', input: unknown): string =>
        tracer.withSpan(
          { name: 'step', type },
          (span) => span.set({ [type === 'llm' ? 'gen_ai.input.messages' : 'spanline.input']: input }).spanId,
        );
      const call = step('llm', state.slice(0, 2));
      step('chain', { earlier: [{ ref: `${call}#i0-1` }], messages: [state[2]] });
      step('chain', [state[2]]);
    });
    const [, before, last] = log.records();
    expect(last?.['spanline.input']).toBe(`[{"ref":"${before?.span_id}#i2"}]`);
    expect(reconstructMessages(log.raw(), last?.span_id ?? '')).toMatchObject({ input: [state[2]], missing: [] });
  });

  it('that were cut, or whose line is not there, are named', () => {
    const { log } = runAgent(3, { limits: {} });
    const records = log.records();
    const withoutFirst = log.raw().slice(1);
    const node = records[1]?.span_id ?? '';
    expect(reconstructMessages(withoutFirst, node)?.missing[0]).toMatchObject({ reason: 'no line' });
    const large = memoryLog();
    const tracer = createTracer({ logger: large.logger, statsIntervalSeconds: 0 });
    tracer.withSpan({ name: 'node', type: 'chain' }, (span) => {
      const long = [message('user', 'word '.repeat(5000))];
      tracer.withSpan({ name: 'chat', type: 'llm' }, (call) => void call.input(long));
      span.input(long);
    });
    const container = large.records().at(-1)?.span_id ?? '';
    expect(reconstructMessages(large.raw(), container)?.missing[0]).toMatchObject({ reason: 'truncated' });
    expect(reconstructMessages(large.raw(), 'ffffffffffffffff')).toBeUndefined();
  });

  it('are written whole where only roots are written', () => {
    const { log } = runAgent(2, { sampling: { spans: 'roots' } });
    expect(log.raw().join('')).not.toContain('"ref');
  });

  it('are known from fields of short messages, however many came before', () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full' });
    const step = (input: unknown): void =>
      tracer.withSpan({ name: 'step', type: 'chain' }, (span) => void span.input(input));
    const short = (text: string): unknown => ({ role: 'ai', parts: [text] });
    tracer.withSpan({ name: 'root', type: 'chain' }, () => {
      for (let index = 0; index < 600; index++) step([short(String(index))]);
      step([short('599'), short('0')]);
      step({ before: [short('599'), short('0')], after: [short('599')] });
    });
    const [pair, state] = log.records().slice(600, 602);
    expect(pair?.['spanline.input']).toBe(JSON.stringify([short('599'), short('0')]));
    expect(JSON.parse(state?.['spanline.input'] ?? '')).toEqual({
      before: [{ ref: `${pair?.span_id}#i0-1` }],
      after: [short('599')],
    });
  });

  it('are references within the first field of a trace that has messages', () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full' });
    const messages = [message('system', 'You answer questions.'), message('user', 'How is the weather in Oslo?')];
    tracer.withSpan({ name: 'step', type: 'chain' }, (span) => void span.input({ before: messages, after: messages }));
    const [record] = log.records();
    expect(JSON.parse(record?.['spanline.input'] ?? '')).toEqual({
      before: messages,
      after: [{ ref: `${record?.span_id}#i0-1` }],
    });
  });
});
