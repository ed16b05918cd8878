/** Tools that a framework runs together in one function, each of which has a span. */

import type { Span } from '@spanline/core';
import { sharedState } from '@spanline/core/internal';

/** The spans by the span that their function runs in, of every copy of this package. */
const announced = sharedState('announced-tools', () => new WeakMap<Span, readonly Span[]>());

/** Says that the function that runs in `around` does the work of all these spans. Later ones replace earlier ones. */
export function announceTools(around: Span, tools: readonly Span[]): void {
  announced.set(around, tools);
}

/** The spans that were announced for a span. */
export function announcedTools(around: Span): readonly Span[] {
  return announced.get(around) ?? [];
}
