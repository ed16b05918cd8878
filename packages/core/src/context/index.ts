export { callerSpan, contextSpan, currentSpan, enclosingSpan, nearestOpen, parentOf, withContext } from './current.ts';
export { isSpanId, isTraceId, newBootId, newSpanId, newTraceId } from './ids.ts';
export {
  FLAG_RANDOM,
  FLAG_SAMPLED,
  extractContext,
  formatBaggage,
  formatFlags,
  formatTraceparent,
  parseBaggage,
  parseTraceparent,
  parseTracestate,
} from './propagation.ts';
export { sharedState } from './shared-state.ts';
export type { ContextResolver, ContextState, LateContext } from './store.ts';
export {
  activeState,
  valuesContext,
  addContextResolver,
  createLateContext,
  currentValues,
  enterWith,
  isWriting,
  runInContext,
  runWith,
  whileWriting,
} from './store.ts';
export { isTraced, STATE, type TracedSpan, type TreePosition } from './traced-span.ts';
export { addValues, leftOutOf } from './values.ts';
