import type { Logger } from 'pino';
import type {
  AlertEvent,
  AlertSeverity,
  AlertState,
  ProfileName,
  SpanAttributes,
  SpanKind,
  SpanRecord,
  SpanStatus,
  SpanType,
} from '@spanline/record';
import type { DeltaMode } from '../capture/index.ts';
import type { CaptureSetting, LimitOptions, RedactOptions } from '../capture/options.ts';
import type { RemoteContext } from '../context/propagation.ts';
import type { ContextValues, Labels } from '../context/store.ts';
import type { PriceTable } from '../usage/cost.ts';

/** Anything the application or a framework hands over as input or output; messages, a string, documents or any object. */
export type Content = unknown;

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
  scope?: Scope;
}

/** The package that produced a span. */
export interface Scope {
  name: string;
  version: string;
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

/** A span as its observer sees it at its end: raw, before capture, in process only. */
export interface EndedSpan {
  readonly span: Span;
  readonly status: SpanStatus;
  /** Milliseconds, from the monotonic clock. */
  readonly durationMs: number;
  /** Facts and content as set, by reference. Never change it. */
  readonly attributes: Readonly<SpanAttributes>;
  readonly labels: Readonly<Labels>;
  /** Whom the application worked for. */
  readonly values: Readonly<ContextValues>;
  /** What the call cost, calculated or as set; in US dollars. */
  readonly costUsd: number | undefined;
  readonly error: unknown;
}

/** Counters of a tracer since its start. */
export interface TracerStats {
  /** Lines handed to the log. */
  emitted: number;
  /** Lines the logger's level held back. */
  filtered: number;
  sampledOut: number;
  /** Lines with at least one shortened field. */
  truncated: number;
  /** Values replaced by redaction rules. */
  redacted: number;
  /** The same by rule. */
  redactedByRule: Readonly<Record<string, number>>;
  /** Spans the framework or the application never ended. */
  unfinished: number;
  /** Spans open now. */
  open: number;
  /** Faults of spanline or of what it calls (a logger that throws); the host never saw them. */
  internalErrors: number;
}

/** Which traces are kept whatever the ratio says; decided when the local root ends. */
export interface TailOptions {
  /** Traces in which a span failed. @defaultValue true */
  errors?: boolean;
  /** Traces whose local root took longer, in milliseconds. */
  slowerThanMs?: number;
  /** Traces that cost more, in US dollars. */
  costAboveUsd?: number;
  /** Traces with more input and output tokens. */
  tokensAbove?: number;
  /** Traces with a span that has one of these labels. */
  labels?: Labels;
  /** A rule of your own. One that throws keeps the trace. */
  keep?: (trace: { root: Readonly<SpanRecord>; failed: boolean; records: readonly Readonly<SpanRecord>[] }) => boolean;
  /** Most traces that are held back; beyond it the oldest is written. @defaultValue 1000 */
  maxTraces?: number;
  /** Most bytes that are held back, roughly; beyond it the oldest trace is written. @defaultValue 67108864 */
  maxBytes?: number;
  /** A trace whose root has not ended after this long is written. @defaultValue 120 */
  maxAgeSeconds?: number;
}

/** Sampling of whole traces. */
export interface SamplingOptions {
  /** Share of traces that are written, 0–1, decided by trace id so that services agree. @defaultValue 1 */
  ratio?: number;
  /**
   * Holds traces back in this process and decides when their local root has ended: those that a rule keeps are written, of the others `ratio`. What is held back is lost when the process is
   * killed.
   */
  tail?: TailOptions;
  /** `roots` writes local roots, with their roll-up, and failed spans only. @defaultValue `all` */
  spans?: 'all' | 'roots';
}

/** Where content goes. */
export interface ContentOptions {
  /** A second pino: content fields go there, in `span.content` lines; the span's line keeps `spanline.content.ref`. */
  destination: Logger;
}

/** Who writes the lines. */
export interface ServiceOptions {
  name?: string;
  version?: string;
  environment?: string;
}

/** Spelling of the emitted line. */
export type Profile = ProfileName;

/** Time source; tests and golden files set it. */
export interface Clock {
  /** Epoch milliseconds, fractional. */
  now(): number;
  /** Monotonic milliseconds, fractional. */
  monotonic(): number;
}

/** Options of `createTracer`. Code wins over environment. */
export interface TracerOptions {
  /** @defaultValue `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, the nearest package.json */
  service?: ServiceOptions;
  /** @defaultValue `SPANLINE_PROJECT`, `LANGSMITH_PROJECT`, `LANGCHAIN_PROJECT` */
  project?: string;
  /** Any pino 8–10 logger, custom levels too. @defaultValue `createLogger()` on stdout */
  logger?: Logger;
  /** `false`: no span is recorded and no line is written. @defaultValue `SPANLINE_ENABLED`, else true */
  enabled?: boolean;
  /** Level of lines of spans that ended well. @defaultValue `SPANLINE_LEVEL`, else `info` */
  level?: string;
  /** @defaultValue `SPANLINE_PROFILE`, else `otel` */
  profile?: Profile;
  /** @defaultValue `SPANLINE_CAPTURE`, else `redacted` */
  capture?: CaptureSetting;
  redact?: RedactOptions;
  /**
   * Messages that an earlier line of the trace holds are written as `{"ref":"<span_id>#i3"}`: `containers` in chains, agents and graph nodes; `all` in the inputs of model calls as well; `none` nowhere.
   * `reconstructMessages` gives them back. With `sampling.spans: 'roots'` nothing refers.
   * @defaultValue `containers`
   */
  deltas?: DeltaMode;
  limits?: LimitOptions;
  /** @defaultValue ratio from `SPANLINE_SAMPLE_RATIO`, else 1 */
  sampling?: SamplingOptions;
  /** Keeps content apart from the other fields, for a place that fewer people may read. @defaultValue in the span's line */
  content?: ContentOptions;
  /** Prices over the built-in table. */
  prices?: PriceTable;
  /**
   * The span of another tracer that is active here, if any.
   * @defaultValue the active OpenTelemetry span, read without importing OpenTelemetry
   */
  parentContext?: () => ForeignContext | undefined;
  clock?: Clock;
  /** Also one `span.start` line per span, for live views. @defaultValue false */
  emitStarts?: boolean;
  /** Seconds between two stats lines; 0 switches them off. @defaultValue `SPANLINE_STATS_INTERVAL`, else 60 */
  statsIntervalSeconds?: number;
  /** Key for HMAC hashes (`capture: 'hashed'`, evidence of truncated content). @defaultValue `SPANLINE_HASH_KEY` */
  hashKey?: string;
  /** At most this many spans are open at once; the oldest beyond it is written as `abandoned`. @defaultValue 50000 */
  maxOpenSpans?: number;
}

/** Ids of a span that belongs to another tracer in this process. */
export interface ForeignContext {
  /** 32 lower-case hex digits. */
  traceId: string;
  /** 16 lower-case hex digits. */
  spanId: string;
  /** @defaultValue true */
  sampled?: boolean;
  /** Extra ids for the line (`dd.trace_id`, `dd.span_id`) where the other tracer's backend joins by its own names. */
  datadog?: { traceId: string; spanId: string };
}

/** Starts spans, runs code inside them and writes their lines. Create one per service. */
export interface Tracer {
  /** The app's logger: lines logged inside a span carry its ids. */
  readonly logger: Logger;
  readonly enabled: boolean;
  /** Starts a span; you end it. A string is a name. */
  startSpan(options: SpanOptions | string): Span;
  /** Runs `fn` inside a new span that ends when `fn` returns, settles, or its stream ends; rethrows unchanged. */
  withSpan<T>(options: SpanOptions | string, fn: (span: Span) => T): T;
  /** Makes `span` current inside `fn`. */
  run<T>(span: Span, fn: () => T): T;
  /** Writes a score line. Never throws; a score without a target is written with the current span's ids. */
  score(options: ScoreOptions): void;
  /** Writes an alert line, at level `error` (critical), `warn` (warning) or `info` (recovered). Never throws. */
  alert(options: AlertOptions): void;
  /** Observes ended spans raw, before capture. Returns how to stop. */
  onSpanEnd(observer: (ended: EndedSpan) => void): () => void;
  /** Observes every record after capture and before sampling. Returns how to stop. */
  onRecord(observer: (record: Readonly<SpanRecord>) => void): () => void;
  /** A number read for every stats line, written as `spanline.gauge.<name>`. Returns how to stop. */
  gauge(name: string, read: () => number): () => void;
  /** Writes `traceparent`, `tracestate` and allow-listed baggage of the current span into `headers`; returns them. */
  inject<T extends Record<string, string>>(headers: T): T;
  /** Reads a remote caller's context; `undefined` when the headers hold none. */
  extract(headers: Readonly<Record<string, string | readonly string[] | undefined>>): RemoteContext | undefined;
  stats(): TracerStats;
  /** Resolves when every line handed to the log has reached its destination. */
  flush(): Promise<void>;
  /** Writes open spans as `unfinished` and the last stats line, then flushes. */
  shutdown(): Promise<void>;
}

/** One judgement about a span, a trace or a session. */
export interface ScoreOptions {
  name: string;
  /** A number, a category or a yes/no; categories are written as label, booleans as 1 or 0 with a label. */
  value: number | string | boolean;
  label?: string;
  explanation?: string;
  /** @defaultValue `code` */
  source?: 'user' | 'code' | 'llm_judge';
  /** @defaultValue the current span */
  spanId?: string;
  traceId?: string;
  requestId?: string;
  sessionId?: string;
}

/** What a rule found out about the spans of this process. */
export interface AlertOptions {
  /** Name of the rule. */
  name: string;
  event: AlertEvent;
  state: AlertState;
  severity: AlertSeverity;
  /** One sentence for people. */
  message: string;
  metric?: string;
  value?: number;
  threshold?: number;
  /** What the metric usually is. */
  baseline?: number;
  comparison?: string;
  windowSeconds?: number;
  samples?: number;
  /** Name of the step the alert is about. */
  step?: string;
  /** Traces to look at first. */
  traceIds?: readonly string[];
  /** Likely causes: a sentence each, with the evidence. */
  causes?: readonly string[];
  /** Opens the traces. */
  command?: string;
  /** Names the incident for those who collapse repeated messages. */
  dedupKey?: string;
  /** Messages that were not sent since the last one. */
  suppressed?: number;
}

export type { ContextValues };
