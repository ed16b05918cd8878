import type { ContextValues, Span } from '@spanline/core';
import { activeState, activeValues, type RecordedSpan } from '@spanline/core/internal';

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
  const { seed } = span as Partial<RecordedSpan>;
  if (seed === undefined) return;
  amend(seed.values, values);
  const active = activeValues();
  if (active !== seed.values && activeState()?.span?.traceId === span.traceId) amend(active, values);
}
