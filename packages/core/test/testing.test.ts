import { describe, expect, it } from 'vitest';
import { span } from '../../../test/support/printed-spans.ts';
import { createTracer, toDatadog, toEcs } from '../src/index.ts';
import { memoryLog, tree } from '../src/testing.ts';

describe('memoryLog', () => {
  it('has a line as soon as it was logged', () => {
    const log = memoryLog();
    log.logger.info({ port: 3000 }, 'listening');
    expect(log.lines()).toEqual([
      { '@timestamp': expect.any(String), level: 'info', message: 'listening', port: 3000 },
    ]);
    expect(log.raw()).toEqual([expect.stringMatching(/^\{.*\}$/)]);
  });

  it('gives finished spans as records, and nothing else', () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    log.logger.info('before');
    tracer.startSpan({ name: 'work', type: 'task' }).end();
    tracer.score({ name: 'good', value: 1 });
    expect(log.records().map((record) => record['span.name'])).toEqual(['work']);
    expect(log.lines()).toHaveLength(3);
  });

  it('reads records of every profile', () => {
    for (const profile of ['ecs', 'datadog'] as const) {
      const log = memoryLog({ profile });
      createTracer({ logger: log.logger, profile, statsIntervalSeconds: 0 })
        .startSpan({ name: 'work', type: 'task' })
        .end();
      expect(log.records()).toMatchObject([{ level: 'info', 'span.name': 'work', trace_id: expect.any(String) }]);
    }
  });

  it('forgets on request', () => {
    const log = memoryLog({ level: 'debug' });
    log.logger.debug('x');
    log.clear();
    expect(log.raw()).toEqual([]);
    log.logger.debug('y');
    expect(log.lines()).toMatchObject([{ message: 'y' }]);
  });

  it('hands out copies', () => {
    const log = memoryLog();
    log.logger.info('x');
    log.raw().pop();
    expect(log.raw()).toHaveLength(1);
  });
});

describe('tree', () => {
  const records = [
    span({ id: 'm', parent: 'c', name: 'chat gpt-4o-mini', type: 'llm', at: 20, 'gen_ai.usage.input_tokens': 12 }),
    span({ id: 's', parent: 'c', name: 'retrieval docs', type: 'retriever', at: 10, 'span.status': 'error' }),
    span({ id: 'c', parent: 'h', name: 'rag_chain', type: 'chain', at: 5 }),
    span({ id: 'h', name: 'POST /ask', type: 'http' }),
  ];
  const expected = [
    'http POST /ask',
    '  chain rag_chain',
    '    retriever retrieval docs [error]',
    '    llm chat gpt-4o-mini',
  ].join('\n');

  it('shows spans below their parents in the order of their start, whatever order the lines have', () => {
    expect(tree(records)).toBe(expected);
    expect(tree(records.toReversed())).toBe(expected);
  });

  it('takes text, objects and records of every profile', () => {
    expect(tree(records.map((record) => JSON.stringify(record)))).toBe(expected);
    expect(tree(records.map((record) => toEcs(record)))).toBe(expected);
    expect(tree(records.map((record) => toDatadog(record)))).toBe(expected);
  });

  it('skips what is no finished span', () => {
    const noise = ['not json', '', { message: 'x' }, span({ id: 'z', 'event.name': 'span.start' })];
    expect(tree([...noise, ...records])).toBe(expected);
    expect(tree(noise)).toBe('');
  });

  it('shows chosen attributes where a span has them', () => {
    expect(tree(records, { attributes: ['gen_ai.usage.input_tokens', 'span.kind'] })).toContain(
      'llm chat gpt-4o-mini gen_ai.usage.input_tokens=12',
    );
    expect(tree(records.slice(3), { attributes: ['gen_ai.usage.input_tokens'] })).toBe('http POST /ask');
  });

  it('shows spans without their parent apart, unless the parent is another process', () => {
    expect(tree(records.slice(0, 2))).toBe(
      '(missing parent)\n  retriever retrieval docs [error]\n  llm chat gpt-4o-mini',
    );
    expect(tree([span({ id: 'x', parent: 'gone', 'spanline.parent.remote': true })])).toBe('task x');
  });

  it('breaks ties of the start by event.id, then by the order of the lines', () => {
    const ordered = ['b-2', 'b-10', 'b-9'].map((id) => span({ id, parent: 'r', 'event.id': id }));
    expect(tree([...ordered, span({ id: 'r' })])).toBe('task r\n  task b-2\n  task b-9\n  task b-10');
    const equal = ['z', 'a'].map((id) => span({ id, parent: 'r', 'event.id': 'b-1' }));
    expect(tree([...equal, span({ id: 'r' })])).toBe('task r\n  task z\n  task a');
  });

  it('shows traces in the order of their first span', () => {
    const second = span({ id: 'second', at: 50, trace_id: '0'.repeat(31) + '1' });
    const first = span({ id: 'first', at: 20, trace_id: '0'.repeat(31) + '2' });
    expect(tree([second, first])).toBe('task first\ntask second');
  });
});
