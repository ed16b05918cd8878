import { describe, expect, it } from 'vitest';
import { cloudwatchLogAlarms } from '@spanline/dashboards';
import { type AlertRule, CATALOG, DEFAULT_RULES } from '@spanline/monitor/offline';
import { ATTRIBUTE_KEYS } from '@spanline/record';

const RULE: AlertRule = { name: 'Errors', metric: 'error_rate', threshold: 0.1, comparison: 'gt' };
const OPTIONS = { logGroup: '/rag-api/llm', roleArn: 'arn:aws:iam::123456789012:role/alarms', set: 'rag' };

interface Alarm {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly ScheduledQueryConfiguration: {
    readonly QueryString: string;
    readonly AggregationExpression: string;
    readonly ScheduleConfiguration: Readonly<Record<string, unknown>>;
  };
  readonly QueryResultsToEvaluate: number;
  readonly TreatMissingData: string;
}

function alarmsOf(rule: AlertRule, more: object = {}): Alarm[] {
  const [result] = cloudwatchLogAlarms([rule], { ...OPTIONS, ...more });
  if (result?.kind !== 'compiled') throw new Error(result?.reason);
  return result.bodies.map(({ body }) => body as unknown as Alarm);
}

const queryOf = (rule: AlertRule): string => alarmsOf(rule)[0]?.ScheduledQueryConfiguration.QueryString ?? '';

describe('cloudwatchLogAlarms()', () => {
  it('compiles every default rule, and those of the catalogue whose limits are numbers', () => {
    const rules = [...DEFAULT_RULES, CATALOG.timeoutRate, CATALOG.rateLimit, CATALOG.promptInjection];
    const all = [...rules, CATALOG.availability, CATALOG.dailySpend(5), { ...CATALOG.stepLatency, baseline: 300 }];
    expect(cloudwatchLogAlarms(all, OPTIONS).filter(({ kind }) => kind === 'refused')).toEqual([]);
  });

  it('computes the value and the samples of the window, and has no result below the least samples', () => {
    expect(queryOf(RULE)).toBe(
      [
        'filter event.name = "span.end" and (not ispresent(parent_span_id) or ispresent(spanline.rollup.spans))',
        'fields (span.status = "error") as is_1',
        'stats sum(is_1) / count(*) as value, count(*) as samples',
        'filter samples >= 20',
      ].join('\n| '),
    );
    expect(alarmsOf(RULE)[0]?.ScheduledQueryConfiguration).toMatchObject({
      AggregationExpression: 'max(value)',
      ScheduleConfiguration: { ScheduleExpression: 'rate(1 minute)', StartTimeOffset: 900, EndTimeOffset: 0 },
    });
  });

  it('is on while a result of the minutes of recovery is bad', () => {
    expect(alarmsOf({ ...RULE, recoverAfterMinutes: 3 })[0]).toMatchObject({
      QueryResultsToEvaluate: 4,
      QueryResultsToAlarm: 1,
      Threshold: 0.1,
      ComparisonOperator: 'GreaterThanThreshold',
    });
  });

  it.each([
    [RULE, 'ignore'],
    [{ ...RULE, noData: 'ok' as const }, 'notBreaching'],
    [{ ...RULE, noData: 'no_data' as const }, 'missing'],
    [{ ...RULE, noData: 'alert' as const }, 'breaching'],
    [CATALOG.promptInjection, 'notBreaching'],
    [{ ...RULE, metric: 'requests', threshold: 1, comparison: 'lt' as const }, 'breaching'],
  ])('says what a window without a result is: %#', (rule, treated) => {
    expect(alarmsOf(rule)[0]?.TreatMissingData).toBe(treated);
  });

  it('has an alarm of each severity, an alarm for each step, and what is notified', () => {
    const alarms = alarmsOf(
      { ...RULE, severity: 'critical', warningThreshold: 0.05 },
      { notify: 'arn:aws:sns:eu:1:llm' },
    );
    expect(alarms.map(({ AlarmName }) => AlarmName)).toEqual([
      expect.stringMatching(/^spanline-rag-errors-\w{6}$/) as string,
      expect.stringMatching(/^spanline-rag-errors-\w{6}-warning$/) as string,
    ]);
    expect(alarms[1]).toMatchObject({ AlarmActions: ['arn:aws:sns:eu:1:llm'], OKActions: ['arn:aws:sns:eu:1:llm'] });
    const [steps] = alarmsOf({ ...CATALOG.stepLatency, baseline: 300 });
    expect(steps?.ScheduledQueryConfiguration.AggregationExpression).toBe('max(value) by span.name');
    expect(steps?.ScheduledQueryConfiguration.QueryString).toContain('as samples by span.name\n');
  });

  it('names fields of the span schema only', () => {
    const known = new Set<string>(ATTRIBUTE_KEYS);
    const rules = [...DEFAULT_RULES, CATALOG.rateLimit, CATALOG.promptInjection, CATALOG.safetyTriggers(1)];
    const texts = rules
      .map(queryOf)
      .join('\n')
      .replaceAll(/"[^"]*"/g, '');
    const fields = [...texts.matchAll(/\b[a-z_]+(?:\.[a-z_]+)+/g)].map(([field]) => field);
    expect(fields.length).toBeGreaterThan(20);
    expect([...new Set(fields)].filter((field) => !known.has(field))).toEqual([]);
  });

  it.each<[AlertRule, RegExp]>([
    [CATALOG.tokensPerRequest, /baseline/],
    [CATALOG.queueDepth, /queue_depth/],
    [{ ...RULE, recoverAfterMinutes: 0.5 }, /whole minutes/],
  ])('refuses what it cannot say: %#', (rule, reason) => {
    const [result] = cloudwatchLogAlarms([rule], OPTIONS);
    expect(result).toEqual({ kind: 'refused', rule: rule.name, reason: expect.stringMatching(reason) as string });
  });
});
