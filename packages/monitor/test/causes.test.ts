import { describe, expect, it } from 'vitest';
import type { SpanAttributes, SpanType } from '@spanline/core';
import { type AlertRule, CATALOG, type LikelyCause } from '../src/index.ts';
import { createWorld, MINUTE, type Served, type World } from './world.ts';

const SLOW: AlertRule = {
  name: 'Slow',
  metric: 'latency_p95_ms',
  threshold: 1000,
  comparison: 'gt',
  windowMinutes: 1,
  minSamples: 1,
};
const RERANK: AlertRule = { ...SLOW, perStep: true };
const MODEL = 'gen_ai.response.model';

const call = (attributes: SpanAttributes, ms = 10): Served => ({
  ms,
  step: 'chat',
  type: 'llm',
  attributes: { [MODEL]: 'gpt-4o', ...attributes },
});

/** The causes of the alert after usual requests and then `work`. */
function causesOf(rule: AlertRule, usual: Served, work: (world: World) => void): LikelyCause[] {
  const world = createWorld({ rules: [rule] });
  for (let minute = 0; minute < 20; minute++) {
    world.serve(usual);
    world.pass(MINUTE);
  }
  work(world);
  world.pass(MINUTE);
  expect(world.events()[0]).toBe('Slow fired');
  const lines = world.alertLines()[0]?.['spanline.alert.causes'] ?? [];
  const causes = [...(world.alerts[0]?.causes ?? [])];
  expect(lines).toEqual(causes.map(({ cause, evidence }) => `${cause}: ${evidence}`));
  return causes;
}

/** A trace that retrieves and reranks documents. */
function rerank(world: World, documents: number, ms: number): void {
  const { tracer } = world;
  const root = tracer.startSpan({ name: 'ask', type: 'chain' });
  const search = tracer.startSpan({ name: 'search', type: 'retriever', parent: root });
  search.set({ 'spanline.retrieval.count': documents }).end();
  const step = tracer.startSpan({ name: 'rerank', type: 'reranker', parent: root });
  const now = world.now();
  world.setClock(now + ms);
  step.end();
  root.end();
  world.setClock(now);
}

function tools(world: World, ...queries: string[]): void {
  const { tracer } = world;
  const root = tracer.startSpan({ name: 'agent', type: 'agent' });
  for (const q of queries) {
    const tool = tracer.startSpan({ name: 'search', type: 'tool', parent: root });
    tool.set({ 'gen_ai.tool.name': 'search', 'gen_ai.tool.call.arguments': { q } }).end();
  }
  const now = world.now();
  world.setClock(now + 5000);
  root.end();
  world.setClock(now);
}

describe('the traces of an alert', () => {
  const scored = (rule: AlertRule, values: (number | boolean)[]): number[] => {
    const world = createWorld({ rules: [rule] });
    const ids = values.map((value) => {
      const traceId = world.serve();
      world.tracer.score({ name: 'quality', value, traceId });
      return traceId;
    });
    world.pass(MINUTE);
    return (world.alerts[0]?.traceIds ?? []).map((traceId) => ids.indexOf(traceId));
  };

  it.each<[what: string, rule: Partial<AlertRule>, values: (number | boolean)[], worst: number[]]>([
    ['the lowest scores of what is too low', { comparison: 'lt', threshold: 0.5 }, [0.9, 0.1, 0.3, 0.2], [1, 3, 2, 0]],
    ['the highest of what is too high', { comparison: 'gt', threshold: 0.2 }, [0.9, 0.1, 0.3, 0.2], [0, 2, 3, 1]],
    ['positive results', { metric: 'quality_rate', comparison: 'gt', threshold: 0.1 }, [true, false, false], [0]],
    ['negative results', { metric: 'quality_rate', comparison: 'lt', threshold: 0.9 }, [true, false, true], [1]],
  ])('are %s', (_what, rule, values, worst) => {
    expect(scored({ ...SLOW, metric: 'quality_score', ...rule }, values)).toEqual(worst);
  });

  it.each<[metric: string, comparison: 'gt' | 'lt', type: SpanType, bad: SpanAttributes, good: SpanAttributes]>([
    [
      'tokens_per_second',
      'lt',
      'llm',
      { 'spanline.stream.tokens_per_second': 3 },
      { 'spanline.stream.tokens_per_second': 90 },
    ],
    ['cost_per_request_usd', 'gt', 'llm', { 'spanline.cost.usd': 9 }, { 'spanline.cost.usd': 1 }],
    ['total_tokens', 'gt', 'llm', { 'gen_ai.usage.input_tokens': 900 }, { 'gen_ai.usage.input_tokens': 100 }],
    [
      'cache_hit_ratio',
      'lt',
      'llm',
      { 'gen_ai.usage.input_tokens': 900, 'gen_ai.usage.cache_read.input_tokens': 0 },
      { 'gen_ai.usage.input_tokens': 900, 'gen_ai.usage.cache_read.input_tokens': 800 },
    ],
    [
      'rate_limit_remaining_ratio',
      'lt',
      'llm',
      { 'spanline.ratelimit.remaining_ratio': 0.01 },
      { 'spanline.ratelimit.remaining_ratio': 0.9 },
    ],
    [
      'retrieval_score',
      'lt',
      'retriever',
      { 'spanline.retrieval.score_max': 0.1 },
      { 'spanline.retrieval.score_max': 0.9 },
    ],
    [
      'documents_per_retrieval',
      'gt',
      'retriever',
      { 'spanline.retrieval.count': 80 },
      { 'spanline.retrieval.count': 5 },
    ],
    [
      'time_to_first_token_p50_ms',
      'gt',
      'llm',
      { 'gen_ai.response.time_to_first_chunk': 9 },
      { 'gen_ai.response.time_to_first_chunk': 1 },
    ],
  ])('are the worst first for %s', (metric, comparison, type, bad, good) => {
    const threshold = comparison === 'gt' ? 1e-9 : 1e9;
    const world = createWorld({ rules: [{ ...SLOW, metric, comparison, threshold }] });
    world.serve({ step: 'step', type, attributes: good });
    const worst = world.serve({ step: 'step', type, attributes: bad });
    world.serve({ step: 'step', type, attributes: good });
    world.pass(MINUTE);
    expect(world.alerts[0]?.traceIds[0]).toBe(worst);
  });
});

describe('a likely cause', () => {
  it('is an agent that loops', () => {
    const causes = causesOf(SLOW, {}, (world) => tools(world, 'a', 'b', 'a', 'a'));
    expect(causes).toEqual([
      { cause: 'repeated_tool_calls', evidence: 'One trace makes the same tool call 3 times: search {"q":"a"}' },
    ]);
    expect(causesOf(SLOW, {}, (world) => tools(world, 'a', 'b', 'c', 'a'))).toEqual([]);
  });

  it.each(['length', 'max_tokens', 'MAX_TOKENS'])('is an answer that does not end, with the reason %s', (reason) => {
    const cut = call({ 'gen_ai.response.finish_reasons': [reason] }, 9000);
    expect(causesOf(SLOW, call({}), (world) => [cut, cut].forEach((request) => world.serve(request)))).toContainEqual({
      cause: 'runaway_generation',
      evidence: 'In 2 of 2 traces an answer reached its limit of tokens',
    });
    const looping = call({ 'spanline.llm.repeat_ratio': 0.93 }, 9000);
    expect(causesOf(SLOW, call({}), (world) => void world.serve(looping))).toContainEqual({
      cause: 'runaway_generation',
      evidence: 'An answer repeats itself to 93 %',
    });
  });

  it('is an input of unusual length', () => {
    const causes = causesOf(SLOW, call({ 'gen_ai.usage.input_tokens': 1000 }), (world) => {
      for (let index = 0; index < 9; index++) world.serve(call({ 'gen_ai.usage.input_tokens': 920 + index * 20 }));
      for (const ms of [20_000, 20_001]) world.serve(call({ 'gen_ai.usage.input_tokens': 90_000 }, ms));
    });
    expect(causes).toContainEqual({
      cause: 'long_input',
      evidence: expect.stringMatching(
        /^A call has 90,000 input tokens, more than 81 % of the traces; half of them have at most 1,020$/,
      ) as string,
    });
  });

  it('is the step that takes the time', () => {
    const causes = causesOf(SLOW, {}, (world) => void world.serve({ ms: 7000, step: 'sql', type: 'tool' }));
    expect(causes).toEqual([
      { cause: 'slow_step', evidence: 'sql is the slowest step of 1 of 1 traces, up to 7,000 ms by itself' },
    ]);
  });

  it('is the innermost step that takes longer than usual', () => {
    const trace = (world: World, ms: number): void => {
      const { tracer } = world;
      const now = world.now();
      const root = tracer.startSpan({ name: 'ask', type: 'chain' });
      const outer = tracer.startSpan({ name: 'answer', type: 'chain', parent: root });
      const inner = tracer.startSpan({ name: 'rerank', type: 'reranker', parent: outer });
      world.setClock(now + ms);
      inner.end();
      const model = tracer.startSpan({ name: 'chat', type: 'llm', parent: outer });
      world.setClock(now + ms + 900);
      for (const span of [model, outer, root]) span.end();
      world.setClock(now);
    };
    const causes = causesOf({ ...SLOW, threshold: 2000 }, {}, (world) => {
      for (let index = 0; index < 9; index++) trace(world, 300);
      for (const ms of [21_000, 22_000, 23_000]) trace(world, ms);
    });
    expect(causes).toEqual([
      { cause: 'step_grew', evidence: 'rerank takes 22,000 ms in 3 of 3 traces, and 300 ms in 9 others' },
    ]);
  });

  it('is the step that uses more tokens than usual', () => {
    const rule: AlertRule = { ...SLOW, metric: 'tokens_per_request', threshold: 5000 };
    const causes = causesOf(
      rule,
      call({ 'gen_ai.usage.input_tokens': 900, 'gen_ai.usage.output_tokens': 100 }),
      (world) => {
        for (let index = 0; index < 5; index++) world.serve(call({ 'gen_ai.usage.input_tokens': 40_000 }));
      },
    );
    expect(causes).toContainEqual({
      cause: 'step_grew',
      evidence: 'chat uses 40,000 tokens in 5 of 5 traces, and 1,000 tokens in 20 others',
    });
  });

  it('is the step that grew, even if most traces are bad', () => {
    const causes = causesOf(SLOW, {}, (world) => {
      for (let index = 0; index < 6; index++) world.serve({ ms: 300, step: 'rerank' });
      for (let index = 0; index < 30; index++) world.serve({ ms: 9000 + index, step: 'rerank' });
    });
    expect(causes).toEqual([
      { cause: 'step_grew', evidence: 'rerank takes 9,027 ms in 5 of 5 traces, and 300 ms in 6 others' },
    ]);
  });

  it('is found in exemplars that are no longer among the recent traces', () => {
    const world = createWorld({ rules: [{ ...SLOW, metric: 'latency_p99_ms', windowMinutes: 15 }] });
    for (let index = 0; index < 80; index++) world.serve({ ms: 9000, step: 'rerank' });
    for (let second = 0; second < 180; second++) {
      world.setClock(world.now() + 1000);
      for (let index = 0; index < 35; index++) world.serve({ ms: 100, step: 'rerank' });
    }
    world.pass(MINUTE);
    expect(world.alerts[0]?.causes).toEqual([
      {
        cause: 'step_grew',
        evidence: expect.stringMatching(/^rerank takes 9,000 ms in 5 of 5 traces, and 100 ms/) as string,
      },
    ]);
  });

  it('is found in a sample of the traces of a busy service, long after them', () => {
    const rule: AlertRule = { ...SLOW, metric: 'latency_p99_ms', windowMinutes: 15, minSamples: 100 };
    const world = createWorld({ rules: [rule, CATALOG.promptInjection] });
    const burst = (slow: boolean): void => {
      for (let second = 0; second < 15; second++) {
        for (let index = 0; index < 200; index++) {
          world.serve({ ms: slow && index % 5 === 0 ? 9000 + index : 100, step: 'rerank' });
        }
        world.setClock(world.now() + 1000);
      }
      world.monitor.evaluate();
    };
    for (let round = 0; round < 4; round++) burst(false);
    burst(true);
    for (let round = 0; round < 2; round++) burst(false);
    expect(world.events()).toEqual(['Slow fired']);
    const [alert] = world.alerts;
    expect(alert?.traceIds).toHaveLength(5);
    const evidence = /^rerank takes 9,\d{3} ms in 5 of 5 traces, and 100 ms in [\d,]+ others$/;
    expect(alert?.causes).toEqual([{ cause: 'step_grew', evidence: expect.stringMatching(evidence) as string }]);
    const guard = { 'spanline.guardrail.name': 'injection', 'spanline.guardrail.action': 'block' };
    const ids = Array.from({ length: 3 }, () => {
      const traceId = world.serve({ step: 'guard', type: 'guardrail', attributes: guard });
      world.pass(40 * MINUTE);
      return traceId;
    });
    expect(world.events().filter((told) => told === 'Prompt Injection fired')).toHaveLength(3);
    const fired = world.alerts.filter(({ name, event }) => name === 'Prompt Injection' && event === 'fired');
    expect(fired.map(({ traceIds }) => traceIds)).toEqual(ids.map((id) => [id]));
  });

  it('is the step in which the errors arise', () => {
    const rule: AlertRule = { ...SLOW, metric: 'error_rate', threshold: 0.1 };
    const causes = causesOf(rule, {}, (world) => {
      for (let index = 0; index < 3; index++) world.serve({ step: 'rerank', fails: new TypeError('no') });
      world.serve({ step: 'search', fails: new RangeError('no') });
    });
    expect(causes).toEqual([{ cause: 'failing_step', evidence: 'rerank fails with TypeError in 3 of 4 traces' }]);
  });

  it('is a prompt injection that was found', () => {
    const causes = causesOf(SLOW, {}, (world) => {
      const traceId = world.serve({ ms: 9000 });
      world.tracer.score({ name: 'prompt_injection', value: 0.97, traceId });
      world.serve({ ms: 8000 });
    });
    expect(causes).toEqual([
      {
        cause: 'prompt_injection',
        evidence: 'A prompt injection was found in 1 of 2 traces, with a score of up to 0.97',
      },
    ]);
    const guard: Served = {
      ms: 9000,
      step: 'guard',
      type: 'guardrail',
      attributes: { 'spanline.guardrail.name': 'injection', 'spanline.guardrail.action': 'block' },
    };
    expect(causesOf(SLOW, {}, (world) => void world.serve(guard))).toContainEqual({
      cause: 'prompt_injection',
      evidence: 'A prompt injection was found in 1 of 1 traces',
    });
  });

  it('is a model that answers these traces and few others', () => {
    const causes = causesOf(SLOW, call({}), (world) => {
      for (const ms of [9000, 9100]) world.serve(call({ [MODEL]: 'gpt-4.1' }, ms));
    });
    expect(causes).toContainEqual({
      cause: 'model_changed',
      evidence: expect.stringContaining('gpt-4.1') as string,
    });
    const mixed = createWorld({ rules: [SLOW] });
    for (let index = 0; index < 20; index++) {
      mixed.serve(call({ [MODEL]: index === 3 ? 'gpt-4.1' : 'gpt-4o' }));
      mixed.pass(MINUTE);
    }
    for (const ms of [9000, 9100]) mixed.serve(call({ [MODEL]: 'gpt-4.1' }, ms));
    mixed.pass(MINUTE);
    expect(mixed.alerts[0]?.causes).toContainEqual({
      cause: 'model_changed',
      evidence: 'gpt-4.1 answers in 2 of 2 traces, and in 1 of 20 others',
    });
  });

  it('is a model that is new', () => {
    const causes = causesOf(SLOW, call({}), (world) => void world.serve(call({ [MODEL]: 'gpt-6' }, 9000)));
    expect(causes).toContainEqual({
      cause: 'model_changed',
      evidence: 'gpt-6 has answered since the window began, and never before',
    });
  });

  it('is the number of documents, if it separates slow from fast traces', () => {
    const causes = causesOf(RERANK, {}, (world) => {
      for (const documents of [5, 12, 30, 28, 30]) rerank(world, documents, 200 + documents);
      for (const documents of [31, 40, 55]) rerank(world, documents, 20_000);
    });
    expect(causes).toEqual([
      {
        cause: 'many_documents',
        evidence:
          'rerank takes 20,000 ms (3 traces) where more than 30 documents were retrieved, and 228 ms (5 traces) otherwise',
      },
    ]);
  });

  it('needs evidence', () => {
    const slow = [5, 40, 12, 31, 8, 55].map((documents, index) => ({ documents, ms: index % 2 === 0 ? 20_000 : 200 }));
    expect(causesOf(RERANK, {}, (world) => slow.forEach(({ documents, ms }) => rerank(world, documents, ms)))).toEqual(
      [],
    );
    expect(
      causesOf(SLOW, call({ 'gen_ai.usage.input_tokens': 1000 }), (world) => void world.serve({ ms: 9000 })),
    ).toEqual([]);
  });
});
