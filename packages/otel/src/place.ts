import type { Span } from '@spanline/core';
/** The place of an OpenTelemetry span among the recorded spans of this process. */
import { callerSpan, onForcedEnd, parentOf, sharedState } from '@spanline/instrumentation';
import {
  activeOtelSpan,
  type OtelContext,
  type OtelSpan,
  type OtelSpanContext,
  type OtelSpanRef,
  SPAN_KEY,
} from './host/otel-span.ts';

/** The recorded span of each OpenTelemetry span, and of each stand-in of ours in its contexts. All copies share it. */
const recorded = sharedState('otel-spans', () => new WeakMap<object, Span>());
/** Those that are open, by their ids: OpenInference and others put objects of their own into contexts. */
const open = sharedState('otel-open-spans', () => new Map<string, Span>());

const idOf = ({ traceId, spanId }: OtelSpanContext): string => traceId + spanId;

/** True for an object that names a span. */
export const isRef = (value: unknown): value is OtelSpanRef =>
  typeof value === 'object' && value !== null && typeof (value as Partial<OtelSpanRef>).spanContext === 'function';

/** Returns the recorded span of an OpenTelemetry span, or of an object that stands for one in this process. */
export function recordedSpanOf(otel: object | undefined): Span | undefined {
  if (otel === undefined) return undefined;
  const known = recorded.get(otel);
  if (known !== undefined || !isRef(otel)) return known;
  const ids = otel.spanContext();
  return ids.isRemote === true ? undefined : open.get(idOf(ids));
}

/** Says that `span` records an OpenTelemetry span. */
export function remember(otel: object, span: Span): void {
  recorded.set(otel, span);
}

/** Says that a span which was just started records an OpenTelemetry span, until it ends, whoever ends it. */
export function rememberOpen(otel: OtelSpan, span: Span): void {
  const id = idOf(otel.spanContext());
  recorded.set(otel, span);
  if (!span.isRecording) return;
  open.set(id, span);
  onForcedEnd(span, () => void open.delete(id));
}

/** Says that an OpenTelemetry span has ended. */
export function forgetOpen(otel: OtelSpan): void {
  open.delete(idOf(otel.spanContext()));
}

/** True if `span` is `ancestor`, or below it. */
function isWithin(span: Span, ancestor: Span): boolean {
  let at: Span | undefined = span;
  while (at !== undefined && at !== ancestor) at = parentOf(at);
  return at !== undefined;
}

const KINDS_FROM_OUTSIDE: ReadonlySet<number> = new Set([1, 4]);

/** Where a span belongs. */
export interface Place {
  /** The recorded parent, if there is one. */
  readonly parent: Span | undefined;
  /** The parent in OpenTelemetry, recorded or not. */
  readonly otelParent: OtelSpanRef | undefined;
}

/** The current span, unless the span was asked to begin a trace or is caused from outside. */
function surrounding(otel: OtelSpan): Span | undefined {
  if (KINDS_FROM_OUTSIDE.has(otel.kind) || activeOtelSpan() !== undefined) return undefined;
  return callerSpan();
}

/**
 * Finds the parent of a span that starts. It is the recorded span of its parent in OpenTelemetry, or a span of ours
 * that runs inside of that one: so a call that both record stands below the other record of it.
 */
export function placeOf(otel: OtelSpan, context: Pick<OtelContext, 'getValue'>): Place {
  const given = context.getValue(SPAN_KEY);
  if (!isRef(given)) return { parent: surrounding(otel), otelParent: undefined };
  const parent = recordedSpanOf(given);
  const current = callerSpan();
  if (current === undefined) return { parent, otelParent: given };
  if (parent !== undefined) return { parent: isWithin(current, parent) ? current : parent, otelParent: given };
  const { traceId, isRemote } = given.spanContext();
  return { parent: isRemote !== true && current.traceId === traceId ? current : undefined, otelParent: given };
}
