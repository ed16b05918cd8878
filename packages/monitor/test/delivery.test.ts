import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { currentSpan, withContext } from '@spanline/core';
import { currentValues } from '@spanline/core/internal';
import { createQuietHours, type QuietHours } from '../src/evaluation/quiet-hours.ts';
import { type Alert, type AlertRule, CATALOG, type Channel, ChannelError } from '../src/index.ts';
import { createWorld, MINUTE, NOON, type World } from './world.ts';

const rule = (fields: Partial<AlertRule> = {}): AlertRule => ({
  name: 'Slow',
  metric: 'latency_p95_ms',
  threshold: 1000,
  comparison: 'gt',
  windowMinutes: 1,
  minSamples: 1,
  recoverAfterMinutes: 0,
  cooldownMinutes: 0,
  ...fields,
});

/** A channel that records its messages. */
function channel(
  behave: (call: number, alerts: readonly Alert[], signal: AbortSignal) => Promise<void> | void = () => {},
) {
  const messages: string[][] = [];
  const send: Channel['send'] = async (alerts, signal) => {
    messages.push(alerts.map(({ name, event }) => `${name} ${event}`));
    await behave(messages.length, alerts, signal);
  };
  return { messages, send };
}

/** One minute of slow requests, one of fast ones. */
function incident(world: World): void {
  world.serve({ ms: 5000 });
  world.pass(MINUTE);
  world.serve({ ms: 1 });
  world.pass(2 * MINUTE);
}

const warnings = (world: World): string[] =>
  world.lines().flatMap((line) => {
    const { msg, message = msg } = JSON.parse(line) as { msg?: string; message?: string };
    return message?.includes('not sent') === true ? [message] : [];
  });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('alerts', () => {
  it('go to the channel of their rule and to that of their severity', async () => {
    const [slack, pager, other] = [channel(), channel(), channel()];
    const rules = [
      rule({ name: 'A' }),
      rule({ name: 'B', severity: 'critical' }),
      rule({ name: 'C', notifyChannel: 'other' }),
      rule({ name: 'D', notifyChannel: 'log' }),
    ];
    const world = createWorld({ rules, channels: { slack: slack.send, pager, other }, routes: { critical: 'pager' } });
    world.serve({ ms: 5000 });
    world.pass(MINUTE);
    await settle();
    expect(slack.messages).toEqual([['A fired', 'B fired']]);
    expect(pager.messages).toEqual([['B fired']]);
    expect(other.messages).toEqual([['C fired']]);
    expect(world.alertLines()).toHaveLength(4);
  });

  it('name the threshold that was crossed', async () => {
    const world = createWorld({ rules: [rule({ severity: 'critical', warningThreshold: 500 })] });
    for (const ms of [700, 5000]) {
      world.serve({ ms });
      world.pass(MINUTE);
    }
    expect(world.alerts.map(({ state, severity, threshold }) => [state, severity, threshold])).toEqual([
      ['WARNING', 'warning', 500],
      ['ALERT', 'critical', 1000],
    ]);
  });

  it('are sent outside of the context of the request that caused them', async () => {
    const seen: (string | undefined)[] = [];
    const slack = channel(() => void seen.push(currentValues().userId, currentSpan()?.name));
    const world = createWorld({ rules: [CATALOG.promptInjection], channels: { slack } });
    const guard = { 'spanline.guardrail.name': 'injection', 'spanline.guardrail.action': 'block' };
    await withContext({ userId: 'ada' }, () =>
      world.tracer.withSpan('POST /ask', async () => {
        world.tracer.startSpan({ name: 'guard', type: 'guardrail' }).set(guard).end();
        await settle();
      }),
    );
    expect(seen).toEqual([undefined, undefined]);
  });

  it('recover on the channel where they fired, even if they became milder in between', async () => {
    const [slack, pager] = [channel(), channel()];
    const rules = [rule({ severity: 'critical', warningThreshold: 500 })];
    const world = createWorld({ rules, channels: { slack, pager }, routes: { critical: 'pager' } });
    for (const ms of [5000, 700, 1]) {
      world.serve({ ms });
      world.pass(2 * MINUTE);
    }
    await settle();
    expect(pager.messages.flat()).toEqual(['Slow fired', 'Slow recovered']);
    expect(slack.messages.flat()).toEqual(['Slow fired', 'Slow recovered']);
  });

  it('within digestSeconds are one message', async () => {
    const slack = channel();
    const rules = ['A', 'B', 'C'].map((name) => rule({ name }));
    const world = createWorld({ rules, channels: { slack }, digestSeconds: 300 });
    incident(world);
    await settle(299_000);
    expect(slack.messages).toEqual([]);
    await settle(1000);
    expect(slack.messages).toEqual([['A fired', 'B fired', 'C fired', 'A recovered', 'B recovered', 'C recovered']]);
  });

  it('are retried after a failure, in order', async () => {
    const slack = channel((call) => {
      if (call <= 2) throw new Error('not now');
    });
    const world = createWorld({ rules: [rule()], channels: { slack } });
    world.serve({ ms: 5000 });
    world.pass(MINUTE);
    await settle();
    world.serve({ ms: 1 });
    world.pass(2 * MINUTE);
    await settle(10_000);
    expect(slack.messages).toEqual([['Slow fired'], ['Slow fired'], ['Slow fired'], ['Slow recovered']]);
    expect(world.monitor.stats().channels).toEqual({ slack: { sent: 2, failed: 2, lost: 0 } });
  });

  it('are not retried after a permanent failure, which is logged', async () => {
    const slack = channel(() => {
      throw new ChannelError('status 404', { isPermanent: true });
    });
    const world = createWorld({ rules: [rule()], channels: { slack } });
    incident(world);
    await settle(600_000);
    expect(slack.messages).toHaveLength(1);
    expect(warnings(world)).toEqual(['spanline: 2 alerts were not sent: status 404']);
    expect(world.alertLines()).toHaveLength(2);
  });

  it('are dropped with a warning that contains no key, whatever a function throws', async () => {
    const url = 'https://hooks.slack.com/services/T0/B0/sesame';
    const thrown = [new TypeError(`Failed to parse URL from ${url}`), url, { message: url }, undefined];
    for (let index = 0; index < thrown.length; index++) {
      const slack: Channel['send'] = () => Promise.reject(thrown[index] as Error);
      const world = createWorld({ rules: [rule()], channels: { slack } });
      incident(world);
      await settle();
      await world.monitor.close();
      expect(warnings(world)).toHaveLength(1);
      expect(warnings(world)[0]).toMatch(
        /^spanline: 2 alerts were not sent: the channel threw (?:TypeError|something)$/,
      );
      expect(world.lines().join('')).not.toContain('sesame');
    }
  });

  it('to a channel that does not exist are reported at the start, unless there are no channels or the channel is log', () => {
    const rules = [rule({ name: 'A' }), rule({ name: 'B' }), rule({ name: 'C', notifyChannel: 'log' })];
    const warnings = (options: Parameters<typeof createWorld>[0]): string[] =>
      createWorld(options)
        .lines()
        .filter((line) => line.includes('no channel is named'));
    const [warning, ...more] = warnings({ rules, channels: { team: channel() } });
    expect(warning).toContain(String.raw`no channel is named \"slack\": the alerts of 2 rules are only logged`);
    expect(more).toEqual([]);
    expect(warnings({ rules, channels: { slack: channel() } })).toEqual([]);
    expect(warnings({ rules })).toEqual([]);
  });

  it('wait as long as Retry-After asks', async () => {
    const slack = channel((call) => {
      if (call === 1) throw new ChannelError('status 429', { retryAfterMs: 30_000 });
    });
    const world = createWorld({ rules: [rule()], channels: { slack } });
    incident(world);
    await settle(29_000);
    expect(slack.messages).toHaveLength(1);
    await settle(1500);
    expect(slack.messages).toHaveLength(2);
  });

  it('are retried once a minute after five failures, and dropped after an hour', async () => {
    const slack = channel(() => Promise.reject(new ChannelError('status 500')));
    const world = createWorld({ rules: [rule()], channels: { slack } });
    incident(world);
    await settle(40_000);
    const before = slack.messages.length;
    expect(before).toBe(5);
    await settle(59_000 - 40_000);
    expect(slack.messages).toHaveLength(5);
    await settle(60 * MINUTE);
    expect(slack.messages.length).toBeGreaterThan(60);
    expect(slack.messages.length).toBeLessThan(70);
    expect(warnings(world)).toEqual(['spanline: 2 alerts were not sent: status 500']);
  });

  it('are retried at the usual pace again after a success', async () => {
    let works = false;
    const slack = channel(() => {
      if (!works) throw new ChannelError('status 500');
    });
    const world = createWorld({ rules: [rule()], channels: { slack } });
    incident(world);
    await settle(40_000);
    works = true;
    await settle(60_000);
    expect(world.monitor.stats().channels['slack']).toMatchObject({ sent: 2, failed: 5 });
    works = false;
    const before = slack.messages.length;
    incident(world);
    await settle(2000);
    expect(slack.messages.length).toBeGreaterThanOrEqual(before + 2);
  });

  it('do not wait for another channel that hangs', async () => {
    let aborted = 0;
    const hanging = channel((_call, _alerts, signal) => {
      signal.addEventListener('abort', () => void aborted++);
      return new Promise(() => {});
    });
    const slack = channel();
    const rules = [rule({ name: 'A', notifyChannel: 'hanging' }), rule({ name: 'B' })];
    const world = createWorld({ rules, channels: { slack, hanging } });
    incident(world);
    await settle();
    expect(slack.messages).toEqual([['B fired', 'B recovered']]);
    await settle(10_000);
    expect([aborted, world.monitor.stats().channels['hanging']?.failed]).toEqual([1, 1]);
    const closed = world.monitor.close();
    await settle(10_000);
    await closed;
    expect(world.monitor.stats().channels['hanging']?.lost).toBe(2);
  });

  it('wait in a queue of 1000, from which the oldest are dropped', async () => {
    const slack = channel((call) => (call === 1 ? new Promise(() => {}) : undefined));
    const world = createWorld({ rules: [rule({ maxPerDay: 10_000 })], channels: { slack } });
    world.serve({ ms: 5000 });
    world.pass(MINUTE);
    await settle();
    for (let index = 0; index < 501; index++) incident(world);
    expect(world.monitor.stats().channels['slack']?.lost).toBe(world.alerts.length - 1 - 1000);
    expect(warnings(world)).toHaveLength(world.alerts.length - 1 - 1000);
    await settle(11 * MINUTE);
    expect(world.monitor.stats().channels['slack']?.sent).toBe(1001);
  });

  it('are not lost when they arrive at the end of a delivery', async () => {
    const slack = channel();
    const world = createWorld({ rules: [rule()], channels: { slack } });
    for (let round = 0; round < 5; round++) {
      incident(world);
      for (let tick = 0; tick < round; tick++) await Promise.resolve();
    }
    await settle();
    expect(slack.messages.flat()).toHaveLength(10);
  });

  it('are sent before the monitor is closed', async () => {
    const slack = channel();
    const world = createWorld({ rules: [rule()], channels: { slack }, digestSeconds: 3600 });
    incident(world);
    await world.monitor.close();
    expect(slack.messages).toEqual([['Slow fired', 'Slow recovered']]);
  });
});

describe('suppressed messages', () => {
  it('are counted in the next message, and are in the log', async () => {
    const sent: Alert[] = [];
    const slack = channel((_call, alerts) => void sent.push(...alerts));
    const world = createWorld({ rules: [rule({ maxPerDay: 3 })], channels: { slack }, start: NOON });
    for (let index = 0; index < 5; index++) incident(world);
    await settle();
    expect(sent.map(({ event }) => event)).toEqual([1, 2, 3].flatMap(() => ['fired', 'recovered']));
    world.setClock(NOON + 24 * 60 * MINUTE);
    incident(world);
    await settle();
    expect(sent.at(-2)).toMatchObject({
      event: 'fired',
      suppressed: 4,
      message: expect.stringContaining(', 4 suppressed)') as string,
    });
    expect(world.alertLines()).toHaveLength(12);
  });

  it('are warnings in quiet hours, but not critical alerts', async () => {
    const slack = channel();
    const rules = [rule({ name: 'W' }), rule({ name: 'C', severity: 'critical' })];
    const quietHours: QuietHours = { from: '11:00', to: '12:03' };
    const world = createWorld({ rules, channels: { slack }, quietHours });
    incident(world);
    world.pass(5 * MINUTE);
    incident(world);
    await settle();
    expect(slack.messages.flat()).toEqual([
      'C fired',
      'C recovered',
      'W fired',
      'C fired',
      'W recovered',
      'C recovered',
    ]);
    expect(
      world.alerts.filter(({ name, event }) => name === 'W' && event === 'fired').map(({ suppressed }) => suppressed),
    ).toEqual([0, 2]);
  });
});

describe('quiet hours', () => {
  const berlin: QuietHours = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' };
  it.each<[what: string, hours: QuietHours, at: string, quiet: boolean]>([
    ['before they begin', berlin, '2026-01-10T20:59:59Z', false],
    ['when they begin', berlin, '2026-01-10T21:00:00Z', true],
    ['after midnight', berlin, '2026-01-11T03:00:00Z', true],
    ['when they end', berlin, '2026-01-11T06:00:00Z', false],
    ['in summer they begin an hour earlier in UTC', berlin, '2026-07-10T20:00:00Z', true],
    ['in summer they end an hour earlier in UTC', berlin, '2026-07-11T05:00:00Z', false],
    ['the night of 29 March is an hour shorter', berlin, '2026-03-29T05:00:00Z', false],
    ['and not over before', berlin, '2026-03-29T04:59:59Z', true],
    ['the night of 25 October is an hour longer', berlin, '2026-10-25T05:59:59Z', true],
    ['and over then', berlin, '2026-10-25T06:00:00Z', false],
    ['within one day', { from: '12:00', to: '13:00' }, '2026-01-10T12:30:00Z', true],
    ['outside, within one day', { from: '12:00', to: '13:00' }, '2026-01-10T13:00:00Z', false],
    ['of no length', { from: '12:00', to: '12:00' }, '2026-01-10T12:00:00Z', false],
    ['half an hour from UTC', { from: '00:00', to: '01:00', timeZone: 'Asia/Kolkata' }, '2026-01-10T18:30:00Z', true],
  ])('%s', (_what, hours, at, quiet) => {
    const isQuiet = createQuietHours(hours);
    expect(isQuiet(Date.parse(at), 'warning')).toBe(quiet);
    expect(isQuiet(Date.parse(at), 'critical')).toBe(false);
  });
});
