import { describe, expect, it } from 'vitest';
import { advance, type IsQuiet } from '../src/evaluation/advance.ts';
import { initialState, type RuleState, stateOf } from '../src/evaluation/rule-state.ts';
import type { Observation } from '../src/evaluation/transition.ts';
import type { AlertRule } from '../src/index.ts';
import { resolveRules } from '../src/rules/resolve.ts';

const MINUTE = 60_000;
const NOON = Date.parse('2026-03-29T12:00:00Z');

const RULE: AlertRule = {
  name: 'Slow',
  metric: 'latency_p95_ms',
  threshold: 100,
  comparison: 'gt',
  severity: 'critical',
  minSamples: 10,
  recoverAfterMinutes: 2,
  cooldownMinutes: 0,
  renotifyMinutes: 0,
};

/**
 * Evaluates a rule once a minute: `120` is a value with enough samples, `120/3` one with three samples, `-` none.
 * Returns the events: `fired`, `(fired)` if it is not sent, a dot for none.
 */
function run(rule: Partial<AlertRule>, values: string, isQuiet?: IsQuiet): string {
  const [resolved] = resolveRules([{ ...RULE, ...rule }]);
  if (resolved === undefined) throw new Error('no rule');
  let state: RuleState = initialState(NOON);
  const events: string[] = [];
  values.split(' ').forEach((text, index) => {
    const [value, samples = '10'] = text.split('/');
    const seen: Observation = {
      value: value === '-' ? undefined : Number(value),
      samples: value === '-' ? 0 : Number(samples),
      isWhole: true,
      isEnough: value !== '-' && Number(samples) >= resolved.minSamples,
      threshold: resolved.threshold,
      warningThreshold: resolved.warningThreshold,
      recoveryThreshold: resolved.recoveryThreshold,
    };
    const outcome = advance(resolved, state, seen, NOON + index * MINUTE, isQuiet);
    state = outcome.state;
    const held = outcome.suppressed === 0 ? '' : `+${outcome.suppressed}`;
    events.push(outcome.event === undefined ? '.' : outcome.isSent ? `${outcome.event}${held}` : `(${outcome.event})`);
  });
  return `${events.join(' ')} ${stateOf(state)}`;
}

describe('a rule', () => {
  it.each<[what: string, rule: Partial<AlertRule>, values: string, events: string]>([
    ['fires once', {}, '50 101 102 103', '. fired . . ALERT'],
    ['compares strictly', {}, '100 100', '. . OK'],
    ['compares with its comparison', { comparison: 'gte' }, '99 100', '. fired ALERT'],
    ['fires below its threshold with lt', { comparison: 'lt' }, '101 99', '. fired ALERT'],
    ['is a warning with that severity', { severity: 'warning' }, '101', 'fired WARNING'],
    ['needs enough samples', {}, '200/9 200/10', '. fired ALERT'],
    ['recovers after recoverAfterMinutes', {}, '101 50 50 50 50', 'fired . . recovered . OK'],
    ['starts to wait again after another bad value', {}, '101 50 50 101 50 50 50', 'fired . . . . . recovered OK'],
    ['recovers at once with recoverAfterMinutes 0', { recoverAfterMinutes: 0 }, '101 50', 'fired recovered OK'],
    [
      'stays between the two thresholds',
      { recoveryThreshold: 80 },
      '101 90 90 90 90 70 70 70',
      'fired . . . . . . recovered OK',
    ],
    ['warns first', { warningThreshold: 80 }, '81 101 102', 'fired fired . ALERT'],
    [
      'becomes a warning without a message',
      { warningThreshold: 80 },
      '101 90 90 90 50 50 50',
      'fired . . . . . recovered OK',
    ],
    ['reports that it gets worse again', { warningThreshold: 80 }, '101 90 90 90 101', 'fired . . . fired ALERT'],
    ['repeats itself', { renotifyMinutes: 2 }, '101 101 101 101 101', 'fired . repeated . repeated ALERT'],
    [
      'repeats itself between the thresholds, too',
      { renotifyMinutes: 2, recoveryThreshold: 80 },
      '101 90 90',
      'fired . repeated ALERT',
    ],
    [
      'that flaps is sent at most maxPerDay times, but its recovery is always sent',
      { recoverAfterMinutes: 0, maxPerDay: 2 },
      '101 50 101 50 101 50',
      'fired recovered fired recovered (fired) (recovered) OK',
    ],
    [
      'that flaps is sent at last if it lasts for half an hour',
      { recoverAfterMinutes: 0, maxPerDay: 1 },
      `101 50 ${'101 '.repeat(30)}101 101 50`,
      `fired recovered (fired) ${'. '.repeat(29)}repeated+1 . recovered OK`,
    ],
    [
      'is sent if it begins half an hour after the last, whatever was sent today',
      { recoverAfterMinutes: 0, maxPerDay: 1 },
      `101 50 ${'50 '.repeat(29)}101 50 101 50`,
      `fired recovered ${'. '.repeat(29)}fired recovered (fired) (recovered) OK`,
    ],
    [
      'repeats itself at most maxPerDay times',
      { renotifyMinutes: 1, maxPerDay: 2, recoverAfterMinutes: 0 },
      '101 101 101 101 101 50 101',
      'fired repeated repeated . . recovered fired ALERT',
    ],
    [
      'is not sent during its cool-down',
      { recoverAfterMinutes: 0, cooldownMinutes: 3 },
      '101 50 101 50 50 101',
      'fired recovered (fired) (recovered) . fired+2 ALERT',
    ],
    [
      'is sent after its cool-down if it lasts',
      { recoverAfterMinutes: 0, cooldownMinutes: 3 },
      '101 50 101 101 101 101',
      'fired recovered (fired) . repeated+1 . ALERT',
    ],
    [
      'is sent after its cool-down with the level it has then',
      { recoverAfterMinutes: 0, cooldownMinutes: 3, warningThreshold: 80 },
      '81 50 81 101 101 101',
      'fired recovered (fired) (fired) repeated+2 . ALERT',
    ],
    [
      'counts warnings and alerts separately',
      { recoverAfterMinutes: 0, warningThreshold: 80, maxPerDay: 1 },
      '81 50 81 50 101 102',
      'fired recovered (fired) (recovered) fired+2 . ALERT',
    ],
    ['keeps its state without data', {}, '101 - 200/3 50 50 50', 'fired . . . . recovered OK'],
    ['counts no data as good with noData ok', { noData: 'ok' }, '101 - - -', 'fired . . recovered OK'],
    ['becomes NO_DATA without a message with noData no_data', { noData: 'no_data' }, '50 - - 50', '. . . . OK'],
    [
      'recovers from an incident that lost its data once data is back',
      { noData: 'no_data' },
      '101 - 50 50 50',
      'fired . . . recovered OK',
    ],
    [
      'does not report a lasting incident again after a gap in the data',
      { noData: 'no_data' },
      '101 - 101 - 101',
      'fired . . . . ALERT',
    ],
    [
      'reports an incident again when data is back and still bad',
      { noData: 'alert' },
      '101 - 101',
      'fired no_data repeated ALERT',
    ],
    [
      'recovers once from an incident whose missing data was reported',
      { noData: 'alert' },
      '101 - 50 50 50 50',
      'fired no_data . . recovered . OK',
    ],
    ['reports missing data with noData alert', { noData: 'alert' }, '50 - - 50', '. no_data . recovered OK'],
    [
      'repeats the report of missing data',
      { noData: 'alert', renotifyMinutes: 1 },
      '- - 101',
      'no_data repeated fired ALERT',
    ],
  ])('%s', (_what, rule, values, events) => {
    expect(run(rule, values)).toBe(events);
  });

  it('does not fire without a baseline', () => {
    const [rule] = resolveRules([{ ...RULE, relativeTo: 'baseline' }]);
    if (rule === undefined) throw new Error('no rule');
    const seen = {
      value: 1e9,
      samples: 100,
      isWhole: true,
      isEnough: true,
      threshold: undefined,
      warningThreshold: undefined,
      recoveryThreshold: undefined,
    };
    expect(advance(rule, initialState(NOON), seen, NOON)).toMatchObject({ event: undefined, state: { level: 'OK' } });
  });

  it('is sent after quiet hours if it still holds', () => {
    const warning: Partial<AlertRule> = { severity: 'warning', recoverAfterMinutes: 0 };
    const quietUntil =
      (minute: number, from = 0): IsQuiet =>
      (at, severity) =>
        severity === 'warning' && at >= NOON + from * MINUTE && at < NOON + minute * MINUTE;
    expect(run(warning, '101 101 101 101', quietUntil(2))).toBe('(fired) . repeated+1 . WARNING');
    expect(run(warning, '101 50 50 50', quietUntil(3))).toBe('(fired) (recovered) . . OK');
    expect(run(warning, '101 101 50 50 50', quietUntil(4, 1))).toBe('fired . (recovered) . recovered+1 OK');
    expect(run({ recoverAfterMinutes: 0 }, '101 50', quietUntil(9))).toBe('fired recovered OK');
  });

  it('does not wait for a clock that was set back', () => {
    const [rule] = resolveRules([{ ...RULE, cooldownMinutes: 5, renotifyMinutes: 1 }]);
    if (rule === undefined) throw new Error('no rule');
    const bad: Observation = {
      value: 101,
      samples: 10,
      isWhole: true,
      isEnough: true,
      threshold: 100,
      warningThreshold: undefined,
      recoveryThreshold: undefined,
    };
    const good = { ...bad, value: 50 };
    const later = NOON + 365 * 24 * 60 * MINUTE;
    let { state } = advance(rule, initialState(later), bad, later);
    state = advance(rule, state, good, later + MINUTE).state;
    const events = [0, 1, 2, 8, 10].map((minute) => {
      const outcome = advance(rule, state, minute >= 8 ? bad : good, NOON + minute * MINUTE);
      state = outcome.state;
      return outcome.isSent ? outcome.event : undefined;
    });
    expect(events).toEqual([undefined, 'repeated', 'recovered', 'fired', 'repeated']);

    const over = { ...initialState(later), recoveredAt: later };
    const held = advance(rule, over, bad, NOON);
    expect(held).toMatchObject({ event: 'fired', isSent: false });
    expect(advance(rule, held.state, bad, NOON + 5 * MINUTE)).toMatchObject({ event: 'repeated', isSent: true });
  });

  it('counts messages by day', () => {
    const day = `101 ${'50 '.repeat(24 * 60 - 2)}50`;
    expect(run({ recoverAfterMinutes: 0, maxPerDay: 1 }, `${day} 101 50 101`)).toMatch(
      / fired recovered \(fired\) ALERT$/,
    );
  });
});
