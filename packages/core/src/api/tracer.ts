/** The tracer, its counters, and what its observers get. */
import type { Logger } from 'pino';
import type { SpanAttributes, SpanRecord, SpanStatus } from '@spanline/record';
import type { ContextValues, Labels, RemoteContext } from './context.ts';
import type { AlertOptions, ScoreOptions } from './events.ts';
import type { Span, SpanOptions } from './span.ts';

/** Starts spans, runs code inside them and writes their lines. Create one per process. */
export interface Tracer {
  /** The application's logger. Lines that are logged inside a span carry its ids. */
  readonly logger: Logger;
  /** `false` if the tracer records nothing. */
  readonly enabled: boolean;
  /** Starts a span, which you end. A string is a name. Never throws. */
  startSpan(options: SpanOptions | string): Span;
  /**
   * Runs `fn` inside a new span, which ends when `fn` returns, settles, or its stream ends. Errors are rethrown
   * unchanged.
   */
  withSpan<T>(options: SpanOptions | string, fn: (span: Span) => T): T;
  /** Runs `fn` with `span` as the current span. */
  run<T>(span: Span, fn: () => T): T;
  /** Writes a score line. A score without a target belongs to the current span. Never throws. */
  score(options: ScoreOptions): void;
  /** Writes an alert line, at level `error` (critical), `warn` (warning) or `info` (recovered). Never throws. */
  alert(options: AlertOptions): void;
  /** Observes spans at their end, before capture. Returns a function that stops it. */
  onSpanEnd(observer: (ended: EndedSpan) => void): () => void;
  /** Observes every record after capture and before sampling. Returns a function that stops it. */
  onRecord(observer: (record: Readonly<SpanRecord>) => void): () => void;
  /** Adds a number to every stats line, written as `spanline.gauge.<name>`. Returns a function that stops it. */
  gauge(name: string, read: () => number): () => void;
  /**
   * Writes `traceparent`, `tracestate` and the allow-listed baggage of the current span into `headers`, and returns
   * them.
   */
  inject<T extends Record<string, string>>(headers: T): T;
  /** Reads the context of a remote caller. Returns `undefined` if the headers have none. */
  extract(headers: Readonly<Record<string, string | readonly string[] | undefined>>): RemoteContext | undefined;
  /** Returns the counters since the tracer's start. */
  stats(): TracerStats;
  /** Resolves when every line has reached its destination. */
  flush(): Promise<void>;
  /** Writes the open spans as `unfinished` and the last stats line, then flushes. */
  shutdown(): Promise<void>;
}

/** Counters of a tracer since its start. */
export interface TracerStats {
  /** Lines handed to the log. */
  emitted: number;
  /** Lines that the logger's level held back. */
  filtered: number;
  /** Spans that sampling dropped. */
  sampledOut: number;
  /** Lines with at least one field that is shortened or left out. */
  truncated: number;
  /** Values that redaction replaced. */
  redacted: number;
  /** Values that redaction replaced, by rule. */
  redactedByRule: Readonly<Record<string, number>>;
  /** Spans that the tracer ended, because the application or a framework did not. */
  unfinished: number;
  /** Spans that are open now. */
  open: number;
  /** Faults of Spanline or of what it calls, such as a logger that throws. The application did not see them. */
  internalErrors: number;
}

/** A span at its end, before capture. It stays in the process. */
export interface EndedSpan {
  readonly span: Span;
  readonly status: SpanStatus;
  /** True for the first span of its trace in this process. */
  readonly isLocalRoot: boolean;
  /** Milliseconds, from the monotonic clock. */
  readonly durationMs: number;
  /** Attributes and content by reference. Do not change them. */
  readonly attributes: Readonly<SpanAttributes>;
  /** Labels of the context and of the span. */
  readonly labels: Readonly<Labels>;
  /** Session, user and request of the span. */
  readonly values: Readonly<ContextValues>;
  /** Cost of the call in US dollars, calculated or as set. `undefined` if unknown. */
  readonly costUsd: number | undefined;
  /** Reason why the cost is missing, or may differ from the bill: `spanline.cost.reason` of the line. */
  readonly costReason: string | undefined;
  /** The error that `fail()` recorded. */
  readonly error: unknown;
}
