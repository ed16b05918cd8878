/** Usage as attributes of a span. */
import { isConventionUnit, type SpanAttributes, UNIT_KEYS } from '@spanline/record';
import { conditionAttributes } from './conditions.ts';
import { type NormalizedUsage, unitsIn } from './report.ts';

/** The usage as span attributes, for `span.set()`. */
export function usageAttributes({
  units,
  source,
  issue,
  unknown,
  conditions,
  costUsd,
}: NormalizedUsage): SpanAttributes {
  const attributes: Record<string, unknown> = { 'spanline.usage.source': source };
  for (const unit of unitsIn(units)) {
    const quantity = units[unit];
    if (quantity !== undefined && (quantity > 0 || isConventionUnit(unit))) attributes[UNIT_KEYS[unit]] = quantity;
  }
  if (issue !== undefined) attributes['spanline.usage.issue'] = issue;
  if (unknown !== undefined) attributes['spanline.usage.unknown'] = unknown;
  if (conditions !== undefined) Object.assign(attributes, conditionAttributes(conditions));
  if (costUsd !== undefined) attributes['spanline.cost.reported_usd'] = costUsd;
  return attributes;
}
