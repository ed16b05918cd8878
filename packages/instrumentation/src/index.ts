export { isCaptureSetting, isCredential, isSecretName } from '@spanline/core/internal';
export {
  addContextResolver,
  callerSpan,
  type ContextResolver,
  currentValues,
  isSpanId,
  isTraceId,
  nearestOpen,
  sharedState,
} from '@spanline/core/internal';
export {
  type Message,
  type MessagePart,
  type RetrievedDocument,
  toDocuments,
  toMessages,
  toParts,
} from '@spanline/record';
export {
  describeFailure,
  type Failure,
  injectCurrent,
  judge,
  linkTo,
  onLeftOpen,
  runInSpan,
  type StreamWatcher,
  type Verdict,
  watchStream,
  type WorkObserver,
} from '@spanline/core/internal';
export { amendContext } from './amend.ts';
export { type Bag, bag, isObject, list, number, text } from '@spanline/record';
export type { AnswerReader, ChunkKind, ClientCall, ClientRequest, ReadRequest } from './client/call.ts';
export { createKeptText, type KeptText } from './client/kept-text.ts';
export { serverAttributes } from './client/provider-host.ts';
export {
  checkClient,
  type ClientOptions,
  type ClientShape,
  type ClientWrapper,
  createClientWrapper,
} from './client/wrapper.ts';
export { enterSpan } from './enter.ts';
export { createGuard, type Guard } from '@spanline/core/internal';
export { promptAttributes } from './prompt-attributes.ts';
export { createRunRegistry, type Run, type RunPlace, type RunRegistry, type RunRegistryOptions } from './runs.ts';
export {
  type NormalizedUsage,
  normalizeUsage,
  rateLimitRatio,
  type TokenUsage,
  usageAttributes,
  type UsageIssue,
} from '@spanline/core/internal';
