/** The span: how to start it, what to record on it, how to end it. */
import type { SpanAttributes, SpanKind, SpanStatus, SpanType } from '@spanline/record';
import type { CaptureSetting } from './capture.ts';
import type { Labels, RemoteContext } from './context.ts';

/** The input or output of a span: messages, a string, documents, or any other value. */
export type Content = unknown;

/** The package that started a span, written as `otel.scope.*`. */
export interface InstrumentationScope {
  /** Name of the package. */
  name: string;
  /** Version of the package. */
  version: string;
}

/** Options of `tracer.startSpan` and `tracer.withSpan`. */
export interface SpanOptions {
  /** `chat gpt-4o`, `POST /ask`, the name of a function. */
  name: string;
  /** Type of the step. @defaultValue `task` */
  type?: SpanType | undefined;
  /**
   * OpenTelemetry span kind.
   * @defaultValue `CLIENT` for `llm`, `embedding` and `retriever`, `SERVER` for `http`, else `INTERNAL`
   */
  kind?: SpanKind | undefined;
  /**
   * A span, the context of a remote caller (`tracer.extract`), or `null` for a new trace.
   * @defaultValue the current span, else the active span of another tracer (`parentContext`), else none: a new trace
   */
  parent?: Span | RemoteContext | null | undefined;
  /** The trace that caused this one without being its parent: an untrusted remote caller, an interrupted run. */
  link?: { traceId: string } | undefined;
  /** As for {@link Span.set}. */
  attributes?: SpanAttributes | undefined;
  /** As for {@link Span.label}. */
  labels?: Labels | undefined;
  /** As for {@link Span.tag}. */
  tags?: readonly string[] | undefined;
  /** As for {@link Span.input}. */
  input?: Content;
  /** Epoch milliseconds, fractional. @defaultValue now */
  startTime?: number | undefined;
  /** Capture of this span alone. @defaultValue that of the context, else that of the tracer */
  capture?: CaptureSetting | undefined;
  /** The instrumentation that starts the span. @defaultValue `@spanline/core` */
  scope?: InstrumentationScope | undefined;
}

/** Options of {@link Span.end}. */
export interface EndOptions {
  /** @defaultValue `error` after `fail()`, else `ok` */
  status?: SpanStatus | undefined;
  /** Epoch milliseconds, fractional. @defaultValue now */
  endTime?: number | undefined;
  /**
   * Level of the span's line.
   * @defaultValue `error` for errors, `warn` for aborted, abandoned and unfinished spans, else the tracer's `level`
   */
  level?: string | undefined;
}

/**
 * One step of a trace. Every span is written once, when it ends. Its methods never throw, and do nothing after the end.
 */
export interface Span {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** `undefined` for the first span of a trace. */
  readonly parentSpanId?: string | undefined;
  readonly type: SpanType;
  readonly name: string;
  /** True until {@link Span.end}. */
  readonly isRecording: boolean;
  /**
   * Sets typed attributes and content. Content is kept by reference until the span ends. `undefined` and `null` are
   * ignored. An unknown key becomes a label if its value is a scalar.
   */
  set(attributes: SpanAttributes): this;
  /**
   * Sets free metadata, written as `labels.<key>`. In the key, characters outside `[A-Za-z0-9_]` become `_`. A span has
   * at most 32 labels.
   */
  label(key: string, value: string | number | boolean): this;
  /** Adds tags, written as `spanline.tags`. */
  tag(...tags: readonly string[]): this;
  /** Sets the input. The span's type decides its key: messages, arguments, query text, else `spanline.input`. */
  input(content: Content): this;
  /** Sets the output. The span's type decides its key: messages, result, documents, else `spanline.output`. */
  output(content: Content): this;
  /** Replaces the name by one that became known later, such as a route template. */
  updateName(name: string): this;
  /**
   * Records an error. Cancellations (`AbortError`) and the control flow of frameworks (`is_bubble_up`) are not
   * failures.
   */
  fail(error: unknown): this;
  /** Ends the span and writes its line. Only the first call counts. */
  end(options?: EndOptions): void;
}
