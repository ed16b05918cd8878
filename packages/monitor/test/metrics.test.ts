import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createTracer,
  parseLine,
  type Profile,
  type SpanAttributes,
  type SpanType,
  type TracerOptions,
  withContext,
} from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { quantileOf } from '@spanline/record';
import { runs } from '../../../test/support/effort.ts';
import { createMonitor, type Dimension, formatDaily, metrics, type MetricsOptions } from '../src/index.ts';
import { Quantiles } from '../src/metrics/quantiles.ts';

const NOON = Date.parse('2026-03-29T12:00:00Z');

interface Step {
  name: string;
  type: SpanType;
  durationMs: number;
  isNested: boolean;
  endsLate: boolean;
  error: 'none' | 'timeout' | 'other';
  user: string;
  tenant: string;
  depth: number;
  attributes: SpanAttributes;
  score: { name: string; value: number | boolean | string } | undefined;
}

class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** A tracer on a controlled clock, a monitor, and the log. */
function world(options: MetricsOptions = {}, given: Pick<TracerOptions, 'profile' | 'sampling'> = {}) {
  let now = NOON;
  const log = memoryLog(given.profile === undefined ? {} : { profile: given.profile });
  const clock = { now: () => now, monotonic: () => now };
  const tracer = createTracer({
    ...given,
    logger: log.logger,
    clock,
    statsIntervalSeconds: 86_400,
    capture: 'metadata',
    redact: { hash: ['user.id'] },
    hashKey: 'k',
  });
  const monitor = createMonitor({ ...options, tracer, clock, rules: [], evaluateEverySeconds: 3600 });
  return { tracer, log, monitor, pass: (ms: number) => void (now += ms) };
}

function run(steps: readonly Step[], { tracer, pass }: ReturnType<typeof world>): void {
  const request = ({ user, tenant }: Pick<Step, 'user' | 'tenant'>) =>
    withContext({ userId: user, sessionId: `s ${user}`, labels: { tenant } }, () =>
      tracer.startSpan({ name: 'POST /ask', type: 'http', attributes: { 'http.route': '/ask' } }),
    );
  let root = request({ user: 'first', tenant: 'acme' });
  const late: (() => void)[] = [];
  for (const step of steps) {
    if (!step.isNested) {
      root.end();
      root = request(step);
    }
    const { name, type, attributes } = step;
    const span = tracer.startSpan({ name, type, parent: root, attributes });
    pass(step.durationMs);
    const finish = (): void => {
      if (step.error !== 'none') span.fail(step.error === 'timeout' ? new TimeoutError('late') : new Error('no'));
      span.end();
      if (step.score !== undefined) tracer.score({ ...step.score, spanId: span.spanId, traceId: span.traceId });
      tracer.gauge('queue_depth', () => step.depth);
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
  user: fc.constantFrom('ada', 'bob', '(other)', '__proto__'),
  tenant: fc.constantFrom('acme', 'umbrella'),
  depth: fc.nat(500),
  attributes,
  score: fc.option(
    fc.record({
      name: fc.constantFrom('faithfulness', 'hallucination', 'feedback', 'prompt_injection'),
      value: fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.boolean(), fc.constantFrom('down', 'fine')),
    }),
    { nil: undefined },
  ),
});

/** The last reading of the gauge: the step that finished last has set it. */
function lastDepth(steps: readonly Step[]): number | undefined {
  return (steps.findLast(({ endsLate }) => endsLate) ?? steps.at(-1))?.depth;
}

describe('metrics of a log', () => {
  it('equal those of the live service, in any order and profile, with late children, scores and repeated lines (R-013)', async () => {
    const by: Dimension[] = ['route', 'model', 'step', 'session', 'user', 'label:tenant'];
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.constantFrom<Profile>('otel', 'ecs', 'datadog'),
        fc.infiniteStream(fc.nat()),
        async (steps, profile, random) => {
          const here = world({ by }, { profile });
          run(steps, here);
          await here.tracer.shutdown();
          const live = here.monitor.metrics();
          await here.monitor.close();
          const lines = here.log.raw();
          const shuffled = [...lines, ...lines]
            .map((line) => [random.next().value, line] as const)
            .toSorted(([a], [b]) => a - b)
            .map(([, line]) => line);
          expect(await metrics(shuffled, { by })).toEqual(live);
          expect(live.values['spans']).toBe(1 + steps.length + steps.filter(({ isNested }) => !isNested).length);
          if (steps.length > 0) expect(live.values['queue_depth']).toBe(lastDepth(steps));
        },
      ),
      { numRuns: runs(20, 300) },
    );
  });

  it('of a sampled log count its lines, while the monitor counts every span', async () => {
    const { tracer, log, monitor } = world({}, { sampling: { ratio: 0 } });
    for (let index = 0; index < 50; index++) {
      const root = tracer.startSpan({ name: 'ask' });
      tracer.startSpan({ name: 'chat', type: 'llm', parent: root }).set({ 'spanline.cost.usd': 0.1 }).end();
      root.end();
    }
    expect(monitor.metrics().values).toMatchObject({ requests: 50, spans: 100, cost_usd: 5 });
    expect(log.records()).toEqual([]);
    expect((await metrics(log.raw())).values).toMatchObject({ requests: 0, spans: 0 });
    await monitor.close();
  });

  it('skip foreign lines', async () => {
    const noise = ['', 'no json', '[]', '{"level":30,"msg":"hello"}', '{"event.name":"span.end","duration_ms":5}'];
    expect((await metrics(noise)).values['spans']).toBe(0);
    expect((await metrics(noise.join('\n'))).values['spans']).toBe(0);
  });

  it('count requests, errors, timeouts where they arose, tokens and cost exactly', () => {
    const { tracer, monitor, pass } = world();
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
    expect(monitor.metrics().values).toMatchObject({
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
    expect(monitor.metrics().daily['2026-03-29']).toMatchObject({ daily_tokens: 50, daily_spend_usd: 1 });
    expect(monitor.metrics().by['step']?.['chat m']).toMatchObject({ requests: 10, error_rate: 0.1 });
  });

  it('read scores, feedback, safety and gauges', async () => {
    const { tracer, monitor } = world();
    for (const value of [0.5, 0.75]) tracer.score({ name: 'faithfulness', value });
    for (const value of [true, false, false, false]) tracer.score({ name: 'hallucination', value });
    for (const value of [1, 1, -1]) tracer.score({ name: 'feedback', value });
    tracer.score({ name: 'prompt_injection', value: true });
    const guard = tracer.startSpan({ name: 'guard', type: 'guardrail' });
    guard.set({ 'spanline.guardrail.name': 'injection-classifier', 'spanline.guardrail.action': 'block' }).end();
    tracer.gauge('queue_depth', () => 120);
    await tracer.shutdown();
    expect(monitor.metrics().values).toMatchObject({
      faithfulness_score: 0.625,
      hallucination_rate: 0.25,
      thumbs_down_rate: 1 / 3,
      prompt_injections: 2,
      safety_triggers: 1,
      queue_depth: 120,
      'gauge.queue_depth': 120,
    });
  });

  it.each([
    ['OpenAI', ['stop', 'content_filter'], 1],
    ['the AI SDK', ['content-filter'], 1],
    ['Anthropic', ['refusal'], 1],
    ['Bedrock, of a guardrail', ['guardrail_intervened'], 1],
    ['Bedrock, of a filter', ['content_filtered'], 1],
    ['Titan', ['CONTENT_FILTERED'], 1],
    ['Cohere', ['ERROR_TOXIC'], 1],
    ['Google, of an answer', ['SAFETY', 'PROHIBITED_CONTENT'], 1],
    ['Google, of a prompt', ['JAILBREAK'], 1],
    ['any provider, of a whole answer', ['stop', 'end_turn', 'STOP', 'tool_use'], 0],
    ['nobody', ['constructor', '__proto__', ''], 0],
  ])('count a call that a filter stopped once, with the reasons of %s', (_provider, reasons, triggers) => {
    const { tracer, monitor } = world();
    tracer.startSpan({ name: 'chat', type: 'llm' }).set({ 'gen_ai.response.finish_reasons': reasons }).end();
    expect(monitor.metrics().values['safety_triggers'] ?? 0).toBe(triggers);
  });

  it('have no cost, rather than 0, without a price', () => {
    const { tracer, monitor } = world();
    const call = (model: string): void =>
      tracer
        .startSpan({ name: 'chat', type: 'llm' })
        .set({ 'gen_ai.provider.name': 'openai', 'gen_ai.response.model': model, 'gen_ai.usage.input_tokens': 1000 })
        .end();
    call('house-made-3');
    const { values, daily } = monitor.metrics();
    expect(values).toMatchObject({ total_tokens: 1000, unpriced_calls: 1 });
    for (const name of ['cost_usd', 'cost_per_request_usd']) expect(values).not.toHaveProperty(name);
    expect(daily['2026-03-29']).not.toHaveProperty('daily_spend_usd');
    call('gpt-4o');
    expect(monitor.metrics().values['cost_usd']).toBeCloseTo(0.0025);
  });

  it('split by a label and by user', () => {
    const { tracer, monitor } = world({ by: ['label:tenant'] });
    for (const tenant of ['a', 'b', 'a']) tracer.startSpan({ name: 'ask', labels: { tenant } }).end();
    expect(monitor.metrics().by['label:tenant']).toMatchObject({ a: { requests: 2 }, b: { requests: 1 } });
  });

  it.each([[['colour']], [['label:']], [['label:a.b']], ['step'], [[null]]])('refuse the dimensions %j', async (by) => {
    await expect(metrics('', { by: by as never })).rejects.toThrow(/^ERR_INVALID_OPTION: by/);
  });
});

describe('a dimension with 100,000 values', async () => {
  const { tracer, monitor, log } = world({ by: ['user', 'step'], maxPerDimension: 100 }, { sampling: { ratio: 0 } });
  for (let index = 0; index < 100_000; index++) {
    const users = [`u${index}`, ...(index % 10 === 0 ? ['heavy'] : []), ...(index === 5 ? ['(other)'] : [])];
    for (const userId of users) withContext({ userId }, () => tracer.startSpan({ name: `step of ${userId}` }).end());
  }
  await tracer.shutdown();
  const { by, folded, values } = monitor.metrics();
  await monitor.close();

  it('keeps the most frequent values, at most twice the limit', () => {
    expect(Object.keys(by['user'] ?? {}).length).toBeLessThanOrEqual(201);
    expect(Object.keys(by['step'] ?? {}).length).toBeLessThanOrEqual(201);
    expect(by['step']?.['step of heavy']?.['requests']).toBe(10_000);
    expect(folded['user']).toBeGreaterThan(99_000);
  });

  it('counts folded values on the stats line', () => {
    const stats = log
      .raw()
      .flatMap((line) => parseLine(line) ?? [])
      .filter(({ kind }) => kind === 'stats');
    expect(stats.at(-1)?.record['spanline.gauge.monitor_folded']).toBe((folded['user'] ?? 0) + (folded['step'] ?? 0));
  });

  it('keeps the sum', () => {
    const sum = Object.values(by['user'] ?? {}).reduce((total, one) => total + (one['requests'] ?? 0), 0);
    expect(sum).toBe(110_001);
    expect(values['requests']).toBe(110_001);
  });
});

describe('evaluations of 100,000 names', () => {
  it('are kept for 100 names, and the rest is summed up', async () => {
    const { tracer, monitor } = world({ by: [] }, { sampling: { ratio: 0 } });
    for (let index = 0; index < runs(10_000, 100_000); index++)
      tracer.score({ name: `score ${index}`, value: index % 2 });
    const names = Object.keys(monitor.metrics().values).filter((name) => name.endsWith('_score'));
    await monitor.close();
    expect(names).toHaveLength(101);
    expect(monitor.metrics().values['(other)_score']).toBe(0.5);
  });
});

describe('the metrics of each day (R-021)', () => {
  it('are rows of CSV and lines of JSON', async () => {
    const { tracer, monitor, pass } = world();
    tracer.startSpan({ name: 'ask' }).end();
    pass(24 * 3_600_000);
    const span = tracer.startSpan({ name: 'ask' });
    span.fail(new Error('no'));
    span.end();
    tracer.score({ name: 'a,b', value: 0.5 });
    const csv = formatDaily(monitor.metrics(), 'csv').split('\n');
    const [head = '', first = '', second = '', end] = csv;
    expect(head).toMatch(/^day,requests,spans,errors,.*,"a,b_rate","a,b_score"$/);
    expect(first).toMatch(/^2026-03-29,1,1,0,.*,,$/);
    expect(second).toMatch(/^2026-03-30,1,1,1,.*,1,0.5$/);
    expect(end).toBe('');
    const days = formatDaily(monitor.metrics(), 'ndjson').trim().split('\n');
    expect(days.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { day: '2026-03-29', requests: 1, errors: 0, daily_tokens: 0 },
      { day: '2026-03-30', requests: 1, errors: 1, 'a,b_score': 0.5 },
    ]);
    expect(formatDaily({ daily: {} }, 'csv')).toBe('day\n');
    expect(() => formatDaily(monitor.metrics(), 'xml' as never)).toThrow('ERR_INVALID_OPTION: format');
  });
});

describe('quantiles', () => {
  it('are exact for a hundred values, and between the nearest two', () => {
    const values = [13, 1, 553, 7, 41.5, 20, 0.1, 494];
    const [all, part] = [new Quantiles(), new Quantiles()];
    for (const value of values.slice(0, 3)) all.add(value);
    for (const value of values.slice(3)) part.add(value);
    all.merge(part);
    expect(all.at(0.5)).toBe(16.5);
    expect(all.at(0.95)).toBeCloseTo(494 + (553 - 494) * 0.65, 9);
    expect(all.at(1)).toBe(553);
    const many = new Quantiles();
    for (let value = 1; value <= 100; value++) many.add(value / 10);
    expect(many.at(0.5)).toBe(5.05);
  });

  it('are within 1 %, after merging and below 1, too', () => {
    const number = fc.oneof(fc.double({ min: 0.002, max: 1e7, noNaN: true }), fc.constantFrom(1, 0.001, 0));
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 1, maxLength: 200 }),
        fc.array(number, { maxLength: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (a, b, q) => {
          const [one, two] = [new Quantiles(), new Quantiles()];
          for (const value of a) one.add(value);
          for (const value of b) two.add(value);
          one.merge(two);
          const sorted = [...a, ...b].toSorted((x, y) => x - y);
          const exact = quantileOf(sorted, q) ?? 0;
          const given = one.at(q) ?? Number.NaN;
          expect(Math.abs(given - exact)).toBeLessThanOrEqual(exact * 0.0101 + 0.0012);
        },
      ),
      { numRuns: runs(100, 2000) },
    );
  });

  it('are absent without values', () => {
    expect(new Quantiles().at(0.5)).toBeUndefined();
  });
});
