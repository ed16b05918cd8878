/** Failures below a span, and the work that made up for them. */
import type { SpanType } from '@spanline/record';
import { isSameFailure } from './failure.ts';
import type { SpanState } from './span-state.ts';

/** The newest are kept. */
const MAX_FAILURES = 8;

/** Types whose spans have the work of others below them. */
const COMPOSITE: ReadonlySet<SpanType> = new Set(['agent', 'chain']);

/** Returns the type of the span where the error of `child` arose. */
function originType({ childFailures, error, type }: SpanState): SpanType {
  return childFailures?.find((failure) => isSameFailure(error, failure.error))?.type ?? type;
}

function addFailure(parent: SpanState, child: SpanState, endedMs: number): void {
  const failures = (parent.childFailures ??= []);
  if (failures.length === MAX_FAILURES) failures.shift();
  failures.push({
    error: child.error,
    type: originType(child),
    childType: child.type,
    endedMs,
    isRecovered: false,
  });
}

/** Notes the end of a child: its error, or that it made up for an earlier one. */
export function noteOutcome(parent: SpanState, child: SpanState, nowMs: number): void {
  if (child.status === 'error') {
    addFailure(parent, child, nowMs);
  } else if (child.status === 'ok' && parent.childFailures !== undefined) {
    const { type, startMonotonicMs } = child;
    for (const failure of parent.childFailures) {
      const isSameWork = type === failure.type || type === failure.childType || COMPOSITE.has(type);
      if (isSameWork && startMonotonicMs >= failure.endedMs) failure.isRecovered = true;
    }
  }
}
