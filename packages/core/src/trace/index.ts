export { addAdoptedValues, adoptSpan, hasUsageBelow, labelAdopted, retype, traceFlagsOf } from './adopt.ts';
export type { AdoptedIds } from './adopted-ids.ts';
export { OPERATIONS, promptAttributes } from './attributes.ts';
export { createClock, isoMicros, isoMillis } from './clock.ts';
export {
  attributesOf,
  contextValuesOf,
  endRetroactively,
  enterAgent,
  endWithChildren,
  failuresBelow,
  instrumentationOf,
  isSameTree,
  linkTo,
  onForcedEnd,
  profileOfSpan,
  setConversation,
} from './extras.ts';
export { causeText, describeFailure, type Failure, isSameFailure } from './failure.ts';
export { ADOPT, createGuard, type Guard, isOwning, OWNER, type OwningTracer } from './guard.ts';
export { injectCurrent } from './inject.ts';
export { createLocalRoot, type LocalRoot, type Rollup } from './local-root.ts';
export { NOOP_SPAN } from './noop.ts';
export { noteOuterCall } from './outer-call.ts';
export { evaluatedTrace, type EvaluatedTrace, rememberScore } from './evaluated-trace.ts';
export { isRefused } from './refusal.ts';
export { expectSecondRecords, isSecondRecord } from './second-record.ts';
export {
  type Attributes,
  captureSettingOf,
  type ChildFailure,
  isBilledBelow,
  isRecorded,
  pathOf,
  type RawContent,
  recordedType,
  type RecordedSpan,
  releaseData,
  type SpanOwner,
  type SpanState,
  STATE,
  stateOf,
} from './span-state.ts';
export { spanNotes, type SpanNotes } from './span-notes.ts';
export { epochMs } from './epoch-ms.ts';
export { priceOf } from './price-of.ts';
export {
  type ConfiguredTracer,
  knownTracer,
  nameDefault,
  onDefaultChange,
  processTracer,
  register,
  unregister,
} from './registry.ts';
export { addTags, createSpan } from './span.ts';
export { reportAbort } from './reported-aborts.ts';
export { replaceThen } from './replace-then.ts';
export { statusOfThrown, type ThrownStatus } from './thrown-status.ts';
export { noteUnknownOptions, type OptionNames } from './unknown-options.ts';
export { causeOf } from './thrown-value.ts';
export { runInSpan, type WorkObserver } from './with-span.ts';
