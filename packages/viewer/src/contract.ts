/**
 * The JSON API of the viewer, version 1. Server and page share these types; docs/viewer.md describes the API.
 *
 * Times are milliseconds since the epoch, durations milliseconds, costs US dollars. A missing fact is an absent field.
 */

/** Prefix of every path of the API. */
export const API = '/api/v1';

/** Columns by which traces can be sorted. */
export const TRACE_ORDERS = ['start', 'duration', 'tokens', 'cost', 'errors', 'spans'] as const;

/** A column by which traces can be sorted, largest first. */
export type TraceOrder = (typeof TRACE_ORDERS)[number];

/** A trace in the list. */
export interface TraceRow {
  readonly traceId: string;
  readonly name: string;
  readonly status?: string;
  /** Absent where the root of the trace is not among the lines. */
  readonly hasRoot?: true;
  readonly startMs?: number;
  readonly durationMs?: number;
  readonly spans: number;
  readonly errors: number;
  readonly tokens: number;
  readonly costUsd: number;
  readonly models: readonly string[];
  readonly service?: string;
  readonly requestId?: string;
  readonly sessionId?: string;
  readonly userId?: string;
}

/** Traces that began within a bar of the histogram. */
export interface HistogramBar {
  readonly startMs: number;
  readonly traces: number;
  readonly errors: number;
}

/** How far the lines were read. */
export interface ReadState {
  readonly isComplete: boolean;
  /** Share of the bytes that were read, 0 to 1. */
  readonly share: number;
  readonly lines: number;
  readonly badLines: number;
  /** Files that could not be read, with the reason. */
  readonly unread: readonly string[];
}

/** A window of a list of traces: `GET /api/v1/traces`. */
export interface TracesAnswer {
  readonly rows: readonly TraceRow[];
  /** Place of the first row in the list. */
  readonly offset: number;
  /** Traces that were found so far. */
  readonly total: number;
  /** True if older traces were left out, because the list has its most rows. */
  readonly isCut?: true;
  readonly histogram: readonly HistogramBar[];
  /** Length of a bar of the histogram, in milliseconds. */
  readonly barMs: number;
  readonly state: ReadState;
  /** There are newer lines, which will be read next. */
  readonly isStale?: true;
}

/** A span in its trace, without content. */
export interface SpanRow {
  readonly spanId: string;
  /** Place of the parent in the list of spans; absent for a root. */
  readonly parent?: number;
  readonly depth: number;
  readonly name: string;
  readonly type: string;
  readonly status?: string;
  /** From the start of the trace. */
  readonly fromMs: number;
  readonly durationMs: number;
  readonly selfMs?: number;
  readonly model?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly costUsd?: number;
  /** `least`: the bill can only be higher. `about`: it may be higher or lower. Absent: the cost is exact. */
  readonly costBound?: 'least' | 'about';
  readonly ttftMs?: number;
  readonly documents?: number;
  readonly score?: number;
  /** Type and message of an error that arose here. */
  readonly error?: string;
  /** True if the time until the end of the trace depends on this span. */
  readonly isCritical?: true;
}

/** A line of the trace that is no span: a line of the application, a score, an alert. */
export interface EventRow {
  readonly kind: string;
  /** From the start of the trace. */
  readonly atMs: number;
  readonly level?: string;
  readonly message: string;
  /** The span that wrote the line. */
  readonly spanId?: string;
}

/** A trace, or the traces of a request, session or user: `GET /api/v1/trace/<id>`. */
export interface TraceAnswer {
  readonly id: string;
  /** Kind of the id. */
  readonly by: string;
  readonly traceIds: readonly string[];
  readonly startMs: number;
  readonly durationMs: number;
  /** Parents come before their children. */
  readonly spans: readonly SpanRow[];
  readonly events: readonly EventRow[];
  readonly errors: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly requestId?: string;
  readonly sessionId?: string;
  readonly userId?: string;
  readonly service?: string;
  readonly isCut?: true;
}

/** A text that may be longer than what was sent. */
export interface LongText {
  readonly text: string;
  /** Characters of the whole text; absent if `text` is all of it. */
  readonly length?: number;
  /** Number of the text in its span, for `GET /api/v1/trace/<id>/span/<span>/text/<n>?from=`. */
  readonly n?: number;
}

/** A part of a message. */
export type PartAnswer =
  | { readonly type: 'text' | 'reasoning'; readonly text: LongText }
  | { readonly type: 'tool_call'; readonly name: string; readonly id?: string; readonly text: LongText }
  | { readonly type: 'tool_result'; readonly id?: string; readonly text: LongText }
  | { readonly type: 'other'; readonly name: string; readonly text: LongText };

/** A message of a conversation. */
export interface MessageAnswer {
  readonly role: string;
  readonly parts: readonly PartAnswer[];
  readonly finishReason?: string;
}

/** A retrieved document. */
export interface DocumentAnswer {
  readonly id?: string;
  readonly score?: number;
  readonly text: LongText;
}

/** Units of usage that are billed, with their count. */
export interface UsageAnswer {
  readonly unit: string;
  readonly count: number;
}

/** A score of a span. */
export interface ScoreAnswer {
  readonly name: string;
  readonly value?: number;
  readonly explanation?: string;
}

/** Everything about a span: `GET /api/v1/trace/<id>/span/<span>`. */
export interface SpanAnswer {
  readonly spanId: string;
  /** Conversation of a model call: what went in, then what came out. */
  readonly input: readonly MessageAnswer[];
  readonly output: readonly MessageAnswer[];
  /** Messages that repeat earlier calls of the trace; the page folds them. */
  readonly history: number;
  /** Input and output of a span that is no conversation. */
  readonly values: readonly { readonly name: string; readonly text: LongText }[];
  readonly documents: readonly DocumentAnswer[];
  readonly usage: readonly UsageAnswer[];
  readonly scores: readonly ScoreAnswer[];
  readonly error?: { readonly type: string; readonly message?: string; readonly stack?: LongText };
  /** Every further attribute, by name. */
  readonly attributes: readonly (readonly [string, string])[];
  /** Messages whose line is missing or was cut. */
  readonly missing: readonly string[];
  /** The line as JSON. */
  readonly raw: LongText;
}

/** A part of a long text. */
export interface TextAnswer {
  readonly text: string;
  readonly from: number;
  readonly length: number;
}

/** Figures of the spans of one group. */
export interface StatsRowAnswer {
  readonly by: readonly string[];
  readonly count: number;
  readonly errors: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly p99Ms?: number;
  /** Absent for a cluster. */
  readonly selfShare?: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly unknownCosts: number;
  readonly ttftP50Ms?: number;
}

/** `GET /api/v1/stats`. */
export interface StatsAnswer {
  readonly by: readonly string[];
  readonly rows: readonly StatsRowAnswer[];
  /** Groups that were left out. */
  readonly more: number;
}

/** Errors with one fingerprint. */
export interface ErrorRow {
  readonly fingerprint: string;
  readonly type: string;
  readonly path: string;
  /** The message with placeholders for ids, numbers and texts. */
  readonly message: string;
  readonly count: number;
  readonly users: number;
  readonly firstMs?: number;
  readonly lastMs?: number;
  /** The newest error. */
  readonly traceId?: string;
  readonly spanId?: string;
}

/** `GET /api/v1/errors`, the most frequent ones first. */
export interface ErrorsAnswer {
  readonly rows: readonly ErrorRow[];
  readonly count: number;
  /** Groups that were left out. */
  readonly more: number;
}

/** The traces of one `session.id`. */
export interface SessionRow {
  readonly sessionId: string;
  readonly userId?: string;
  readonly startMs?: number;
  readonly endMs?: number;
  readonly traces: number;
  /** Traces with a failed span. */
  readonly failed: number;
  readonly spans: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly slowestTraceId?: string;
  readonly slowestMs?: number;
}

/** `GET /api/v1/sessions`, the newest first. */
export interface SessionsAnswer {
  readonly rows: readonly SessionRow[];
  /** Traces without a session. */
  readonly tracesWithout: number;
  /** Sessions that were left out. */
  readonly more: number;
}

/** A line of an alert. */
export interface AlertRow {
  readonly name: string;
  readonly message: string;
  readonly timeMs?: number;
  /** `event.id`, for `GET /api/v1/causes/<id>`. */
  readonly id?: string;
  /** Key of the incident. */
  readonly key?: string;
  readonly event?: string;
  readonly state?: string;
  readonly severity?: string;
  readonly metric?: string;
  readonly value?: number;
  readonly threshold?: number;
  readonly baseline?: number;
  readonly step?: string;
  /** Likely causes, as the monitor saw them when the alert fired. */
  readonly causes?: readonly string[];
  readonly traceIds?: readonly string[];
}

/** `GET /api/v1/alerts`, the newest first. */
export interface AlertsAnswer {
  readonly rows: readonly AlertRow[];
  /** Alerts that were left out. */
  readonly more: number;
}

/** A condition that bad traces fulfil more often than good ones. */
export interface CauseRow {
  readonly step: string;
  /** `more than 30 documents`. */
  readonly text: string;
  readonly bad: number;
  readonly good: number;
  readonly lift: number;
  /** Interval of the lift, 95 %. */
  readonly liftLow: number;
  readonly liftHigh: number;
  /** Probability of as good a split by chance, all conditions that were tried counted. */
  readonly p: number;
}

/** `GET /api/v1/causes/<alert>`: what `spanline explain` says. */
export interface CausesAnswer {
  /** `duration`, `first_token`, `cost`, `tokens`, `failure` or `score`. */
  readonly measure: string;
  readonly bad: number;
  readonly good: number;
  /** Conditions that were tried. */
  readonly tested: number;
  readonly causes: readonly CauseRow[];
  /** Steps that make up the difference, with the mean of bad and of good traces. */
  readonly parts: readonly {
    readonly step: string;
    readonly bad: number;
    readonly good: number;
    readonly share: number;
  }[];
  /** The worst first. */
  readonly traceIds: readonly string[];
}

/** The sources, and the names that a filter knows: `GET /api/v1/about`. */
export interface AboutAnswer {
  readonly version: string;
  readonly sources: readonly string[];
  /** Names that a filter knows. */
  readonly fields: readonly string[];
}

/** A request that failed. The HTTP status is 400, 404 or 500. */
export interface ErrorAnswer {
  readonly error: string;
  /** Place of the fault in the filter, in characters. */
  readonly position?: number;
  readonly suggestion?: string;
}

/** Events of `GET /api/v1/live`, a stream of server-sent events. */
export interface LiveEvent {
  /** Size of the source in bytes; it changed. */
  readonly bytes: number;
}
