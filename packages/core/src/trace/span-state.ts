/** Everything the tracer records about one span, by who writes it and when. */
import type { ContentKey, FactAttributes, ProfileName, SpanKind, SpanStatus, SpanType } from '@spanline/record';
import type {
  CaptureSetting,
  ContextValues,
  ForeignContext,
  InstrumentationScope,
  Labels,
  RemoteContext,
  ScoreOptions,
  Span,
  Tracer,
  TracerStats,
} from '../api/index.ts';
import type { IdCapture } from '../capture/index.ts';
import { isTraced, STATE, type TracedSpan, type TreePosition } from '../context/index.ts';
import type { LeftOut } from '../gate/index.ts';
import type { BilledCall } from '../usage/index.ts';
import type { LocalRoot } from './local-root.ts';

export { STATE };

/** The tracer, as its spans see it. */
export interface SpanOwner {
  /** The tracer itself, or the one that took over from it. */
  tracer: Tracer | undefined;
  readonly maxLabels: number;
  /** Spelling of the ids on application lines. */
  readonly profile: ProfileName;
  /** Applies the tracer's policy to the ids that it adds to application lines. */
  readonly captureIds: IdCapture;
  score(options: ScoreOptions): void;
  /** The price of a call, in US dollars; `undefined` if none is known. */
  priceOf(call: BilledCall): number | undefined;
  /** Epoch milliseconds. */
  now(): number;
  /** Monotonic milliseconds. */
  monotonic(): number;
  /** Takes a span at its end, once. */
  finish(span: RecordedSpan): void;
  /** Takes over from another tracer: its open spans, and what it has counted. */
  takeOver(spans: Iterable<RecordedSpan>, counters: TracerStats): void;
  internalError(where: string, error: unknown): void;
}

/** A span with its state. Spans of other copies of this package are recorded spans too. */
export interface RecordedSpan extends TracedSpan {
  readonly [STATE]: SpanState;
}

/** Attributes other than content. */
export type Attributes = FactAttributes & Record<string, unknown>;

/** Content as it was handed over, by reference. */
export type RawContent = Partial<Record<ContentKey, unknown>>;

/** The failure of a span's child. */
export interface ChildFailure {
  readonly error: unknown;
  /** Type of the span where the error arose: the child, or a span below it that the error came from. */
  readonly type: SpanType;
  readonly childType: SpanType;
  /** Monotonic milliseconds. */
  readonly endedMs: number;
  /** A child that began later did the same kind of work and succeeded: a retry, or another model. */
  isRecovered: boolean;
}

/** A note of an instrumentation in the list of its span, which rarely has two. */
export interface SpanNote {
  readonly kind: symbol;
  note: unknown;
  readonly next: SpanNote | undefined;
}

/**
 * The state of a span. `start-span.ts` creates it with every field present, so that all spans have the same shape in
 * V8.
 */
export interface SpanState extends TreePosition, LeftOut {
  /** Changes once, if the application's tracer takes over. */
  owner: SpanOwner;

  // Fixed at the start.
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly traceFlags: number;
  readonly traceState: string | undefined;
  /** The parent is a span of a remote caller. */
  readonly hasRemoteParent: boolean;
  /** The parent, if it is a span of another tracer in this process. */
  readonly foreign: ForeignContext | undefined;
  readonly parent: RecordedSpan | undefined;
  /** The span above that records the same model call. */
  outerCall: SpanState | undefined;
  readonly localRoot: LocalRoot;
  /** Changes only for a span of another tracer, whose type may become known late. */
  type: SpanType;
  readonly kind: SpanKind;
  readonly scope: InstrumentationScope | undefined;
  readonly capture: CaptureSetting | undefined;
  readonly startEpochMs: number;
  readonly startMonotonicMs: number;
  /** It was started when its work began: `startMonotonicMs` is exact. Others are started afterwards. */
  readonly isLive: boolean;

  // Written by the span's own methods until it ends.
  isRecording: boolean;
  name: string;
  attributes: Attributes;
  content: RawContent | undefined;
  labels: Labels | undefined;
  tags: string[] | undefined;
  error: unknown;
  status: SpanStatus;

  // Written by instrumentations (`extras.ts`) until the span ends.
  /** `amendContext` of `@spanline/instrumentation` adds to these values in place. */
  values: ContextValues;
  /** Name of the innermost agent that the span belongs to, also its own. Spans below inherit it at their start. */
  agentName: string | undefined;
  linkedTraceId: string | undefined;
  /** Flushes partial data onto the span before the tracer itself ends it. */
  onForcedEnd: (() => void) | undefined;
  /** Also written after the end (`span-notes.ts`). */
  notes: SpanNote | undefined;

  // Written by the spans below, when they start and end.
  /** A span below records the same model call. */
  hasInnerCall: boolean;
  /** Such spans that have not ended yet. */
  openInnerCalls: number;
  /** One of them carries the usage of the call. */
  hasInnerUsage: boolean;
  /** A span below, at any depth, carries usage. */
  hasUsageBelow: boolean;
  openChildren: number;
  /** Time during which no child was open, up to `idleSinceMs`. */
  selfMs: number;
  /** Monotonic milliseconds: since when no child is open. */
  idleSinceMs: number;
  childFailures: ChildFailure[] | undefined;

  // Written by `end()`.
  /** Level of the line, if `end()` named one. */
  level: string | undefined;
  durationMs: number;
  /** The local root had already ended. */
  isLate: boolean;

  // Written by the tracer's list of open spans.
  /** The span before it in the list, which is older. */
  openBefore: RecordedSpan | undefined;
  openAfter: RecordedSpan | undefined;
}

/**
 * True if a span below carries the usage of this span's call, or is still open and may carry it. Otherwise the span
 * keeps its own.
 */
export function isBilledBelow({ hasInnerUsage, openInnerCalls }: SpanState): boolean {
  return hasInnerUsage || openInnerCalls > 0;
}

/** True for a span that was started by this package, in any of its copies. */
export function isRecorded(span: Span | RemoteContext | undefined): span is RecordedSpan {
  return span !== undefined && isTraced(span);
}

/** Returns the state of a span that was started by this package, in any of its copies. */
export function stateOf(span: Span | undefined): SpanState | undefined {
  return isRecorded(span) ? span[STATE] : undefined;
}

const MAX_PATH_STEPS = 12;

/**
 * Builds `POST /ask > rag_chain > chat gpt-4o` from the current names of a span and its ancestors. Of a deeper tree it
 * keeps the innermost steps.
 */
export function pathOf(state: SpanState): string {
  let path = state.name;
  let ancestor = state.parent?.[STATE];
  for (let steps = 1; ancestor !== undefined; steps++) {
    if (steps === MAX_PATH_STEPS) return `… > ${path}`;
    path = `${ancestor.name} > ${path}`;
    ancestor = ancestor.parent?.[STATE];
  }
  return path;
}

/**
 * Returns the type on the span's line. A span around another span of the same model call is a step, not a second call.
 */
export function recordedType({ hasInnerCall, type }: SpanState): SpanType {
  return hasInnerCall ? 'chain' : type;
}

const NO_ATTRIBUTES: Attributes = Object.freeze({});

/** Drops the references to the application's data. Contexts and descendants may keep an ended span alive for long. */
export function releaseData(state: SpanState): void {
  state.content = undefined;
  state.attributes = NO_ATTRIBUTES;
  state.childFailures = undefined;
  state.onForcedEnd = undefined;
  state.error = undefined;
}

/**
 * The capture setting of a span: its own, else that of its context. An override for one request (a debug session) takes
 * precedence over both. `undefined`: the tracer's.
 *
 * @param values - those of the context
 */
export function captureSettingOf(state: SpanState | undefined, values: ContextValues): CaptureSetting | undefined {
  if (values.captureOverride !== undefined) return values.capture;
  return state?.localRoot.verdict?.capture?.setting ?? state?.capture ?? values.capture;
}
