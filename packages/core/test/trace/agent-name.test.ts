import { expect, it } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';

it('model calls and tools say which agent they belong to: the innermost one', () => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const agent = (name: string, parent?: ReturnType<typeof tracer.startSpan>) =>
    tracer.startSpan({ name, type: 'agent', parent, attributes: { 'gen_ai.agent.name': name } });
  const planner = agent('planner');
  const tool = tracer.startSpan({ name: 'ask', type: 'tool', parent: planner });
  const step = tracer.startSpan({ name: 'step', type: 'chain', parent: tool });
  const writer = agent('writer', step);
  const call = tracer.startSpan({ name: 'chat', type: 'llm', parent: writer });
  const own = tracer.startSpan({
    name: 'chat own',
    type: 'llm',
    parent: writer,
    attributes: { 'gen_ai.agent.name': 'own' },
  });
  const outside = tracer.startSpan({ name: 'outside', type: 'llm', parent: null });
  writer.end();
  for (const span of [call, own, step, tool, planner, outside]) span.end();
  expect(log.records().map((record) => [record['span.name'], record['gen_ai.agent.name']])).toEqual([
    ['writer', 'writer'],
    ['chat', 'writer'],
    ['chat own', 'own'],
    ['step', undefined],
    ['ask', 'planner'],
    ['planner', 'planner'],
    ['outside', undefined],
  ]);
  expect(Object.keys(log.records()[3] ?? {})).not.toContain('gen_ai.agent.name');
});
