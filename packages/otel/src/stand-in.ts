/** A span of ours in OpenTelemetry's contexts. */
import type { Exception, Link, Span as OtelApiSpan, SpanStatus } from '@opentelemetry/api';
import type { Span } from '@spanline/core';
import { traceFlagsOf } from '@spanline/instrumentation';
import { remember } from './place.ts';
import { writeAttributes } from './record-span.ts';

const STATUS_ERROR = 2;

/**
 * Stands for a span of ours where OpenTelemetry expects one of its own: its ids are the span's, and attributes, status
 * and exceptions that are set on it go to the span. It ends when the span ends: its own `end()` does nothing.
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

  /** Events of a span of ours have no place on its line. */
  addEvent(): this {
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

/** Returns the stand-in of a span, always the same one. */
export function standInOf(span: Span): OtelApiSpan {
  let standIn = standIns.get(span);
  if (standIn === undefined) {
    standIn = new StandIn(span);
    standIns.set(span, standIn);
    remember(standIn, span);
  }
  return standIn;
}
