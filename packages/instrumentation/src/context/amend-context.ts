/** Adds to the context values of a span that has begun. */

import type { ContextValues, Span } from '@spanline/core';
import { activeState, addValues, contextValuesOf, currentValues } from '@spanline/core/internal';

function amend(target: ContextValues, values: ContextValues): void {
  if (!Object.isFrozen(target)) Object.assign(target, addValues(target, values));
}

/**
 * Adds context values to a span that has begun: the user, once the caller is authenticated. They are written on the
 * span's own line, on those of open spans below it, and on everything that starts from here on. Labels are merged.
 *
 * Values are changed in place, so that `span` must have been started under a `withContext` of its own.
 */
export function amendContext(span: Span, values: ContextValues): void {
  const own = contextValuesOf(span);
  if (own === undefined) return;
  amend(own, values);
  const active = currentValues();
  if (active !== own && activeState()?.span?.traceId === span.traceId) amend(active, values);
}
