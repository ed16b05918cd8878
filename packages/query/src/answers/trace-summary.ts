/** A trace in a list. */

import type { AttributeKey, SpanStatus } from '@spanline/record';

/** The newest value of a score. */
export interface TraceScore {
  readonly name: string;
  readonly value: number;
}

/** A trace in a list. */
export interface TraceSummary {
  readonly traceId: string;
  /**
   * Name of the root, with the path of a request without a route, or of the span that began first where the root is not
   * among the lines.
   */
  readonly name: string | undefined;
  readonly status: SpanStatus | undefined;
  /** Whether the root is among the lines. */
  readonly hasRoot: boolean;
  /** Milliseconds since the epoch. */
  readonly startMs: number | undefined;
  /** From the first start to the last end. */
  readonly durationMs: number | undefined;
  readonly spans: number;
  /** Errors, counted where they arose: not in the spans that passed them on. */
  readonly errors: number;
  readonly requestId: string | undefined;
  readonly sessionId: string | undefined;
  readonly userId: string | undefined;
  readonly service: string | undefined;
  readonly route: string | undefined;
  /** From the start of the trace to the first token of a model call. */
  readonly ttftMs: number | undefined;
  /** Scores of the trace and of its spans, at most {@link MAX_SCORES} names. */
  readonly scores: readonly TraceScore[];
  /**
   * Models that answered, the one with the highest cost first; of equal ones, that of the first call. Embedding models
   * come last.
   */
  readonly models: readonly string[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Known costs, in US dollars. */
  readonly costUsd: number;
  /** Model calls whose cost is not known. */
  readonly unknownCosts: number;
}

/** The facts of a trace that its session adds up. */
export type SessionTrace = Pick<
  TraceSummary,
  | 'traceId'
  | 'sessionId'
  | 'userId'
  | 'startMs'
  | 'durationMs'
  | 'spans'
  | 'errors'
  | 'inputTokens'
  | 'outputTokens'
  | 'costUsd'
  | 'unknownCosts'
>;

/** Names of scores that a trace in a list has at most. */
export const MAX_SCORES = 8;

/** Keys that a list of traces needs. */
export const SUMMARY_KEYS = [
  'trace_id',
  'span_id',
  'parent_span_id',
  'span.name',
  'span.type',
  'http.route',
  'url.path',
  'span.status',
  'spanline.error.propagated',
  'service.name',
  'http.request.id',
  'session.id',
  'user.id',
  'gen_ai.evaluation.name',
  'gen_ai.evaluation.score.value',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'gen_ai.response.time_to_first_chunk',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'spanline.cost.usd',
  'spanline.cost.reason',
] as const satisfies readonly AttributeKey[];
