/** A span of ours in OpenTelemetry's contexts. */
import type { Exception, Link, Span as OtelApiSpan, SpanStatus, TimeInput } from '@opentelemetry/api';
import type { Span } from '@spanline/core';
import { sharedState, traceFlagsOf } from '@spanline/instrumentation';
import { isProps } from '@spanline/record';
import type { HrTime } from './host/otel-span.ts';
import { remember } from './place.ts';
import { writeAttributes } from './record-span.ts';
import { writeEvent } from './span-events.ts';

const STATUS_ERROR = 2;

/** A time of OpenTelemetry's API. Without one it is now. Small numbers count from the start of the process. */
function hrTimeOf(time: TimeInput | undefined): HrTime {
  if (Array.isArray(time)) return time;
  const given = Number(time ?? Date.now());
  const epochMs = given < 1e11 ? performance.timeOrigin + given : given;
  return [Math.floor(epochMs / 1000), (epochMs % 1000) * 1e6];
}

/**
 * Stands for a span of ours where OpenTelemetry expects one of its own: its ids are the span's, and attributes, events,
 * status and exceptions that are set on it go to the span. It ends when the span ends: its own `end()` does nothing.
 */
class StandIn implements OtelApiSpan {
  readonly #span: Span;
  #exception: Exception | undefined;

  constructor(span: Span) {
    this.#span = span;
  }

  spanContext(): ReturnType<OtelApiSpan['spanContext']> {
    const { traceId, spanId } = this.#span;
    return { traceId, spanId, traceFlags: traceFlagsOf(this.#span) };
  }

  isRecording(): boolean {
    return this.#span.isRecording;
  }

  setAttribute(key: string, value: unknown): this {
    return this.setAttributes({ [key]: value });
  }

  setAttributes(attributes: Readonly<Record<string, unknown>>): this {
    if (this.#span.isRecording) writeAttributes(this.#span, attributes);
    return this;
  }

  setStatus({ code, message }: SpanStatus): this {
    if (Number(code) === STATUS_ERROR) this.#span.fail(this.#exception ?? { name: 'Error', message: message ?? '' });
    return this;
  }

  recordException(exception: Exception): void {
    this.#exception = exception;
  }

  addEvent(name: string, attributesOrTime?: Readonly<Record<string, unknown>> | TimeInput, time?: TimeInput): this {
    const isTime = !isProps(attributesOrTime) || attributesOrTime instanceof Date;
    const attributes = isTime ? undefined : attributesOrTime;
    writeEvent(this.#span, { name, attributes, time: hrTimeOf(time ?? (isTime ? attributesOrTime : undefined)) });
    return this;
  }

  addLink(_: Link): this {
    return this;
  }

  addLinks(_: Link[]): this {
    return this;
  }

  updateName(name: string): this {
    this.#span.updateName(name);
    return this;
  }

  end(): void {
    // The code that started the span ends it.
  }
}

const standIns = new WeakMap<Span, StandIn>();
/** Stand-ins of all copies. */
const all = sharedState('otel-stand-ins', () => new WeakSet<object>());

/** True for an object that stands for a span of ours. */
export const isStandIn = (value: object): boolean => all.has(value);

/** Returns the stand-in of a span, always the same one. */
export function standInOf(span: Span): OtelApiSpan {
  let standIn = standIns.get(span);
  if (standIn === undefined) {
    standIn = new StandIn(span);
    standIns.set(span, standIn);
    all.add(standIn);
    remember(standIn, span);
  }
  return standIn;
}
