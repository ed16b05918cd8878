import { describe, expect, it } from 'vitest';
import { type AlertRule, CATALOG, checkMetrics, DEFAULT_RULES } from '../src/index.ts';
import { catalogRules } from './catalog-rules.ts';
import { createWorld, MINUTE, type Served, type World } from './world.ts';

type Scene = (world: World) => void | Promise<void>;

class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

const serve =
  (count: number, request: Served): Scene =>
  (world) => {
    for (let index = 0; index < count; index++) world.serve(request);
  };
/** A number of requests, some of which are different. */
const among =
  (count: number, different: number, request: Served): Scene =>
  (world) => {
    for (let index = 0; index < count; index++) world.serve(index < different ? request : {});
  };
const call = (attributes: Served['attributes'], count = 20): Scene =>
  serve(count, { step: 'chat', type: 'llm', attributes: attributes ?? {} });
const scores =
  (name: string, values: (number | boolean)[]): Scene =>
  ({ tracer }) => {
    for (const value of values) tracer.score({ name, value });
  };
const all = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const some = (count: number, yes: number): boolean[] => all(count, false).map((_, index) => index < yes);
const down = (count: number, bad: number): Scene =>
  scores(
    'feedback',
    all(count, 1).map((_, index) => (index < bad ? -1 : 1)),
  );
const guard = (count: number, name: string): Scene =>
  serve(count, {
    step: 'guard',
    type: 'guardrail',
    attributes: { 'spanline.guardrail.name': name, 'spanline.guardrail.action': 'block' },
  });
const queue =
  (depth: number): Scene =>
  async ({ tracer }) => {
    tracer.gauge('queue_depth', () => depth);
    await tracer.shutdown();
  };
const cost = (usd: number): Scene => call({ 'spanline.cost.usd': usd });
const tokens = (input: number, output = 0): Scene =>
  call({ 'gen_ai.usage.input_tokens': input, 'gen_ai.usage.output_tokens': output });
const cached = (share: number): Scene =>
  call({ 'gen_ai.usage.input_tokens': 1000, 'gen_ai.usage.cache_read.input_tokens': share * 1000 });

async function worldAfter(rule: AlertRule, scene: Scene, usual?: Scene): Promise<World> {
  const world = createWorld({ rules: [rule], statsIntervalSeconds: 86_400 });
  const windowMs = (rule.windowMinutes ?? 15) * MINUTE;
  for (const learn of usual === undefined ? [] : all(13, usual)) {
    await learn(world);
    world.pass(windowMs);
  }
  expect(world.events()).toEqual([]);
  await scene(world);
  world.pass(2 * MINUTE);
  return world;
}

const named = (name: string): AlertRule => {
  const rule = DEFAULT_RULES.find((one) => one.name === name);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return rule;
};

describe('a rule that is on by default', () => {
  it.each<[id: string, rule: AlertRule, at: Scene, beyond: Scene]>([
    ['R-072', named('High Latency'), serve(20, { ms: 4950 }), serve(20, { ms: 5060 })],
    [
      'R-073',
      named('Error Rate'),
      among(100, 1, { fails: new Error('no') }),
      among(100, 2, { fails: new Error('no') }),
    ],
    ['R-088', named('Cost Spike'), cost(0.1), cost(0.1001)],
    ['R-082', named('Low Faithfulness'), scores('faithfulness', all(20, 0.7)), scores('faithfulness', all(20, 0.69))],
    ['R-083', named('Hallucination Spike'), scores('hallucination', some(20, 1)), scores('hallucination', some(20, 2))],
  ])('fires beyond its threshold, and not at it (%s)', async (_id, rule, at, beyond) => {
    expect((await worldAfter(rule, at)).events()).toEqual([]);
    const world = await worldAfter(rule, beyond);
    expect(world.events()).toEqual([`${rule.name} fired`]);
    const [alert] = world.alerts;
    expect(alert).toMatchObject({ severity: rule.severity, metric: rule.metric, threshold: rule.threshold });
    expect(checkMetrics(world.monitor.metrics().values, [rule])).toEqual([
      {
        alert: rule.name,
        severity: rule.severity,
        metric: rule.metric,
        value: alert?.value,
        threshold: rule.threshold,
      },
    ]);
    expect(alert?.traceIds.length).toBeLessThanOrEqual(5);
  });

  it('is one of six, and none fires with rules []', async () => {
    const worst: Scene = (world) => {
      for (let index = 0; index < 50; index++) {
        world.serve({
          ms: 60_000,
          fails: new Error('no'),
          step: 'chat',
          type: 'llm',
          attributes: { 'spanline.cost.usd': 9 },
        });
        world.tracer.score({ name: 'faithfulness', value: 0 });
        world.tracer.score({ name: 'hallucination', value: true });
      }
      world.pass(MINUTE);
    };
    const [six, none] = [createWorld(), createWorld({ rules: [] })];
    await worst(six);
    await worst(none);
    expect(six.events()).toEqual(DEFAULT_RULES.map(({ name }) => `${name} fired`));
    expect([none.events(), none.alertLines(), none.monitor.alerts()]).toEqual([[], [], []]);
  });
});

const ABSOLUTE: [id: string, rule: AlertRule, at: Scene, beyond: Scene][] = [
  [
    'R-075',
    CATALOG.timeoutRate,
    among(200, 1, { fails: new TimeoutError('late') }),
    among(200, 2, { fails: new TimeoutError('late') }),
  ],
  ['R-076', CATALOG.queueDepth, queue(100), queue(101)],
  ['R-077', CATALOG.dailySpend(250), cost(12.5), cost(12.51)],
  [
    'R-080',
    CATALOG.rateLimit,
    call({ 'spanline.ratelimit.remaining_ratio': 0.1 }),
    call({ 'spanline.ratelimit.remaining_ratio': 0.09 }, 1),
  ],
  ['R-084', CATALOG.safetyTriggers(3), guard(3, 'pii'), guard(4, 'pii')],
  ['R-086', CATALOG.promptInjection, guard(50, 'pii'), guard(1, 'prompt-injection')],
  ['R-070', CATALOG.availability, among(100, 1, { fails: new Error('no') }), among(100, 2, { fails: new Error('no') })],
  ['R-121', CATALOG.dailyTokens(20_000), tokens(700, 300), tokens(700, 301)],
];

const RELATIVE: [id: string, rule: AlertRule, usual: Scene, at: Scene, beyond: Scene][] = [
  ['R-074, R-122', CATALOG.tokensPerRequest, tokens(900, 100), tokens(1999), tokens(2000)],
  ['R-078', CATALOG.costPerRequestSpike, cost(0.01), cost(0.03), cost(0.0301)],
  ['R-079', CATALOG.tokenAnomaly, tokens(1000), tokens(1060), tokens(1061)],
  ['R-081', CATALOG.promptCacheDrop, cached(0.8), cached(0.4), cached(0.39)],
  ['R-085', CATALOG.thumbsDownSpike, down(20, 2), down(20, 4), down(20, 5)],
  ['R-085, where nobody complains', CATALOG.thumbsDownSpike, down(20, 0), down(20, 2), down(20, 3)],
  [
    'R-114',
    CATALOG.stepLatency,
    serve(100, { ms: 100, step: 'rerank' }),
    serve(100, { ms: 290, step: 'rerank' }),
    serve(100, { ms: 310, step: 'rerank' }),
  ],
  [
    'distribution',
    CATALOG.scoreDrift('faithfulness'),
    scores('faithfulness', some(1000, 100)),
    scores('faithfulness', some(1000, 200)),
    scores('faithfulness', some(1000, 201)),
  ],
];

describe('a rule of the catalogue', () => {
  it.each(ABSOLUTE)('fires beyond its threshold, and not at it (%s)', async (_id, rule, at, beyond) => {
    expect((await worldAfter(rule, at)).events()).toEqual([]);
    expect((await worldAfter(rule, beyond)).events()).toEqual([`${rule.name} fired`]);
  });

  it.each(RELATIVE)(
    'fires beyond its multiple of the baseline, and not at it (%s)',
    async (_id, rule, usual, at, beyond) => {
      expect((await worldAfter(rule, at, usual)).events()).toEqual([]);
      expect((await worldAfter(rule, beyond, usual)).events()).toEqual([`${rule.name} fired`]);
    },
  );

  it('is in one of the two tables above', () => {
    const tested = new Set([...ABSOLUTE, ...RELATIVE].map(([, rule]) => rule.name));
    const names = catalogRules().map(({ rule }) => rule.name);
    expect(names.filter((name) => !tested.has(name))).toEqual([]);
  });
});
