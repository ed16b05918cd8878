/** Pieces of the tracer that `@spanline/instrumentation` is built on. No public interface: it changes with any release, and both packages are released together. */
export { captureCheck, isCaptureSetting, loggerCheck, tracerCheck } from './api/index.ts';
export {
  activeState,
  activeValues,
  addContextResolver,
  callerSpan,
  type ContextResolver,
  createLateContext,
  currentValues,
  enterWith,
  isSpanId,
  isTraceId,
  type LateContext,
  nearestOpen,
  parentOf,
  sharedState,
} from './context/index.ts';
export { pinoSymbols } from './log/index.ts';
export { type StreamWatcher, watchStream } from './streams/index.ts';
export {
  createGuard,
  describeFailure,
  endAsOf,
  type Failure,
  type Guard,
  injectCurrent,
  judge,
  linkTo,
  onLeftOpen,
  type RecordedSpan,
  runInSpan,
  type Verdict,
  type WorkObserver,
} from './trace/index.ts';
export { isCredential, isSecretName } from './redaction/index.ts';
export {
  type NormalizedUsage,
  normalizeUsage,
  rateLimitRatio,
  type TokenUsage,
  usageAttributes,
  type UsageIssue,
} from './usage/index.ts';
