import { createTracer, type Profile, type SpanAttributes, type SpanType } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metrics } from '../src/index.ts';
import { Aggregator, type MetricsOptions } from '../src/metrics/aggregator.ts';
import { Quantiles } from '../src/metrics/quantiles.ts';

const NOON = Date.parse('2026-03-29T12:00:00Z');

interface Step {
  name: string;
  type: SpanType;
  durationMs: number;
  isNested: boolean;
  endsLate: boolean;
  error: 'none' | 'timeout' | 'other';
  attributes: SpanAttributes;
  score: { name: string; value: number | boolean | string } | undefined;
}

class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** A tracer on a clock that stands still until it is moved, an aggregator that observes it, and its log. */
function world(options: MetricsOptions = {}, profile: Profile = 'otel') {
  let now = NOON;
  const log = memoryLog({ profile });
  const clock = { now: () => now, monotonic: () => now };
  const tracer = createTracer({ logger: log.logger, clock, statsIntervalSeconds: 0, capture: 'metadata' });
  const live = new Aggregator(options);
  tracer.onRecord((record) => void live.add(record));
  return { tracer, log, live, pass: (ms: number) => void (now += ms) };
}

function run(steps: readonly Step[], { tracer, pass }: ReturnType<typeof world>): void {
  let root = tracer.startSpan({ name: 'POST /ask', type: 'http', attributes: { 'http.route': '/ask' } });
  const late: (() => void)[] = [];
  for (const step of steps) {
    if (!step.isNested) {
      root.end();
      root = tracer.startSpan({ name: 'POST /ask', type: 'http', attributes: { 'http.route': '/ask' } });
    }
    const { name, type, attributes } = step;
    const span = tracer.startSpan({ name, type, parent: root, attributes });
    pass(step.durationMs);
    const finish = (): void => {
      if (step.error !== 'none') span.fail(step.error === 'timeout' ? new TimeoutError('late') : new Error('no'));
      span.end();
      if (step.score !== undefined) tracer.score({ ...step.score, spanId: span.spanId, traceId: span.traceId });
    };
    if (step.endsLate) late.push(finish);
    else finish();
  }
  root.end();
  for (const finish of late) finish();
}

const attributes = fc.record(
  {
    'gen_ai.response.model': fc.constantFrom('gpt-4o', 'claude-sonnet-4-5', 'own'),
    'gen_ai.usage.input_tokens': fc.nat(100_000),
    'gen_ai.usage.output_tokens': fc.nat(10_000),
    'gen_ai.usage.cache_read.input_tokens': fc.nat(1000),
    'gen_ai.response.time_to_first_chunk': fc.double({ min: 0, max: 60, noNaN: true }),
    'spanline.cost.usd': fc.double({ min: 0, max: 20, noNaN: true }),
    'spanline.retrieval.count': fc.nat(50),
    'spanline.retrieval.score_max': fc.double({ min: -1, max: 1, noNaN: true }),
    'spanline.ratelimit.remaining_ratio': fc.double({ min: 0, max: 1, noNaN: true }),
    'spanline.guardrail.action': fc.constantFrom('allow', 'block'),
    'spanline.guardrail.name': fc.constantFrom('pii', 'prompt-injection'),
  },
  { requiredKeys: [] },
);

const step: fc.Arbitrary<Step> = fc.record({
  name: fc.constantFrom('embed', 'search', 'rerank', 'chat gpt-4o'),
  type: fc.constantFrom<SpanType>('llm', 'embedding', 'retriever', 'reranker', 'tool', 'guardrail', 'task'),
  durationMs: fc.oneof(fc.nat(5000), fc.constantFrom(0, 0.5, 90_000_000)),
  isNested: fc.boolean(),
  endsLate: fc.boolean(),
  error: fc.constantFrom('none', 'timeout', 'other'),
  attributes,
  score: fc.option(
    fc.record({
      name: fc.constantFrom('faithfulness', 'hallucination', 'feedback', 'prompt_injection'),
      value: fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.boolean(), fc.constantFrom('down', 'fine')),
    }),
    { nil: undefined },
  ),
});

describe('metrics of a log', () => {
  it('are those of the live service, in any order and profile, with late children and scores, lines twice (R-013)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.constantFrom<Profile>('otel', 'ecs', 'datadog'),
        fc.infiniteStream(fc.nat()),
        async (steps, profile, random) => {
          const here = world({ by: ['route', 'model', 'step'] }, profile);
          run(steps, here);
          const lines = here.log.raw();
          const shuffled = [...lines, ...lines]
            .map((line) => [random.next().value, line] as const)
            .toSorted(([a], [b]) => a - b)
            .map(([, line]) => line);
          expect(await metrics(shuffled, { by: ['route', 'model', 'step'] })).toEqual(here.live.read());
        },
      ),
      { numRuns: 60 },
    );
  });

  it('skip lines that are none of ours', async () => {
    const noise = ['', 'no json', '[]', '{"level":30,"msg":"hello"}', '{"event.name":"span.end","duration_ms":5}'];
    expect((await metrics(noise)).values['spans']).toBe(0);
    expect((await metrics(noise.join('\n'))).values['spans']).toBe(0);
  });

  it('count requests, errors, timeouts where they arose, tokens and cost exactly', () => {
    const { tracer, live, pass } = world();
    for (let index = 0; index < 10; index++) {
      const root = tracer.startSpan({ name: 'GET /', type: 'http' });
      const call = tracer.startSpan({ name: 'chat m', type: 'llm', parent: root });
      call.set({ 'gen_ai.usage.input_tokens': 3, 'gen_ai.usage.output_tokens': 2, 'spanline.cost.usd': 0.1 });
      pass(100);
      if (index === 0) {
        const error = new TimeoutError('late');
        call.fail(error);
        call.end();
        root.fail(error);
      }
      call.end();
      root.end();
    }
    expect(live.read().values).toMatchObject({
      requests: 10,
      spans: 20,
      errors: 1,
      error_rate: 0.1,
      availability: 0.9,
      timeouts: 1,
      timeout_rate: 0.1,
      total_tokens: 50,
      tokens_per_request: 5,
      cost_usd: 1,
      cost_per_request_usd: 0.1,
      llm_calls: 10,
    });
    expect(live.read().daily['2026-03-29']).toMatchObject({ daily_tokens: 50, daily_spend_usd: 1 });
    expect(live.read().by['step']?.['chat m']).toMatchObject({ requests: 10, error_rate: 0.1 });
  });

  it('read scores, feedback, safety and gauges', async () => {
    const { tracer, live } = world();
    for (const value of [0.5, 0.75]) tracer.score({ name: 'faithfulness', value });
    for (const value of [true, false, false, false]) tracer.score({ name: 'hallucination', value });
    for (const value of [1, 1, -1]) tracer.score({ name: 'feedback', value });
    tracer.score({ name: 'prompt_injection', value: true });
    const guard = tracer.startSpan({ name: 'guard', type: 'guardrail' });
    guard.set({ 'spanline.guardrail.name': 'injection-classifier', 'spanline.guardrail.action': 'block' }).end();
    live.add({
      '@timestamp': '2026-03-29T12:00:00.000Z',
      'event.name': 'spanline.stats',
      'spanline.gauge.queue_depth': 120,
    });
    expect(live.read().values).toMatchObject({
      faithfulness_score: 0.625,
      hallucination_rate: 0.25,
      thumbs_down_rate: 1 / 3,
      prompt_injections: 2,
      safety_triggers: 1,
      queue_depth: 120,
      'gauge.queue_depth': 120,
    });
  });

  it('split by a label and by user', () => {
    const { tracer, live } = world({ by: ['label:tenant'] });
    for (const tenant of ['a', 'b', 'a']) tracer.startSpan({ name: 'ask', labels: { tenant } }).end();
    expect(live.read().by['label:tenant']).toMatchObject({ a: { requests: 2 }, b: { requests: 1 } });
  });

  it.each([[['colour']], [['label:']], [['label:a.b']], ['step'], [[null]]])('refuse the dimensions %j', (by) => {
    expect(() => new Aggregator({ by: by as never })).toThrow(/ERR_INVALID_OPTION: by/);
  });
});

describe('a dimension with 100,000 values', () => {
  const live = new Aggregator({ by: ['user'], maxPerDimension: 100 });
  for (let index = 0; index < 100_000; index++) {
    for (const user of [`u${index}`, ...(index % 10 === 0 ? ['heavy'] : [])]) {
      live.add({
        '@timestamp': '2026-03-29T12:00:00.000Z',
        'event.name': 'span.end',
        'span.name': 'ask',
        'user.id': user,
        duration_ms: 5,
      });
    }
  }
  const { by, folded, values } = live.read();

  it('keeps at most twice the limit, and those that occur most', () => {
    expect(Object.keys(by['user'] ?? {}).length).toBeLessThanOrEqual(201);
    expect(by['user']?.['heavy']?.['requests']).toBe(10_000);
    expect(folded['user']).toBeGreaterThan(99_000);
  });

  it('loses nothing of the sum', () => {
    const sum = Object.values(by['user'] ?? {}).reduce((total, one) => total + (one['requests'] ?? 0), 0);
    expect(sum).toBe(110_000);
    expect(values['requests']).toBe(110_000);
  });
});

describe('quantiles', () => {
  it('are wrong by at most 1 %, also after merging, also below 1', () => {
    const number = fc.oneof(fc.double({ min: 0.002, max: 1e7, noNaN: true }), fc.constantFrom(1, 0.001, 0));
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 1 }),
        fc.array(number),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (a, b, q) => {
          const [one, two] = [new Quantiles(), new Quantiles()];
          for (const value of a) one.add(value);
          for (const value of b) two.add(value);
          one.merge(two);
          const sorted = [...a, ...b].toSorted((x, y) => x - y);
          const exact = sorted[Math.floor(q * (sorted.length - 1))] ?? 0;
          const given = one.at(q) ?? Number.NaN;
          expect(Math.abs(given - exact)).toBeLessThanOrEqual(exact * 0.0101 + 0.0012);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of nothing are absent', () => {
    expect(new Quantiles().at(0.5)).toBeUndefined();
  });
});
