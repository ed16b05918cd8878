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

/** Traces that are kept whatever the ratio says. The decision falls when the local root ends. */
export interface TailOptions {
  /** Keeps traces in which a span failed. @defaultValue true */
  errors?: boolean;
  /** Keeps traces whose local root took longer than this, in milliseconds. */
  slowerThanMs?: number;
  /** Keeps traces that cost more than this, in US dollars. */
  costAboveUsd?: number;
  /** Keeps traces with more input and output tokens than this. */
  tokensAbove?: number;
  /** Keeps traces with a span that has one of these labels. */
  labels?: Labels;
  /** Keeps traces for which it returns true, or throws. */
  keep?: (trace: { root: Readonly<SpanRecord>; failed: boolean; records: readonly Readonly<SpanRecord>[] }) => boolean;
  /** Maximum number of traces held back. Beyond it the oldest is written. @defaultValue 1000 */
  maxTraces?: number;
  /** Maximum size of the traces held back, in bytes, approximate. Beyond it the oldest is written. @defaultValue 67108864 */
  maxBytes?: number;
  /** Writes a trace whose root has not ended after this many seconds. @defaultValue 120 */
  maxAgeSeconds?: number;
}

/** Sampling of whole traces. */
export interface SamplingOptions {
  /** Share of traces to write, 0–1. Decided by trace id, so services agree. @defaultValue `SPANLINE_SAMPLE_RATIO`, else 1 */
  ratio?: number;
  /**
   * Holds traces back until their local root ends. Writes those that a rule keeps, and the share `ratio` of the others.
   * A killed process loses the traces it holds back.
   */
  tail?: TailOptions;
  /** `roots` writes only local roots, with their roll-up, and failed spans. @defaultValue `all` */
  spans?: 'all' | 'roots';
}

/** Where content goes. */
export interface ContentOptions {
  /** A second pino logger. It gets the content fields in `span.content` lines; the span's line keeps `spanline.content.ref`. */
  destination: Logger;
}

/** Who writes the lines. */
export interface ServiceOptions {
  /** Written as `service.name`. @defaultValue `OTEL_SERVICE_NAME`, else `OTEL_RESOURCE_ATTRIBUTES`, else the name in the nearest package.json */
  name?: string;
  /** Written as `service.version`. @defaultValue `OTEL_RESOURCE_ATTRIBUTES`, else the version in the nearest package.json */
  version?: string;
  /** Written as `deployment.environment.name`. @defaultValue `OTEL_RESOURCE_ATTRIBUTES` */
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
  /** The service that writes the lines. @defaultValue `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, the nearest package.json */
  service?: ServiceOptions;
  /** Written as `spanline.project` on every line. @defaultValue `SPANLINE_PROJECT`, `LANGSMITH_PROJECT`, `LANGCHAIN_PROJECT` */
  project?: string;
  /** Any pino 8–10 logger, also with custom levels. @defaultValue `createLogger()` on stdout */
  logger?: Logger;
  /** `false` records no span and writes no line. @defaultValue `SPANLINE_ENABLED`, else true */
  enabled?: boolean;
  /** Level of the lines of successful spans. @defaultValue `SPANLINE_LEVEL`, else `info` */
  level?: string;
  /** Spelling of the emitted line. @defaultValue that of a `createLogger` logger, else `SPANLINE_PROFILE`, else `otel` */
  profile?: Profile;
  /** How much content reaches the log: a mode, or a function that chooses one for each span. @defaultValue `SPANLINE_CAPTURE`, else `redacted` */
  capture?: CaptureSetting;
  /** Redaction rules and detectors, beside the built-in rules. */
  redact?: RedactOptions;
  /**
   * Where a message that is already on an earlier line of the trace becomes a reference, `{"ref":"<span_id>#i3"}`:
   * in chains, agents and graph nodes (`containers`), in the inputs of model calls as well (`all`), or nowhere (`none`).
   * `reconstructMessages` restores the messages. With `sampling.spans: 'roots'` there are no references.
   * @defaultValue `containers`
   */
  deltas?: DeltaMode;
  /** Size limits of a line and of its content. */
  limits?: LimitOptions;
  /** Which traces and spans are written. @defaultValue all of them */
  sampling?: SamplingOptions;
  /** Writes content to a log of its own, which fewer people may read. @defaultValue content is in the span's line */
  content?: ContentOptions;
  /** Your prices by model name, in US dollars per million tokens. They take precedence over the built-in table. A trailing `*` in a name matches a prefix. */
  prices?: PriceTable;
  /**
   * Returns the active span of another tracer, which becomes the parent of new traces.
   * @defaultValue the active OpenTelemetry span, read without importing OpenTelemetry
   */
  parentContext?: () => ForeignContext | undefined;
  /** Time source, for tests. @defaultValue the system's clocks */
  clock?: Clock;
  /** Also writes a `span.start` line per span, for live views. @defaultValue false */
  emitStarts?: boolean;
  /** Seconds between two stats lines. 0 turns them off. @defaultValue `SPANLINE_STATS_INTERVAL`, else 60 */
  statsIntervalSeconds?: number;
  /** Key of HMAC hashes: `capture: 'hashed'`, `redact.hash`, and the evidence of truncated content. @defaultValue `SPANLINE_HASH_KEY` */
  hashKey?: string;
  /** Maximum number of open spans. Beyond it the oldest is written as `abandoned`. @defaultValue 50000 */
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
