/** The sentence that an alert of an engine is described with. */
import { formatMetric } from '@spanline/monitor/offline';
import type { PlainRule } from './plain-rule.ts';

const SIGNS = { gt: '>', lt: '<', gte: '≥', lte: '≤' } as const;

/** Such as `error_rate > 1% over 15 minutes.` */
export function descriptionOf({ metric, step, unit, comparison, levels, windowMinutes }: PlainRule): string {
  const of = step === undefined ? (unit === 'each-step' ? ' of a step' : '') : ` of ${step}`;
  const limits = levels.map(({ threshold }) => formatMetric(metric, threshold)).join(', warning at ');
  const during = metric.startsWith('daily_') ? 'in a day' : `over ${windowMinutes} min`;
  return `${metric}${of} ${SIGNS[comparison]} ${limits} ${during}.`;
}
