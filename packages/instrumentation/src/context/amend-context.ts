import type { ContextValues, Span } from '@spanline/core';
import { activeState, contextValuesOf, currentValues } from '@spanline/core/internal';

function amend(target: ContextValues, values: ContextValues): void {
  if (Object.isFrozen(target)) return;
  const labels = values.labels === undefined ? undefined : { labels: { ...target.labels, ...values.labels } };
  Object.assign(target, values, labels);
}

/**
 * Adds to what is known about the work of `span` after it began (who asks, known once the caller is authenticated): on its own line, on those of spans below it that have not ended, and on
 * everything that starts from here on. Labels are merged. Values are changed in place, so that the source must have started `span` under a `withContext` of its own.
 */
export function amendContext(span: Span, values: ContextValues): void {
  const own = contextValuesOf(span);
  if (own === undefined) return;
  amend(own, values);
  const active = currentValues();
  if (active !== own && activeState()?.span?.traceId === span.traceId) amend(active, values);
}
