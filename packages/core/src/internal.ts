/**
 * The pieces that `@spanline/instrumentation` is built on. Not a public interface: it changes with any release, and
 * both packages are released together.
 */
export { captureCheck, isCaptureSetting, loggerCheck, tracerCheck } from './api/index.ts';
export {
  activeState,
  addContextResolver,
  addValues,
  callerSpan,
  contextSpan,
  type ContextResolver,
  type ContextState,
  createLateContext,
  currentValues,
  enterWith,
  formatTraceparent,
  isSpanId,
  isTraceId,
  type LateContext,
  nearestOpen,
  parentOf,
  runInContext,
  sharedState,
} from './context/index.ts';
export { createRedaction } from './line-redaction/index.ts';
export { bindLogger, pinoSymbols } from './log/index.ts';
export { providerOf, type ProviderClues } from './providers/index.ts';
export { type StreamWatcher, watchStream } from './streams/index.ts';
export {
  addAdoptedValues,
  adoptSpan,
  type AdoptedIds,
  attributesOf,
  type ChildFailure,
  contextValuesOf,
  createGuard,
  describeFailure,
  endRetroactively,
  enterAgent,
  evaluatedTrace,
  type EvaluatedTrace,
  endWithChildren,
  epochMs,
  failuresBelow,
  type Failure,
  type Guard,
  hasUsageBelow,
  injectCurrent,
  instrumentationOf,
  isSameTree,
  labelAdopted,
  linkTo,
  onForcedEnd,
  priceOf,
  profileOfSpan,
  reportAbort,
  retype,
  runInSpan,
  setConversation,
  statusOfThrown,
  traceFlagsOf,
  type ThrownStatus,
  type WorkObserver,
} from './trace/index.ts';
export { createRedactor, createScanner, isCredential, isSecretName, type Scanner } from './redaction/index.ts';
export {
  addUsage,
  AnswerUsage,
  BILL_HEADERS,
  conditionsOf,
  isBillable,
  mostExact,
  type NormalizedUsage,
  normalizeUsage,
  partOfUsage,
  type PriceConditions,
  rateLimitRatio,
  reportedByHeaders,
  tierOf,
  usageAttributes,
  type UsageContext,
  type UsageIssue,
} from './usage/index.ts';
