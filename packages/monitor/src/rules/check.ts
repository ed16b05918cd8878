import { optionsOf } from '../options.ts';
import { breaks } from './compare.ts';
import { DEFAULT_RULES } from './defaults.ts';
import { resolveRules } from './resolve.ts';
import type { AlertRuleInput, Breach } from './types.ts';

/**
 * Which rules a set of metrics breaks, at this moment and without windows or state. Pure. Metrics may have any name; a metric that is absent or no number is skipped, and so is a rule relative
 * to a baseline that names none.
 *
 * @param rules - `[]` means none. @defaultValue `DEFAULT_RULES`
 * @throws SpanlineError `ERR_INVALID_RULE`
 * @example
 * ```ts
 * import { checkMetrics } from '@spanline/monitor';
 *
 * const [breach] = checkMetrics({ latency_p95_ms: 6200, error_rate: 0.01 });
 * console.log(breach); // { alert: 'High Latency', severity: 'warning', metric: 'latency_p95_ms', value: 6200, threshold: 5000 }
 * ```
 */
export function checkMetrics(
  metrics: Readonly<Record<string, number | null | undefined>>,
  rules: readonly AlertRuleInput[] = DEFAULT_RULES,
): Breach[] {
  const breaches: Breach[] = [];
  optionsOf(metrics, 'metrics');
  for (const rule of resolveRules(rules, { knownMetricsOnly: false })) {
    const value = Object.hasOwn(metrics, rule.metric) ? metrics[rule.metric] : undefined;
    if (typeof value !== 'number' || Number.isNaN(value)) continue;
    if (rule.relativeTo !== undefined && rule.baseline === undefined) continue;
    const threshold = rule.threshold * (rule.relativeTo === undefined ? 1 : (rule.baseline ?? 1));
    if (!breaks(value, rule.comparison, threshold)) continue;
    breaches.push({ alert: rule.name, severity: rule.severity, metric: rule.metric, value, threshold });
  }
  return breaches;
}
