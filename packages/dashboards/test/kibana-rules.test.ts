import { describe, expect, it } from 'vitest';
import { kibanaRules } from '@spanline/dashboards';
import { type AlertRule, CATALOG, DEFAULT_RULES } from '@spanline/monitor/offline';
import { jsonSchema } from '@spanline/record';

const RULE: AlertRule = { name: 'Errors', metric: 'error_rate', threshold: 0.1, comparison: 'gt' };

function bodiesOf(rule: AlertRule): Readonly<Record<string, unknown>>[] {
  const [result] = kibanaRules([rule], { set: 'rag', filter: 'service.name:rag' });
  if (result?.kind !== 'compiled') throw new Error(result?.reason);
  return result.bodies.map(({ body }) => body);
}

const paramsOf = (rule: AlertRule): Record<string, unknown> => bodiesOf(rule)[0]?.['params'] as Record<string, unknown>;
const queryOf = (rule: AlertRule): string => (paramsOf(rule)['esqlQuery'] as { esql: string }).esql;

describe('kibanaRules()', () => {
  it('compiles every default rule, and those of the catalogue whose limits are numbers', () => {
    const rules = [...DEFAULT_RULES, CATALOG.timeoutRate, CATALOG.rateLimit, CATALOG.promptInjection];
    const all = [...rules, CATALOG.availability, CATALOG.dailySpend(5), { ...CATALOG.stepLatency, baseline: 300 }];
    expect(kibanaRules(all).filter(({ kind }) => kind === 'refused')).toEqual([]);
  });

  it('has the parameters that Kibana demands of a rule in ES|QL', () => {
    const params = paramsOf(RULE);
    expect(params).toMatchObject({ searchType: 'esqlQuery', threshold: [0], thresholdComparator: '>', groupBy: 'all' });
    expect(params).toMatchObject({ timeField: '@timestamp', timeWindowSize: 21, timeWindowUnit: 'm' });
    expect(queryOf(RULE)).toMatch(/^FROM logs-spanline-\*\n\| WHERE QSTR\("service\.name:rag"\)\n/);
  });

  it('reads a window for each minute of recovery', () => {
    const query = queryOf({ ...RULE, recoverAfterMinutes: 2 });
    expect(query.match(/in_\d = /g)).toEqual(['in_0 = ', 'in_1 = ', 'in_2 = ']);
    expect(query).toContain('(samples_2 >= 20 AND value_2 > 0.1)');
  });

  it('covers the UTC day for a daily metric, and has an alert for each step', () => {
    const daily = { ...CATALOG.dailySpend(5), recoverAfterMinutes: 0 };
    expect(queryOf(daily)).toContain('@timestamp >= DATE_TRUNC(1 day, TO_DATETIME(?_tend))');
    expect(paramsOf(daily)).toMatchObject({ timeWindowSize: 1441 });
    const steps = { ...CATALOG.stepLatency, baseline: 300 };
    expect([paramsOf(steps)['groupBy'], queryOf(steps)]).toEqual(['row', expect.stringContaining('BY span.name\n')]);
  });

  it('makes a rule of each severity, and one for missing data', () => {
    const bodies = bodiesOf({ ...RULE, severity: 'critical', warningThreshold: 0.05, noData: 'alert' });
    expect(bodies.map(({ name, tags }) => [name, (tags as string[])[1]])).toEqual([
      ['Errors', 'critical'],
      ['Errors: warning', 'warning'],
      ['Errors: no data', 'critical'],
    ]);
    expect(String(bodies[2]?.['tags'])).toMatch(/\[spanline:rag\/errors-[0-9a-f]{6}-no-data\]$/);
  });

  it('does not let a text end a string of the query', () => {
    const step = 'a" OR true \\" \n';
    expect(queryOf({ ...CATALOG.timeoutRate, step })).toContain(String.raw`span.name == "a\" OR true \\\" \n"`);
  });

  it('names fields of the profile only, and what is lost', () => {
    const known = JSON.stringify(jsonSchema('ecs'));
    const fields = [...queryOf(RULE).matchAll(/([\w.]+) (?:==|IS)/g)].map(
      ([, field]) => field?.split('.').at(-1) ?? '',
    );
    expect(fields.length).toBeGreaterThan(5);
    expect(fields.filter((field) => !known.includes(field))).toEqual([]);
    const [result] = kibanaRules([{ ...RULE, recoveryThreshold: 0.05 }]);
    expect(result).toMatchObject({ losses: ['minutes', 'recovery-threshold', 'gap-recovers'] });
  });

  it.each<[AlertRule, RegExp]>([
    [CATALOG.tokensPerRequest, /baseline/],
    [CATALOG.queueDepth, /queue_depth/],
    [{ ...RULE, recoverAfterMinutes: 0.5 }, /whole minutes/],
    [{ ...CATALOG.stepLatency, baseline: 300, noData: 'alert' }, /each step/],
    [{ ...RULE, metric: 'requests', minSamples: 5 }, /minSamples/],
  ])('refuses what it cannot say: %#', (rule, reason) => {
    const [result] = kibanaRules([rule]);
    expect(result).toEqual({ kind: 'refused', rule: rule.name, reason: expect.stringMatching(reason) as string });
  });
});
