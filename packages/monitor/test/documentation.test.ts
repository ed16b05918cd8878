import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES } from '../src/index.ts';
import { METRICS } from '../src/metrics/catalogue.ts';
import { resolveRules } from '../src/rules/resolve.ts';
import { catalogRules } from './catalog-rules.ts';

const page = readFileSync(new URL('../../../docs/alerts.md', import.meta.url), 'utf8');
const SIGNS = { gt: '>', gte: '≥', lt: '<', lte: '≤' } as const;

describe('docs/alerts.md', () => {
  it('lists every metric', () => {
    expect(Object.keys(METRICS).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it.each(DEFAULT_RULES.map((rule) => [rule.name, rule] as const))('has the row of %s', (_name, rule) => {
    const { name, metric, comparison, threshold, severity } = rule;
    expect(page).toMatch(
      new RegExp(`^\\| ${name} +\\| \`${metric}\` +\\| ${SIGNS[comparison]} ${threshold} +\\| ${severity} +\\|$`, 'm'),
    );
  });

  it.each(catalogRules())('has the row of CATALOG.$key', ({ key, rule, isMade }) => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${key}`) && line.includes('|', 3)) ?? '';
    expect(row).toContain(`\`${rule.metric}\``);
    expect(row).toContain(rule.severity ?? 'warning');
    expect(row).toContain(isMade ? SIGNS[rule.comparison] : `${SIGNS[rule.comparison]} ${rule.threshold}`);
    expect(row.includes('baseline')).toBe(rule.relativeTo === 'baseline');
  });

  it('lists the defaults of a rule', () => {
    const [rule] = resolveRules([{ name: 'x', metric: 'error_rate', threshold: 1, comparison: 'gt' }]);
    for (const field of [
      'windowMinutes',
      'severity',
      'notifyChannel',
      'recoverAfterMinutes',
      'minSamples',
      'noData',
      'cooldownMinutes',
      'maxPerDay',
      'perStep',
    ] as const) {
      expect(page).toMatch(new RegExp(`^\\| \`${field}\` +\\| \`?${String(rule?.[field])}`, 'm'));
    }
  });
});
