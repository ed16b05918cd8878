export { captureCheck, isCaptureSetting, isCredential, isSecretName, tracerCheck } from '@spanline/core/internal';
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
  linkTo,
  onForcedEnd,
  runInSpan,
  statusOfThrown,
  type StreamWatcher,
  type ThrownStatus,
  watchStream,
  type WorkObserver,
} from '@spanline/core/internal';
export { amendContext } from './context/amend-context.ts';
export { enterSpan } from './context/enter-span.ts';
export {
  type Bag,
  bag,
  BoundedMap,
  type Check,
  checkOptions,
  isObject,
  list,
  number,
  option,
  type Shape,
  text,
} from '@spanline/record';
export type { AnswerReader, ClientCall, ClientRequest, ReadRequest, RequestRewrite } from './client/call.ts';
export {
  CLIENT_SHAPE,
  type ClientKind,
  type ClientOptions,
  type ClientWrapper,
  createClientWrapper,
} from './client/client-wrapper.ts';
export { createGuard, type Guard } from '@spanline/core/internal';
export { TRACE_SHAPE, type TraceOptions } from './options.ts';
export { createPatches, type Patches } from './patching/patches.ts';
export {
  type AccessorWrap,
  type Method,
  patchAccessor,
  patchMethod,
  type PatchPlace,
} from './patching/patch-method.ts';
export type { Patch } from './patching/replacement.ts';
export { tryRequire } from './patching/try-require.ts';
export { classNameOf } from './provider/class-name.ts';
export { providerOfClass, providerOfId } from './provider/names.ts';
export { promptAttributes } from './provider/prompt-attributes.ts';
export { type OfferedTool, stopSequences, toolDefinitions } from './provider/request-values.ts';
export { serverAttributes, serverOf } from './provider/server.ts';
export { mergeUsage } from './provider/streamed-usage.ts';
export { createTextBuffer, type TextBuffer } from './provider/text-buffer.ts';
export { createRunRegistry } from './runs/registry.ts';
export type { Run, RunPlace, RunRegistry, RunRegistryOptions } from './runs/run.ts';
export {
  addUsage,
  moreExact,
  type NormalizedUsage,
  normalizeUsage,
  type PriceConditions,
  rateLimitRatio,
  reportedCost,
  tierOf,
  usageAttributes,
  type UsageContext,
  type UsageIssue,
} from '@spanline/core/internal';
