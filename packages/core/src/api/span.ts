import type { SpanAttributes, SpanKind, SpanStatus, SpanType } from '@spanline/record';
import type { CaptureSetting } from './capture.ts';
import type { Labels, RemoteContext } from './context.ts';

/** Anything the application or a framework hands over as input or output; messages, a string, documents or any object. */
export type Content = unknown;

/** The package that produced a span. */
export interface InstrumentationScope {
  name: string;
  version: string;
}

/** How to start a span. */
export interface SpanOptions {
  /** `chat gpt-4o`, `POST /ask`, the function's name. */
  name: string;
  /** @defaultValue `task` */
  type?: SpanType;
  /** @defaultValue `CLIENT` for `llm`, `embedding`, `retriever`; `SERVER` for `http`; `INTERNAL` otherwise */
  kind?: SpanKind;
  /**
   * A span, the context of a remote caller (`tracer.extract`), or `null` for a new trace.
   * @defaultValue the current span; else a foreign active span (`parentContext`); else a new trace
   */
  parent?: Span | RemoteContext | null;
  /** A trace this one was caused by without being its child (an untrusted remote caller, an interrupted run). */
  link?: { traceId: string };
  attributes?: SpanAttributes;
  labels?: Labels;
  tags?: readonly string[];
  input?: Content;
  /** Epoch milliseconds, fractional. @defaultValue now */
  startTime?: number;
  /** Capture for this span alone, over the context's and the tracer's. */
  capture?: CaptureSetting;
  /** The source that starts the span, written as `otel.scope.*`. @defaultValue `@spanline/core` */
  scope?: InstrumentationScope;
}

/** How to end a span. */
export interface EndOptions {
  /** @defaultValue `error` after `fail()`, else `ok` */
  status?: SpanStatus;
  /** Epoch milliseconds, fractional. @defaultValue now */
  endTime?: number;
  /** Level of the span's line. @defaultValue by status: `error`, `warn` for work that was given up, else the tracer's `level` */
  level?: string;
}

/** One step of a trace. Every started span is written exactly once. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  readonly type: SpanType;
  readonly name: string;
  /** True until `end()`. */
  readonly isRecording: boolean;
  /** Sets typed facts and content; content is kept by reference until the span ends. `undefined` is ignored. */
  set(attributes: SpanAttributes): this;
  /** Free metadata, written as `labels.<key>`; characters outside `[A-Za-z0-9_]` become `_`, at most 32 keys. */
  label(key: string, value: string | number | boolean): this;
  /** Tags, written as `spanline.tags`. */
  tag(...tags: readonly string[]): this;
  /** What went in; stands under the key that fits the span's type (messages, arguments, query text, `spanline.input`). */
  input(content: Content): this;
  /** What came out; stands under the key that fits the span's type (messages, result, documents, `spanline.output`). */
  output(content: Content): this;
  /** A better name that became known later (a route template). */
  updateName(name: string): this;
  /** Records an error. Control-flow exceptions of frameworks (`is_bubble_up`) and `AbortError` are not failures. */
  fail(error: unknown): this;
  /** Ends the span and writes its line. Only the first call counts. */
  end(options?: EndOptions): void;
}
