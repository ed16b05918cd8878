import { checkOptions, option } from '@spanline/record';
import { breaks } from './compare.ts';
import { DEFAULT_RULES } from './defaults.ts';
import { resolveRules } from './resolve.ts';
import type { AlertRuleInput, Breach } from './types.ts';

const SHAPE = { metrics: option.required(option.dictionary(option.any())) };

/**
 * Compares a set of metrics with rules, once: without windows and state. The function is pure. Metrics can have any
 * name. It skips a metric that is absent or not a number, and a relative rule without `baseline`.
 *
 * @param rules - `[]` means none. @defaultValue `DEFAULT_RULES`
 * @returns the rules that are broken
 * @throws SpanlineError `ERR_INVALID_RULE`, `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { checkMetrics } from '@spanline/monitor';
 *
 * const [breach] = checkMetrics({ latency_p95_ms: 6200, error_rate: 0.01 });
 * console.log(breach?.alert, breach?.metric, breach?.value); // High Latency latency_p95_ms 6200
 * ```
 */
export function checkMetrics(
  metrics: Readonly<Record<string, number | null | undefined>>,
  rules: readonly AlertRuleInput[] = DEFAULT_RULES,
): Breach[] {
  checkOptions(SHAPE, { metrics });
  const breaches: Breach[] = [];
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
