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

/** `120` a value of enough samples, `120/3` one of three samples, `-` none; one a minute. Gives what was said: `fired`, `(fired)` where it is not sent, a dot for nothing. */
function run(rule: Partial<AlertRule>, values: string, isQuiet?: IsQuiet): string {
  const [resolved] = resolveRules([{ ...RULE, ...rule }]);
  if (resolved === undefined) throw new Error('no rule');
  let state: RuleState = initialState(NOON);
  const said: string[] = [];
  values.split(' ').forEach((text, index) => {
    const [value, samples = '10'] = text.split('/');
    const seen: Observation = {
      value: value === '-' ? undefined : Number(value),
      samples: value === '-' ? 0 : Number(samples),
      isEnough: value !== '-' && Number(samples) >= resolved.minSamples,
      threshold: resolved.threshold,
      warningThreshold: resolved.warningThreshold,
      recoveryThreshold: resolved.recoveryThreshold,
    };
    const outcome = advance(resolved, state, seen, NOON + index * MINUTE, isQuiet);
    state = outcome.state;
    const held = outcome.suppressed === 0 ? '' : `+${outcome.suppressed}`;
    said.push(outcome.event === undefined ? '.' : outcome.isSent ? `${outcome.event}${held}` : `(${outcome.event})`);
  });
  return `${said.join(' ')} ${stateOf(state)}`;
}

describe('a rule', () => {
  it.each<[what: string, rule: Partial<AlertRule>, values: string, said: string]>([
    ['fires once', {}, '50 101 102 103', '. fired . . ALERT'],
    ['compares strictly', {}, '100 100', '. . OK'],
    ['compares as it says', { comparison: 'gte' }, '99 100', '. fired ALERT'],
    ['looks the other way', { comparison: 'lt' }, '101 99', '. fired ALERT'],
    ['is a warning when it says so', { severity: 'warning' }, '101', 'fired WARNING'],
    ['needs enough samples', {}, '200/9 200/10', '. fired ALERT'],
    ['recovers after being good for so long', {}, '101 50 50 50 50', 'fired . . recovered . OK'],
    ['starts to wait again when it breaks again', {}, '101 50 50 101 50 50 50', 'fired . . . . . recovered OK'],
    ['recovers at once when told to', { recoverAfterMinutes: 0 }, '101 50', 'fired recovered OK'],
    [
      'stays between the two thresholds',
      { recoveryThreshold: 80 },
      '101 90 90 90 90 70 70 70',
      'fired . . . . . . recovered OK',
    ],
    ['warns first', { warningThreshold: 80 }, '81 101 102', 'fired fired . ALERT'],
    ['becomes a warning in silence', { warningThreshold: 80 }, '101 90 90 90 50 50 50', 'fired . . . . . recovered OK'],
    ['tells that it gets worse again', { warningThreshold: 80 }, '101 90 90 90 101', 'fired . . . fired ALERT'],
    ['repeats itself', { renotifyMinutes: 2 }, '101 101 101 101 101', 'fired . repeated . repeated ALERT'],
    [
      'repeats between the thresholds, too',
      { renotifyMinutes: 2, recoveryThreshold: 80 },
      '101 90 90',
      'fired . repeated ALERT',
    ],
    [
      'is sent no more than so often a day, but its end is',
      { recoverAfterMinutes: 0, maxPerDay: 2 },
      '101 50 101 50',
      'fired recovered (fired) (recovered) OK',
    ],
    [
      'is not sent again so soon after its recovery',
      { recoverAfterMinutes: 0, cooldownMinutes: 3 },
      '101 50 101 50 50 101',
      'fired recovered (fired) (recovered) . fired+2 ALERT',
    ],
    [
      'that goes on after its cool-down is said then',
      { recoverAfterMinutes: 0, cooldownMinutes: 3 },
      '101 50 101 101 101 101',
      'fired recovered (fired) . repeated+1 . ALERT',
    ],
    [
      'that was told to be mild is not held back when it gets worse',
      { recoverAfterMinutes: 0, cooldownMinutes: 3, warningThreshold: 80 },
      '81 50 81 101 101 101',
      'fired recovered (fired) (fired) repeated+2 . ALERT',
    ],
    [
      'has messages for what is bad that warnings do not use up',
      { recoverAfterMinutes: 0, warningThreshold: 80, maxPerDay: 2 },
      '81 50 81 50 101 102',
      'fired recovered (fired) (recovered) fired+2 . ALERT',
    ],
    ['is kept without data', {}, '101 - 200/3 50 50 50', 'fired . . . . recovered OK'],
    ['is well without data', { noData: 'ok' }, '101 - - -', 'fired . . recovered OK'],
    ['notes missing data in silence', { noData: 'no_data' }, '50 - - 50', '. . . . OK'],
    [
      'ends an incident that lost its data when data is back',
      { noData: 'no_data' },
      '101 - 50 50 50',
      'fired . . . recovered OK',
    ],
    ['does not say again what went on without data', { noData: 'no_data' }, '101 - 101 - 101', 'fired . . . . ALERT'],
    ['says so when data is back and it is still bad', { noData: 'alert' }, '101 - 101', 'fired no_data repeated ALERT'],
    [
      'ends what lost its data, and was told to, once',
      { noData: 'alert' },
      '101 - 50 50 50 50',
      'fired no_data . . recovered . OK',
    ],
    ['tells missing data', { noData: 'alert' }, '50 - - 50', '. no_data . recovered OK'],
    [
      'repeats that data is missing',
      { noData: 'alert', renotifyMinutes: 1 },
      '- - 101',
      'no_data repeated fired ALERT',
    ],
  ])('%s', (_what, rule, values, said) => {
    expect(run(rule, values)).toBe(said);
  });

  it('says nothing while what is usual is unknown', () => {
    const [rule] = resolveRules([{ ...RULE, relativeTo: 'baseline' }]);
    if (rule === undefined) throw new Error('no rule');
    const seen = {
      value: 1e9,
      samples: 100,
      isEnough: true,
      threshold: undefined,
      warningThreshold: undefined,
      recoveryThreshold: undefined,
    };
    expect(advance(rule, initialState(NOON), seen, NOON)).toMatchObject({ event: undefined, state: { level: 'OK' } });
  });

  it('in quiet hours is said when they are over, if it is still so', () => {
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

  it('does not wait for a clock that was put back', () => {
    const [rule] = resolveRules([{ ...RULE, cooldownMinutes: 5, renotifyMinutes: 1 }]);
    if (rule === undefined) throw new Error('no rule');
    const bad: Observation = {
      value: 101,
      samples: 10,
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

  it('counts anew on the next day', () => {
    const day = `101 ${'50 '.repeat(24 * 60 - 2)}50`;
    expect(run({ recoverAfterMinutes: 0, maxPerDay: 2 }, `${day} 101`)).toMatch(/ fired ALERT$/);
  });
});
