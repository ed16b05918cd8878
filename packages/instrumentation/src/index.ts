/** Building blocks for authors of instrumentations. */

export {
  activeState,
  addAdoptedValues,
  addContextResolver,
  addUsage,
  addValues,
  type AdoptedIds,
  adoptSpan,
  AnswerUsage,
  attributesOf,
  bindLogger,
  callerSpan,
  contextSpan,
  type ChildFailure,
  conditionsOf,
  type ContextResolver,
  type ContextState,
  contextValuesOf,
  createGuard,
  createScanner,
  currentValues,
  describeFailure,
  endWithChildren,
  enterAgent,
  epochMs,
  type Failure,
  failuresBelow,
  formatTraceparent,
  type Guard,
  hasUsageBelow,
  injectCurrent,
  instrumentationOf,
  isBillable,
  isCaptureSetting,
  isCredential,
  isSameTree,
  isSecretName,
  isSpanId,
  isTraceId,
  labelAdopted,
  linkTo,
  mostExact,
  nearestOpen,
  type NormalizedUsage,
  normalizeUsage,
  onForcedEnd,
  parentOf,
  priceOf,
  partOfUsage,
  type PriceConditions,
  profileOfSpan,
  type ProviderClues,
  providerOf,
  rateLimitRatio,
  reportAbort,
  reportedByHeaders,
  retype,
  runInContext,
  runInSpan,
  type Scanner,
  setConversation,
  sharedState,
  spanNotes,
  type SpanNotes,
  statusOfThrown,
  type StreamWatcher,
  type ThrownStatus,
  tierOf,
  traceFlagsOf,
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
  memoize,
  type Message,
  type MessagePart,
  number,
  option,
  type Shape,
  text,
  textMessage,
  toMessages,
  toParts,
} from '@spanline/record';
export { type AnswerContent, createAnswerContent } from './answers/answer-content.ts';
export { type Candidates, createCandidates, groundedParts } from './answers/candidates.ts';
export {
  type Choice,
  choiceAttributes,
  createStreamedChoices,
  type StreamedChoices,
  wholeChoice,
} from './answers/chat-choices.ts';
export { createEntries, type Entries } from './answers/entries.ts';
export { createMessageBlocks, type MessageBlocks } from './answers/message-blocks.ts';
export { createResponseItems, type ResponseItems, responseParts } from './answers/response-items.ts';
export { createTextBuffer, type TextBuffer } from './answers/text-buffer.ts';
export { embeddingDimensions } from './answers/vectors.ts';
export type { AnswerReader, ClientCall, ClientRequest, ReadRequest, RequestRewrite } from './client/call.ts';
export {
  CLIENT_SHAPE,
  type ClientKind,
  type ClientOptions,
  type ClientWrapper,
  createClientWrapper,
  stainlessClient,
} from './client/client-wrapper.ts';
export { headerOf } from './client/headers.ts';
export { beginCall, type ClientTracing } from './client/begin-call.ts';
export type { OpenCall, SdkStreamEvents } from './client/open-call.ts';
export { type Operation, runOperation } from './client/run-operation.ts';
export { wholeReader } from './client/whole-reader.ts';
export { readCohereChat } from './cohere/chat.ts';
export { readCohereEmbed } from './cohere/embed.ts';
export { isCohereRerank, readCohereRerank } from './cohere/rerank.ts';
export { amendContext } from './context/amend-context.ts';
export { announcedTools, announceTools } from './context/announced-tools.ts';
export { createEnterSpan, type EnterSpan } from './context/enter-span.ts';
export { holds, type RemoteCaller, remoteCaller } from './context/remote-caller.ts';
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
export { clientSpan } from './provider/client-span.ts';
export { generationSettings } from './provider/generation-settings.ts';
export { observedUsage } from './provider/observed-usage.ts';
export { promptAttributes, storedPromptAttributes } from './provider/prompt-attributes.ts';
export { type OfferedTool, stopSequences, toolDefinitions } from './provider/request-values.ts';
export { serverAttributes, serverOf } from './provider/server.ts';
export { createRunRegistry } from './runs/registry.ts';
export type { Run, RunPlace, RunRegistry, RunRegistryOptions } from './runs/run.ts';
