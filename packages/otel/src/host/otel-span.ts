/** OpenTelemetry's objects, as far as this package reads them: those of its SDK 2 and 3, and of others that copy it. */

/** Seconds and nanoseconds since the epoch. */
export type HrTime = readonly [seconds: number, nanos: number];

/** The ids of a span. */
export interface OtelSpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly isRemote?: boolean | undefined;
  readonly traceState?: { serialize(): string } | undefined;
}

/** A span that others may only name. */
export interface OtelSpanRef {
  spanContext(): OtelSpanContext;
}

/** An event on a span. */
export interface OtelEvent {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  readonly time?: HrTime | undefined;
}

/** A span that is recorded (`ReadableSpan`). */
export interface OtelSpan extends OtelSpanRef {
  readonly name: string;
  /** 0 internal, 1 server, 2 client, 3 producer, 4 consumer. */
  readonly kind: number;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: { readonly code: number; readonly message?: string | undefined };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly OtelEvent[];
  readonly links: readonly { readonly context: OtelSpanContext }[];
  readonly instrumentationScope?: { readonly name: string; readonly version?: string | undefined };
  /** SDK 2 and later. */
  readonly parentSpanContext?: OtelSpanContext | undefined;
}

/** OpenTelemetry's immutable context. */
export interface OtelContext {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): OtelContext;
  deleteValue(key: symbol): OtelContext;
}

/** The key of the active span in a context. */
export const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN');

const OTEL_API: unique symbol = Symbol.for('opentelemetry.js.api.1');

interface GlobalApi {
  readonly context?: { active(): Pick<OtelContext, 'getValue'> };
}

/** The active OpenTelemetry span, read from the registry of its API without importing it. */
export function activeOtelSpan(): object | undefined {
  const { [OTEL_API]: api } = globalThis as { [OTEL_API]?: GlobalApi };
  const span = api?.context?.active().getValue(SPAN_KEY);
  return typeof span === 'object' && span !== null ? span : undefined;
}

/** Epoch milliseconds of a time; `undefined` for what is none. */
export function epochMsOf(time: HrTime | undefined): number | undefined {
  if (!Array.isArray(time)) return undefined;
  const [seconds, nanos] = time as unknown as HrTime;
  const ms = seconds * 1000 + nanos / 1e6;
  return Number.isFinite(ms) ? ms : undefined;
}
