import type { Logger } from 'pino';
import type { SpanAttributes, SpanRecord, SpanStatus } from '@spanline/record';
import type { ContextValues, Labels, RemoteContext } from './context.ts';
import type { AlertOptions, ScoreOptions } from './events.ts';
import type { Span, SpanOptions } from './span.ts';

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
