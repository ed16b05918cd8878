/** One call that two spans record, one below the other. */
import type { SpanType } from '@spanline/record';
import { type SpanState, STATE } from './span-state.ts';

/** True for a step that may stand between two records of one call. Below a tool or a retriever begins another call. */
const isStep = (type: SpanType): boolean => type === 'chain' || type === 'task' || type === 'agent';

/**
 * The span above that records the same model call: one that the application wrote by hand around a wrapped client, or a
 * framework's model that calls another one. Tokens and cost then belong to the inner span.
 */
function outerCallOf({ type, parent }: SpanState): SpanState | undefined {
  if (type !== 'llm' && type !== 'embedding') return undefined;
  let above = parent?.[STATE];
  while (above !== undefined && isStep(above.type)) above = above.parent?.[STATE];
  return above?.type === type && above.isRecording ? above : undefined;
}

/** Notes at the start of a model call that the span above records it as well. */
export function noteOuterCall(state: SpanState): void {
  const outer = outerCallOf(state);
  if (outer === undefined) return;
  state.outerCall = outer;
  outer.hasInnerCall = true;
  outer.openInnerCalls++;
}
