/** Building blocks for authors of instrumentations. */

export {
  activeState,
  addContextResolver,
  addUsage,
  bindLogger,
  AnswerUsage,
  attributesOf,
  callerSpan,
  conditionsOf,
  type ChildFailure,
  type ContextResolver,
  type ContextState,
  contextValuesOf,
  createGuard,
  currentValues,
  describeFailure,
  enterAgent,
  endWithChildren,
  failuresBelow,
  type Failure,
  type Guard,
  injectCurrent,
  instrumentationOf,
  isCaptureSetting,
  isCredential,
  isSameTree,
  isSecretName,
  isSpanId,
  isTraceId,
  linkTo,
  isBillable,
  mostExact,
  type NormalizedUsage,
  normalizeUsage,
  partOfUsage,
  onForcedEnd,
  parentOf,
  type PriceConditions,
  profileOfSpan,
  providerOf,
  type ProviderClues,
  rateLimitRatio,
  reportedByHeaders,
  runInContext,
  runInSpan,
  setConversation,
  sharedState,
  statusOfThrown,
  type StreamWatcher,
  type ThrownStatus,
  tierOf,
  tracerCheck,
  usageAttributes,
  type UsageContext,
  type UsageIssue,
  watchStream,
  type WorkObserver,
} from '@spanline/core/internal';
export {
  hasKeys,
  props,
  type Props,
  BoundedMap,
  type Check,
  checkOptions,
  isObject,
  list,
  type Message,
  type MessagePart,
  number,
  option,
  type Shape,
  text,
  toMessages,
  toParts,
} from '@spanline/record';
export { type AnswerContent, createAnswerContent } from './answers/answer-content.ts';
export { groundedParts } from './answers/candidates.ts';
export { type Choice, createStreamedChoices, type StreamedChoices, wholeChoice } from './answers/chat-choices.ts';
export { createEntries, type Entries } from './answers/entries.ts';
export { createMessageBlocks, type MessageBlocks } from './answers/message-blocks.ts';
export { createResponseItems, type ResponseItems, responseParts } from './answers/response-items.ts';
export { createTextBuffer, type TextBuffer } from './answers/text-buffer.ts';
export type { AnswerReader, ClientCall, ClientRequest, ReadRequest, RequestRewrite } from './client/call.ts';
export {
  CLIENT_SHAPE,
  type ClientKind,
  type ClientOptions,
  type ClientWrapper,
  createClientWrapper,
} from './client/client-wrapper.ts';
export { amendContext } from './context/amend-context.ts';
export { enterSpan } from './context/enter-span.ts';
export { TRACE_SHAPE, type TraceOptions } from './options.ts';
export {
  type AccessorWrap,
  type Method,
  patchAccessor,
  patchMethod,
  type PatchPlace,
} from './patching/patch-method.ts';
export { createPatches, type Patches } from './patching/patches.ts';
export type { Patch } from './patching/replacement.ts';
export { tryRequire } from './patching/try-require.ts';
export { classNameOf } from './provider/class-name.ts';
export { observedUsage } from './provider/observed-usage.ts';
export { promptAttributes, storedPromptAttributes } from './provider/prompt-attributes.ts';
export { type OfferedTool, stopSequences, toolDefinitions } from './provider/request-values.ts';
export { serverAttributes, serverOf } from './provider/server.ts';
export { createRunRegistry } from './runs/registry.ts';
export type { Run, RunPlace, RunRegistry, RunRegistryOptions } from './runs/run.ts';
