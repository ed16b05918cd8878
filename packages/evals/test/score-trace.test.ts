/** Scores of traces that were logged before. */
import { expect, it } from 'vitest';
import { createTracer, retrieverSpan, type Tracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { createEvals, feedback, field, groundedness, judge, scoreCosts, scoreTrace } from '@spanline/evals';
import type { SpanRecord } from '@spanline/record';

const faithfulness = feedback({
  name: 'faithfulness',
  on: { answer: field.answer, documents: field.documents },
  fn: groundedness(),
});
const searched = feedback({ name: 'searched', when: 'retriever', on: { documents: field.documents }, fn: () => 1 });
const tools = feedback({ name: 'tools', on: { calls: field.toolCalls }, fn: ({ calls }) => JSON.stringify(calls) });

/** A request with a search, a model call and a tool, whose answer has an invented number. */
async function ask(tracer: Tracer): Promise<void> {
  await tracer.withSpan({ name: 'ask', type: 'chain', input: 'How long?', labels: { tier: 'gold' } }, async () => {
    await retrieverSpan({ tracer, query: 'notice' }, async () => [{ content: 'The notice period is three months.' }]);
    await tracer.withSpan({ name: 'clock', type: 'tool' }, async (span) => {
      span.set({ 'gen_ai.tool.name': 'clock', 'gen_ai.tool.call.arguments': { zone: 'UTC' } });
      span.output('noon');
    });
    await tracer.withSpan({ name: 'chat', type: 'llm' }, async (span) => {
      span.input([{ role: 'user', content: 'How long?' }]);
      span.output([{ role: 'assistant', content: 'The notice period is 77 months.' }]);
    });
  });
}

const facts = (records: readonly SpanRecord[]) =>
  records
    .filter((record) => record['event.name'] === 'gen_ai.evaluation.result')
    .map((record) => [
      record['gen_ai.evaluation.name'],
      record['gen_ai.evaluation.score.value'],
      record['spanline.evaluation.label'],
      record['gen_ai.evaluation.explanation'],
      record.span_id,
      record.trace_id,
    ])
    .toSorted();

it('gives a trace the scores that it would have got while it ran', async () => {
  const [live, late] = [memoryLog(), memoryLog()];
  const tracer = createTracer({ logger: live.logger, statsIntervalSeconds: 0, capture: 'full' });
  const evals = createEvals({ tracer, feedback: [faithfulness, searched, tools] });
  await ask(tracer);
  await evals.close();
  const written = live.lines() as SpanRecord[];
  const spans = written.filter((record) => record['event.name'] === 'span.end');
  const other = createTracer({ logger: late.logger, statsIntervalSeconds: 0, capture: 'full' });
  const { scores, failures } = await scoreTrace(spans.toReversed(), {
    feedback: [faithfulness, searched, tools],
    tracer: other,
  });
  expect(failures).toEqual([]);
  expect(scores.map(({ name }) => name).toSorted()).toEqual(['faithfulness', 'searched', 'tools']);
  expect(facts(late.lines() as SpanRecord[])).toEqual(facts(written));
  expect(facts(written)).toHaveLength(3);
});

it('returns failures of evaluators, writes no score for them, and scores the others', async () => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full' });
  await ask(tracer);
  const broken = feedback({
    name: 'broken',
    on: { answer: field.answer },
    fn: () => {
      throw new RangeError('no');
    },
  });
  const never = feedback({ name: 'never', on: { answer: field.answer }, fn: () => new Promise<number>(() => {}) });
  const lines = log.lines() as SpanRecord[];
  const { scores, failures } = await scoreTrace(lines, {
    feedback: [broken, never, faithfulness],
    tracer,
    timeoutMs: 5,
  });
  expect(scores).toMatchObject([{ name: 'faithfulness', value: 0 }]);
  expect(failures.map(({ name }) => name)).toEqual(['broken', 'never']);
  expect(facts(log.lines() as SpanRecord[]).map(([name]) => name)).toEqual(['faithfulness']);
});

it('gives a judge a span of its own that is linked to the trace', async () => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full' });
  await ask(tracer);
  const lines = log.lines() as SpanRecord[];
  const judged = feedback({ name: 'good', source: 'llm_judge', on: { answer: field.answer }, fn: async () => 0.5 });
  await scoreTrace(lines, { feedback: [judged], tracer });
  const span = (log.lines() as SpanRecord[]).find((record) => record['span.name'] === 'evaluate good');
  expect(span?.['spanline.link.trace_id']).toBe(lines[0]?.trace_id);
  expect(span?.trace_id).not.toBe(lines[0]?.trace_id);
});

it('tells the most that the scores of a trace cost, and asks nothing', async () => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full' });
  await ask(tracer);
  await tracer.flush();
  let asked = 0;
  const client = (): string => String(asked++);
  const judged = (name: string, options: object) =>
    feedback({
      name,
      source: 'llm_judge',
      on: { answer: field.answer },
      fn: judge({ client, rubric: 'Is it short?', tracer, ...options }),
    });
  const own = feedback({ name: 'own', source: 'llm_judge', on: { answer: field.answer }, fn: () => 1 });
  const priced = judged('priced', { model: 'gpt-4o-mini', maxTokens: 1_000 });
  const costs = scoreCosts(log.lines(), [
    searched,
    priced,
    judged('stated', { callUsd: 0.5 }),
    judged('unknown', { model: 'house-7b' }),
    own,
  ]);
  const byName = new Map(costs.map(({ name, source, mostUsd }) => [name, [source, mostUsd]]));
  expect([...byName].map(([name, cost]) => [name, ...cost]).toSorted()).toEqual([
    ['own', 'llm_judge', undefined],
    // 1,000 tokens of an answer cost $0.0006; the request is shorter than 2,000 tokens.
    ['priced', 'llm_judge', expect.closeTo(0.00075, 3)],
    ['searched', 'code', 0],
    ['stated', 'llm_judge', 0.5],
    ['unknown', 'llm_judge', undefined],
  ]);
  expect(costs.find(({ name }) => name === 'priced')?.mostUsd).toBeGreaterThan(0.0006);
  expect(asked).toBe(0);
});
