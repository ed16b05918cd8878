import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLogger, createTracer, parseLine, validate } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import {
  type Alert,
  type AlertRule,
  backtest,
  budget,
  CATALOG,
  createMonitor,
  email,
  formatBacktest,
  genAiMetrics,
  learnBaselines,
  metrics,
  metricsHandler,
  pagerDuty,
  slack,
  webhook,
} from '../src/index.ts';
import { createWorld, MINUTE, NOON, SECOND, type World } from './world.ts';

const SLOW: AlertRule = {
  name: 'Slow',
  metric: 'latency_p95_ms',
  threshold: 1000,
  comparison: 'gt',
  minSamples: 3,
  recoverAfterMinutes: 0,
};
const STEP: AlertRule = { ...CATALOG.stepLatency, windowMinutes: 1, minSamples: 3, recoverAfterMinutes: 0 };

class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

function serveFor(world: World, minutes: number, ...requests: NonNullable<Parameters<World['serve']>[0]>[]): void {
  for (let minute = 0; minute < minutes; minute++) {
    for (const request of requests) for (let index = 0; index < 3; index++) world.serve(request);
    world.pass(MINUTE);
  }
}

describe('a monitor', () => {
  it('reports what the default rules find, and when they recover', () => {
    const world = createWorld();
    for (let index = 0; index < 19; index++) world.serve({ ms: 6000, fails: new Error('no') });
    world.pass(MINUTE);
    expect(world.events()).toEqual([]);
    world.serve({ ms: 6000 });
    world.pass(MINUTE);
    expect(world.events()).toEqual(['High Latency fired', 'Error Rate fired']);
    expect(world.monitor.alerts()).toMatchObject([
      { rule: 'High Latency', state: 'WARNING' },
      { rule: 'Error Rate', state: 'ALERT' },
    ]);
    for (let minute = 0; minute < 25; minute++) {
      for (let index = 0; index < 20; index++) world.serve();
      world.pass(MINUTE);
    }
    expect(world.events()).toEqual(['High Latency recovered', 'Error Rate recovered']);
    expect(world.alerts.slice(2).map(({ traceIds, causes, command }) => [traceIds, causes, command])).toEqual([
      [[], [], ''],
      [[], [], ''],
    ]);
    expect(world.monitor.alerts()).toEqual([]);
  });

  it('describes the metric, value, window and traces in the alert and in its line', () => {
    const world = createWorld({ rules: [SLOW], command: (ids) => `spanline trace ${ids.join(' ')}` });
    world.serve({ ms: 800 });
    const traceIds = [3000, 2000].map((ms) => world.serve({ ms }));
    world.pass(MINUTE);
    const [alert] = world.alerts;
    expect(alert).toMatchObject({
      name: 'Slow',
      event: 'fired',
      state: 'WARNING',
      severity: 'warning',
      metric: 'latency_p95_ms',
      threshold: 1000,
      comparison: 'gt',
      windowMinutes: 15,
      samples: 3,
      service: 'shop',
      environment: 'test',
      suppressed: 0,
      key: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(alert?.traceIds.slice(0, 2)).toEqual(traceIds);
    expect(alert?.command).toBe(`spanline trace ${alert?.traceIds.join(' ')}`);
    expect(alert?.message).toMatch(/^Slow: latency_p95_ms is [\d,]+ \(limit > 1,000, 15 min, 3 samples\)$/);
    const [line] = world.alertLines();
    expect(line === undefined ? undefined : validate(line).valid).toBe(true);
    expect(line).toMatchObject({
      'spanline.alert.name': 'Slow',
      'spanline.alert.value': alert?.value,
      'spanline.alert.trace_ids': alert?.traceIds,
      'spanline.alert.command': alert?.command,
      'spanline.alert.dedup_key': alert?.key,
      message: alert?.message,
    });
  });

  it('writes a valid line for every event, even with hostile names', async () => {
    const hostile = '<!channel> "x"\n\u0007\u2028\ud800 ${a} ';
    const rules: AlertRule[] = [
      {
        ...SLOW,
        name: hostile,
        severity: 'critical',
        warningThreshold: 500,
        noData: 'alert',
        renotifyMinutes: 1,
        windowMinutes: 1,
      },
      { ...STEP, name: `${hostile}s`, baseline: 1, noData: 'alert' },
      { name: 'Absent', metric: 'faithfulness_score', threshold: 0.7, comparison: 'lt', noData: 'alert' },
    ];
    const world = createWorld({ rules });
    const step = `${hostile.repeat(300)}end`;
    serveFor(world, 2, { ms: 700, step });
    serveFor(world, 2, { ms: 5000, step, type: 'tool', attributes: { 'gen_ai.tool.call.arguments': hostile } });
    world.pass(5 * MINUTE);
    serveFor(world, 3, { ms: 1, step: 'other' });
    await world.monitor.close();
    const lines = world.alertLines();
    expect(new Set(lines.map((line) => line['spanline.alert.event']))).toEqual(
      new Set(['fired', 'repeated', 'recovered', 'no_data']),
    );
    expect(lines.some((line) => line['spanline.alert.step']?.startsWith('<!channel>'))).toBe(true);
    expect(lines.map((line) => validate(line))).toEqual(lines.map(() => ({ valid: true })));
    expect(lines).toHaveLength(world.alerts.length);
  });

  it('has the metrics of its own log, with alert lines in it', async () => {
    const world = createWorld({ rules: [SLOW] });
    for (let index = 0; index < 50; index++) {
      world.serve({
        ms: index * 100,
        step: `step ${index % 3}`,
        fails: index % 7 === 0 ? new TimeoutError('late') : undefined,
      });
    }
    world.pass(MINUTE);
    expect(world.alertLines()).toHaveLength(1);
    expect(await metrics(world.lines())).toEqual(world.monitor.metrics());
    await world.monitor.close();
    world.serve();
    expect(world.monitor.metrics().values['requests']).toBe(50);
  });

  it.each<[what: string, afterMs: number, fired: boolean]>([
    ['before the evaluation delay is over', 24 * SECOND, false],
    ['after the evaluation delay', 25 * SECOND, true],
  ])('does or does not read a bucket %s', (_what, afterMs, fired) => {
    const rule: AlertRule = { name: 'Any', metric: 'requests', threshold: 1, comparison: 'gte' };
    const world = createWorld({ rules: [rule], evaluationDelaySeconds: 10 });
    world.serve();
    world.setClock(NOON + afterMs);
    world.monitor.evaluate();
    expect(world.events()).toEqual(fired ? ['Any fired'] : []);
  });

  it('evaluates on its own timer, many steps in more than one slice', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const steps = Array.from({ length: 60 }, (_, index) => `step ${index}`);
    const rule: AlertRule = { ...STEP, relativeTo: 'baseline', baseline: 1 };
    const world = createWorld({ rules: [rule], evaluateEverySeconds: 15 });
    for (const step of steps) for (let index = 0; index < 3; index++) world.serve({ ms: 10, step });
    world.setClock(NOON + MINUTE);
    vi.advanceTimersByTime(15 * SECOND);
    await expect.poll(() => world.alerts.map(({ step }) => step)).toEqual(steps);
    world.setClock(NOON + 2 * MINUTE);
    vi.advanceTimersByTime(15 * SECOND);
    await world.monitor.close();
    expect(world.alerts).toHaveLength(steps.length);
  });

  it('evaluates a last time when it is closed', async () => {
    const world = createWorld({ rules: [SLOW] });
    for (let index = 0; index < 3; index++) world.serve({ ms: 5000 });
    await world.monitor.close();
    expect(world.events()).toEqual(['Slow fired']);
    await world.monitor.close();
    expect(world.events()).toEqual([]);
  });

  it('forgets records that left the window', () => {
    const rule: AlertRule = { name: 'Any', metric: 'requests', threshold: 1, comparison: 'gte', noData: 'ok' };
    const world = createWorld({
      rules: [{ ...rule, windowMinutes: 5, recoverAfterMinutes: 0 }],
      evaluationDelaySeconds: 0,
    });
    world.serve();
    world.pass(15 * SECOND);
    expect(world.events()).toEqual(['Any fired']);
    world.pass(5 * MINUTE - 15 * SECOND);
    expect(world.events()).toEqual([]);
    world.pass(15 * SECOND);
    expect(world.events()).toEqual(['Any recovered']);
  });

  it.each([
    [[-1]],
    [[-59 * SECOND]],
    [[-2 * 3600 * SECOND]],
    [[3600 * SECOND]],
    [[40 * 24 * 3600 * SECOND]],
    [[365 * 24 * 3600 * SECOND, -365 * 24 * 3600 * SECOND]],
  ])('sees an incident after its clock was moved by %j ms', (jumps) => {
    const world = createWorld({ rules: [SLOW] });
    serveFor(world, 3, { ms: 10 });
    for (const jump of jumps) {
      world.setClock(world.now() + jump);
      serveFor(world, 3, { ms: 10 });
    }
    expect(world.events()).toEqual([]);
    serveFor(world, 3, { ms: 5000 });
    expect(world.events()).toEqual(['Slow fired']);
    serveFor(world, 20, { ms: 10 });
    expect(world.events()).toEqual(['Slow recovered']);
    expect(world.monitor.metrics().values['requests']).toBe(3 * (3 + 3 * jumps.length + 3 + 20));
  });

  it('counts records that come too late for their window', () => {
    const world = createWorld({ rules: [{ ...SLOW, windowMinutes: 1 }] });
    world.serve();
    world.pass(60 * MINUTE);
    world.serve();
    world.tracer.startSpan({ name: 'late', startTime: NOON }).end({ endTime: NOON });
    expect(world.monitor.stats().late).toBe(1);
  });

  it('reads an empty window as a count of 0 once it has watched it from its start', () => {
    const rule: AlertRule = {
      name: 'No Traffic',
      metric: 'requests',
      threshold: 1,
      comparison: 'lt',
      windowMinutes: 5,
      recoverAfterMinutes: 0,
    };
    const world = createWorld({ rules: [rule, { ...SLOW, noData: 'no_data' }] });
    world.pass(5 * MINUTE);
    expect(world.events()).toEqual([]);
    world.pass(MINUTE);
    expect(world.events()).toEqual(['No Traffic fired']);
    expect(world.alerts[0]).toMatchObject({ value: 0, samples: 0 });
    serveFor(world, 1, {});
    expect(world.events()).toEqual(['No Traffic recovered']);
  });

  it('does not count the time that its process did not watch', () => {
    const rules: AlertRule[] = [
      { name: 'No Traffic', metric: 'requests', threshold: 1, comparison: 'lt', windowMinutes: 5 },
      { name: 'Little Traffic', metric: 'requests', threshold: 5, comparison: 'lte', windowMinutes: 5 },
      { ...SLOW, name: 'Gone', threshold: 1e6, windowMinutes: 5, noData: 'alert' },
      { ...SLOW, name: 'Bad', windowMinutes: 1, threshold: 5000, recoverAfterMinutes: 5 },
    ];
    const world = createWorld({ rules });
    serveFor(world, 10, { ms: 10 });
    serveFor(world, 2, { ms: 9000 });
    serveFor(world, 2, { ms: 10 });
    expect(world.events()).toEqual(['Bad fired']);
    world.setClock(world.now() + 60 * MINUTE);
    world.serve({ ms: 10 });
    world.monitor.evaluate();
    serveFor(world, 4, { ms: 10 });
    expect(world.events()).toEqual([]);
    serveFor(world, 2, { ms: 10 });
    expect(world.events()).toEqual(['Bad recovered']);
    world.pass(6 * MINUTE);
    expect(world.events().toSorted()).toEqual(['Gone no_data', 'Little Traffic fired', 'No Traffic fired']);
  });

  it('fires if model calls fail, also while requests succeed', () => {
    const world = createWorld();
    for (let index = 0; index < 40; index++) {
      world.serve({ step: 'chat', type: 'llm' });
      const root = world.tracer.startSpan({ name: 'POST /ask', type: 'http' });
      const call = world.tracer.startSpan({ name: 'chat', type: 'llm', parent: root });
      if (index < 5) call.fail(new Error('overloaded'));
      call.end();
      root.end();
    }
    world.pass(MINUTE);
    expect(world.events()).toEqual(['Failed Model Calls fired']);
    expect(world.alerts[0]).toMatchObject({ metric: 'llm_error_rate', value: 5 / 80, samples: 80 });
    expect(world.alerts[0]?.causes).toMatchObject([{ cause: 'failing_step' }]);
  });

  it('recovers from a daily limit when the next day starts without traffic', () => {
    const start = Date.parse('2026-03-29T22:00:00Z');
    const world = createWorld({ rules: [{ ...CATALOG.dailySpend(1), recoverAfterMinutes: 0 }], start });
    world.serve({ step: 'chat', type: 'llm', attributes: { 'spanline.cost.usd': 5 } });
    world.pass(119 * MINUTE);
    expect(world.events()).toEqual(['Daily Spend fired', 'Daily Spend repeated']);
    world.pass(2 * MINUTE);
    expect(world.events()).toEqual(['Daily Spend recovered']);
  });

  it('fires at once on a safety event', () => {
    const world = createWorld({ rules: [CATALOG.promptInjection] });
    world.serve({
      step: 'guard',
      type: 'guardrail',
      attributes: { 'spanline.guardrail.name': 'injection', 'spanline.guardrail.action': 'allow' },
    });
    expect(world.events()).toEqual([]);
    const traceId = world.serve({
      step: 'guard',
      type: 'guardrail',
      attributes: { 'spanline.guardrail.name': 'injection', 'spanline.guardrail.action': 'block' },
    });
    expect(world.events()).toEqual(['Prompt Injection fired']);
    expect(world.alerts[0]).toMatchObject({
      severity: 'critical',
      value: 1,
      samples: expect.any(Number),
      traceIds: [traceId],
    });
  });

  it('reads daily metrics from the calendar day', () => {
    const world = createWorld({ rules: [CATALOG.dailySpend(1)], start: Date.parse('2026-03-29T23:58:00Z') });
    const call = { step: 'chat', type: 'llm' as const, attributes: { 'spanline.cost.usd': 0.6 } };
    world.serve(call);
    world.pass(3 * MINUTE);
    world.serve(call);
    world.pass(MINUTE);
    expect(world.events()).toEqual([]);
    world.serve(call);
    world.pass(MINUTE);
    expect(world.events()).toEqual(['Daily Spend fired']);
  });

  it('says when a daily limit will be reached', () => {
    const rule: AlertRule = { ...CATALOG.dailySpend(10), warningThreshold: 8 };
    const world = createWorld({ rules: [rule] });
    const call = (usd: number) => world.serve({ step: 'chat', type: 'llm', attributes: { 'spanline.cost.usd': usd } });
    call(8.5);
    world.pass(MINUTE);
    call(3);
    world.pass(MINUTE);
    expect(world.alerts.map(({ message }) => message)).toEqual([
      'Daily Spend: daily_spend_usd is 8.5 (limit > 8, 15 min, 2 samples); at this rate it reaches 10 at 14:07 UTC',
      'Daily Spend: daily_spend_usd is 11.5 (limit > 10, 15 min, 4 samples)',
    ]);
  });

  it('does nothing with a disabled tracer', async () => {
    const world = createWorld({ enabled: false });
    for (let index = 0; index < 30; index++) world.serve({ ms: 60_000 });
    world.pass(MINUTE);
    expect([world.events(), world.monitor.metrics().values['requests'], world.monitor.alerts()]).toEqual([[], 0, []]);
    await world.monitor.close();
  });

  it('survives an observer that throws', () => {
    const world = createWorld({ rules: [SLOW] });
    world.monitor.onAlert(() => {
      throw new Error('mine');
    });
    serveFor(world, 1, { ms: 5000 });
    expect(world.events()).toEqual(['Slow fired']);
    expect(world.lines().filter((line) => line.includes('an observer of alerts threw'))).toHaveLength(1);
  });

  it('gives each incident a key of its own, for each rule and each replica', () => {
    const keys = [1, 2].flatMap(() => {
      const world = createWorld({ rules: [SLOW, { ...SLOW, name: 'Other' }] });
      serveFor(world, 1, { ms: 5000 });
      serveFor(world, 20, { ms: 5 });
      expect(world.events()).toEqual(['Slow fired', 'Other fired', 'Slow recovered', 'Other recovered']);
      return world.alerts.map(({ key }) => key);
    });
    expect(new Set(keys).size).toBe(4);
  });

  it.each<[options: object, named: string]>([
    [{ rules: [{ ...SLOW, threshold: Number.NaN }] }, 'rules[0] "Slow".threshold'],
    [{ rules: [{ ...SLOW, windowMinutes: -1 }] }, 'rules[0] "Slow".windowMinutes'],
    [{ rules: [{ ...SLOW, metric: 'latency' }] }, 'rules[0] "Slow".metric'],
    [{ rules: 'all' }, 'rules'],
    [{ evaluateEverySeconds: 0 }, 'evaluateEverySeconds'],
    [{ evaluationDelaySeconds: '10' }, 'evaluationDelaySeconds'],
    [{ digestSeconds: -1 }, 'digestSeconds'],
    [{ channels: { slack: 'https://hooks.slack.com/x' } }, 'channels.slack'],
    [{ channels: [] }, 'channels must be an object'],
    [{ channels: null }, 'channels must be an object'],
    [{ routes: { critical: 'pager' } }, 'routes.critical must be the name of a channel (there is none)'],
    [{ routes: { fatal: 'pager' }, channels: { pager: () => {} } }, 'routes.fatal'],
    [{ quietHours: { from: '25:00', to: '07:00' } }, 'quietHours.from'],
    [{ quietHours: { from: '22:00', to: '07:00', timeZone: 'Mars' } }, 'quietHours.timeZone'],
    [{ by: ['planet'] }, 'by[0]'],
    [{ rule: [] }, 'unknown option "rule"; did you mean "rules"?'],
    [{ tracer: {} }, 'tracer'],
    [{ command: 'grep' }, 'command'],
    [{ memory: {} }, 'memory.file'],
    [{ clock: 5 }, 'clock'],
  ])('refuses %j', (options, named) => {
    const tracer = createTracer({ logger: memoryLog().logger, statsIntervalSeconds: 0 });
    expect(() => createMonitor({ tracer, ...options })).toThrow(named);
  });
});

describe('a value that is not an options object', () => {
  it.each<[what: string, make: (given: never) => unknown]>([
    ['createMonitor', createMonitor],
    ['budget', budget],
    ['genAiMetrics', genAiMetrics],
    ['metricsHandler', metricsHandler],
    ['slack', slack],
    ['pagerDuty', pagerDuty],
    ['webhook', webhook],
    ['email', email],
  ])('is refused by %s and not shown', (_what, make) => {
    for (const given of [null, 'https://hooks.slack.com/sesame', [], 5]) {
      expect(() => make(given as never)).toThrow(
        /^ERR_INVALID_OPTION: options must be an object(?:, got (?:null|5|an array of 0))?$/,
      );
    }
  });

  it.each([null, 5, {}])('is refused as a log: %j', async (given) => {
    await expect(metrics(given as never)).rejects.toThrow('ERR_INVALID_OPTION: lines must be the text of a log');
  });
});

describe('a rule relative to a baseline', () => {
  it('watches each step, even if it appears later', () => {
    const world = createWorld({ rules: [STEP] });
    serveFor(world, 14, { ms: 100, step: 'search' });
    expect(world.events()).toEqual([]);
    serveFor(world, 14, { ms: 100, step: 'search' }, { ms: 40, step: 'rerank' });
    serveFor(world, 2, { ms: 100, step: 'search' }, { ms: 400, step: 'rerank' });
    expect(world.events()).toEqual(['Step Latency fired']);
    expect(world.alerts[0]).toMatchObject({
      step: 'rerank',
      baseline: expect.closeTo(40, 0),
      threshold: expect.closeTo(120, -1),
    });
    expect(world.alerts[0]?.message).toContain('latency_p99_ms of rerank is');
  });

  it('forgets steps that are gone, to make room for new ones', () => {
    const world = createWorld({ rules: [{ ...STEP, baseline: 10 }] });
    for (let index = 0; index < 600; index++) world.serve({ step: `job ${index}` });
    expect(world.monitor.stats().unwatched).toBe(100);
    world.pass(3 * MINUTE);
    serveFor(world, 2, { ms: 1000, step: 'rerank' });
    expect(world.events()).toEqual(['Step Latency fired']);
    expect(world.monitor.stats().unwatched).toBe(100);
  });

  it('does not fire before it has learned from twelve windows', () => {
    const world = createWorld({ rules: [STEP] });
    serveFor(world, 11, { ms: 10, step: 'rerank' });
    serveFor(world, 1, { ms: 10_000, step: 'rerank' });
    world.pass(15 * SECOND);
    expect(world.events()).toEqual([]);
  });

  it('does not learn from an incident', () => {
    const world = createWorld({ rules: [STEP] });
    serveFor(world, 15, { ms: 100, step: 'rerank' });
    serveFor(world, 24 * 60, { ms: 5000, step: 'rerank' });
    expect(world.events()[0]).toBe('Step Latency fired');
    expect(world.monitor.alerts()).toMatchObject([{ step: 'rerank', state: 'WARNING' }]);
    serveFor(world, 3, { ms: 100, step: 'rerank' });
    expect(world.events()).toEqual(['Step Latency recovered']);
  });

  it('does not learn before it has recovered', () => {
    const world = createWorld({ rules: [{ ...STEP, recoverAfterMinutes: 40 }] });
    serveFor(world, 15, { ms: 100, step: 'rerank' });
    serveFor(world, 2, { ms: 5000, step: 'rerank' });
    serveFor(world, 60, { ms: 250, step: 'rerank' });
    expect(world.events()).toEqual(['Step Latency fired', 'Step Latency recovered']);
    expect(world.alerts[1]).toMatchObject({ baseline: expect.closeTo(100, -1) as number });
  });

  it('fires on unusual deviations of a varying metric, and not on usual ones', () => {
    const world = createWorld({ rules: [{ ...CATALOG.tokenAnomaly, windowMinutes: 1 }] });
    const call = (tokens: number) => ({
      step: 'chat',
      type: 'llm' as const,
      attributes: { 'gen_ai.usage.input_tokens': tokens },
    });
    for (let round = 0; round < 20; round++) serveFor(world, 1, call(1000 + (round % 5) * 50));
    expect(world.events()).toEqual([]);
    serveFor(world, 2, call(9000));
    expect(world.events()).toEqual(['Token Usage Anomaly fired']);
  });
});

describe('the command of an alert', () => {
  it.each([['app.ndjson'], ["it's my $(log) `file`.ndjson"]])(
    'prints the lines of its traces from %s',
    async (name) => {
      const directory = mkdtempSync(join(tmpdir(), 'spanline-'));
      onTestFinished(() => rmSync(directory, { recursive: true }));
      const file = join(directory, name);
      const tracer = createTracer({ logger: createLogger({}, file), statsIntervalSeconds: 0 });
      const monitor = createMonitor({ tracer, rules: [{ ...SLOW, threshold: 0.000_001, minSamples: 1 }] });
      const alerts: Alert[] = [];
      monitor.onAlert((alert) => void alerts.push(alert));
      const ids = [1, 2].map(() => {
        const root = tracer.startSpan('ask');
        tracer.startSpan({ name: 'step', parent: root }).end();
        root.end();
        return root.traceId;
      });
      await monitor.close();
      const lines = execFileSync('sh', ['-c', alerts[0]?.command ?? ''], { encoding: 'utf8' })
        .trim()
        .split('\n');
      const spans = lines.flatMap((line) => parseLine(line) ?? []).filter(({ kind }) => kind === 'span');
      expect(spans.map(({ record }) => record.trace_id).toSorted()).toEqual([...ids, ...ids].toSorted());
    },
  );

  it('reads app.ndjson if the logger does not write to a file, and is empty if it throws', () => {
    const world = createWorld({ rules: [SLOW] });
    serveFor(world, 1, { ms: 5000 });
    expect(world.alerts[0]?.command).toBe(`grep -E '${world.alerts[0]?.traceIds.join('|')}' app.ndjson`);
    const failing = createWorld({
      rules: [SLOW],
      command: () => {
        throw new Error('mine');
      },
    });
    serveFor(failing, 1, { ms: 5000 });
    expect([failing.events(), failing.alerts[0]?.command]).toEqual([['Slow fired'], '']);
  });
});

describe('a restarted monitor', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'spanline-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('knows baselines, and fires in its first window', async () => {
    const memory = { file: join(directory, 'state', 'memory.json') };
    const before = createWorld({ rules: [STEP], memory });
    serveFor(before, 15, { ms: 100, step: 'rerank' });
    await before.monitor.close();
    const after = createWorld({ rules: [STEP], memory, start: before.now() + MINUTE });
    serveFor(after, 2, { ms: 1000, step: 'rerank' });
    expect(after.events()).toEqual(['Step Latency fired']);
  });

  it('knows open incidents: it neither reports them again nor misses their recovery', async () => {
    const memory = { file: join(directory, 'memory.json') };
    const before = createWorld({ rules: [SLOW], memory });
    serveFor(before, 2, { ms: 5000 });
    expect(before.events()).toEqual(['Slow fired']);
    await before.monitor.close();
    const during = createWorld({ rules: [SLOW], memory, start: before.now() + MINUTE });
    expect(during.monitor.alerts()).toMatchObject([{ rule: 'Slow', state: 'WARNING' }]);
    serveFor(during, 2, { ms: 5000 });
    expect(during.events()).toEqual([]);
    await during.monitor.close();
    const after = createWorld({ rules: [SLOW], memory, start: during.now() + MINUTE });
    serveFor(after, 2, { ms: 10 });
    expect(after.events()).toEqual(['Slow recovered']);
    expect(after.alerts[0]?.key).toBe(before.alerts[0]?.key);
    await after.monitor.close();
  });

  it('does not take the count of a part of a window for a recovery', async () => {
    const memory = { file: join(directory, 'memory.json') };
    const errors = { name: 'Errors', metric: 'errors', threshold: 10, comparison: 'gt', windowMinutes: 15 } as const;
    const rules = [errors, { ...CATALOG.dailySpend(1), renotifyMinutes: 10 }];
    const call = { step: 'chat', type: 'llm', attributes: { 'spanline.cost.usd': 0.1 } } as const;
    const before = createWorld({ rules, memory });
    for (let n = 0; n < 12; n++) before.serve({ ...call, fails: new Error('down') });
    before.pass(MINUTE);
    expect(before.events().toSorted()).toEqual(['Daily Spend fired', 'Errors fired']);
    await before.monitor.close();
    const after = createWorld({ rules, memory, start: before.now() + MINUTE });
    const cheap = { ...call, attributes: { 'spanline.cost.usd': 0.0001 } };
    serveFor(after, 12, cheap);
    expect(after.events()).toEqual(['Daily Spend repeated']);
    expect(after.alerts[0]?.message).toContain('daily_spend_usd has too little data');
    serveFor(after, 10, cheap);
    expect(after.events()).toContain('Errors recovered');
    expect(after.monitor.alerts()).toMatchObject([{ rule: 'Daily Spend', state: 'ALERT' }]);
    await after.monitor.close();
  });

  it('knows an open incident of a step that was not seen in between', async () => {
    const memory = { file: join(directory, 'memory.json') };
    const rule = { ...STEP, baseline: 10 };
    const before = createWorld({ rules: [rule], memory });
    serveFor(before, 2, { ms: 1000, step: 'rerank' });
    expect(before.events()).toEqual(['Step Latency fired']);
    await before.monitor.close();
    const between = createWorld({ rules: [rule], memory, start: before.now() + MINUTE });
    serveFor(between, 2, { ms: 10, step: 'search' });
    await between.monitor.close();
    const after = createWorld({ rules: [rule], memory, start: between.now() + MINUTE });
    serveFor(after, 2, { ms: 1, step: 'rerank' });
    expect(after.events()).toEqual(['Step Latency recovered']);
    await after.monitor.close();
    expect(createWorld({ rules: [rule], memory, start: after.now() }).monitor.alerts()).toEqual([]);
  });

  it('knows baselines learned from a log', async () => {
    const file = join(directory, 'deep', 'memory.json');
    const before = createWorld({ rules: [] });
    serveFor(before, 14, { ms: 100, step: 'rerank' }, { ms: 30, step: 'search' });
    serveFor(before, 3, { ms: 100, step: 'young' });
    expect(await learnBaselines({ rules: [STEP, SLOW], lines: before.lines().toReversed(), file })).toBe(2);
    const after = createWorld({ rules: [STEP], memory: { file }, start: before.now() + MINUTE });
    serveFor(after, 2, { ms: 1000, step: 'rerank' }, { ms: 30, step: 'search' });
    expect(after.events()).toEqual(['Step Latency fired']);
    expect(after.alerts[0]).toMatchObject({ step: 'rerank', baseline: expect.closeTo(100, -1) as number });
    await after.monitor.close();
    for (const [given, named] of [
      [{ rules: [STEP], lines: '', file: '' }, 'ERR_INVALID_OPTION: file'],
      [{ rules: [{ ...STEP, threshold: -Infinity }], lines: '', file }, 'threshold'],
      [{ rules: [STEP], lines: '', file: join(file, 'x') }, 'EEXIST'],
    ] as const) {
      await expect(learnBaselines(given)).rejects.toThrow(named);
    }
  });

  it('starts anew, with a warning, if the file is not a memory file', async () => {
    const file = join(directory, 'memory.json');
    writeFileSync(file, '{"version":9}');
    const world = createWorld({ rules: [STEP], memory: { file } });
    expect(world.lines().filter((line) => line.includes('is not a memory file'))).toHaveLength(1);
    serveFor(world, 15, { ms: 100, step: 'rerank' });
    serveFor(world, 2, { ms: 1000, step: 'rerank' });
    expect(world.events()).toEqual(['Step Latency fired']);
    await world.monitor.close();
  });
});

describe('a backtest', () => {
  it('finds the incidents of the monitor, at the same times and with the same traces', async () => {
    const rules = [SLOW, STEP];
    const world = createWorld({ rules });
    serveFor(world, 15, { ms: 100, step: 'rerank' });
    serveFor(world, 3, { ms: 2000, step: 'rerank' });
    serveFor(world, 30, { ms: 100, step: 'rerank' });
    serveFor(world, 2, { ms: 3000, step: 'rerank' });
    const results = await backtest(rules, world.lines());
    for (const { name, incidents, messages } of results) {
      const live = world.alerts.filter((alert) => alert.name === name);
      expect(messages).toBeGreaterThanOrEqual(live.length);
      const fired = live.filter(({ event }) => event === 'fired');
      expect(incidents.map(({ step, value }) => ({ step, value }))).toEqual(
        fired.map(({ step, value }) => ({ step, value })),
      );
      incidents.forEach(({ from, traceIds }, index) => {
        expect(Math.abs(from - (fired[index]?.at ?? 0))).toBeLessThanOrEqual(15 * SECOND);
        expect(traceIds).toEqual(fired[index]?.traceIds);
      });
    }
    const table = formatBacktest(results);
    expect(table).toMatch(/^rule +fired +minutes +messages$/m);
    expect(table).toMatch(/^Slow +2 /m);
    expect(table).toMatch(/2026-03-29 12:\d\d:\d\d {2}Step Latency: latency_p99_ms of rerank/);
  });

  it('does not depend on the order of the lines', async () => {
    const world = createWorld({ rules: [] });
    serveFor(world, 5, { ms: 5000 });
    const there = await backtest([SLOW], world.lines());
    expect(there[0]?.incidents).toHaveLength(1);
    expect(await backtest([SLOW], world.lines().toReversed())).toEqual(there);
  });

  it('prints names without control characters', async () => {
    const world = createWorld({ rules: [] });
    const step = '\u001b]0;owned\u0007\u001b[2Jrerank\n';
    serveFor(world, 2, { ms: 5000, step });
    const table = formatBacktest(await backtest([{ ...STEP, name: 'Step\u001b[31m', baseline: 10 }], world.lines()));
    expect(table).toContain('rerank');
    expect(table.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(table.split('\n')).toHaveLength(4);
  });

  it('skips years of silence, and accepts an empty log', async () => {
    const world = createWorld({ rules: [] });
    serveFor(world, 2, { ms: 5000 });
    world.setClock(NOON + 10 * 365 * 24 * 60 * MINUTE);
    serveFor(world, 2, { ms: 5000 });
    const [result] = await backtest([{ ...SLOW, noData: 'ok' }], world.lines());
    expect(result?.incidents).toHaveLength(2);
    expect(await backtest([SLOW], '')).toMatchObject([{ incidents: [], messages: 0, minutesFiring: 0 }]);
  });
});
