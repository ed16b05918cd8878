/** Lists of traces and of groups of traces. */

import type { ReadState } from './common.ts';

/** Columns by which traces can be sorted. */
export const TRACE_ORDERS = ['start', 'duration', 'ttft', 'tokens', 'cost', 'errors', 'spans', 'score'] as const;

/** A column by which traces can be sorted, largest first; scores the lowest first. */
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
  /** Model calls whose cost is not known; absent where there are none. */
  readonly unknownCosts?: number;
  readonly models: readonly string[];
  readonly service?: string;
  readonly requestId?: string;
  readonly sessionId?: string;
  readonly userId?: string;
  readonly route?: string;
  /** From the start of the trace to the first token of a model call. */
  readonly ttftMs?: number;
  readonly scores?: readonly { readonly name: string; readonly value: number }[];
}

/** Traces that began within a bar of the histogram. */
export interface HistogramBar {
  readonly startMs: number;
  readonly traces: number;
  readonly errors: number;
}

/**
 * A window of a list of traces: `GET /api/v1/traces`. With `around=<trace>` it begins one row before that trace, if the
 * list has it, and otherwise at `offset`.
 */
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

/** Fields that traces can be grouped by. */
export const TRACE_GROUPS = ['session', 'user', 'route', 'model', 'service'] as const;

/** A field that traces can be grouped by. */
export type TraceGroup = (typeof TRACE_GROUPS)[number];

/** The traces with one value. */
export interface GroupRow {
  readonly value: string;
  readonly traces: number;
  /** Traces with a failed span. */
  readonly failed: number;
  readonly spans: number;
  readonly tokens: number;
  readonly costUsd: number;
  /** Model calls whose cost is not known; absent where there are none. */
  readonly unknownCosts?: number;
  /** Start of the first trace. */
  readonly startMs?: number;
  /** End of the last trace. */
  readonly endMs?: number;
  readonly slowestMs?: number;
  readonly slowestTraceId?: string;
  /** The first user of a session. */
  readonly userId?: string;
}

/** A window of a list of groups: `GET /api/v1/groups`. */
export interface GroupsAnswer {
  readonly rows: readonly GroupRow[];
  readonly offset: number;
  readonly total: number;
  /** Traces without a value. */
  readonly tracesWithout: number;
  readonly state: ReadState;
  readonly isStale?: true;
}

/** Traces as lines of JSON, one for each: `GET /api/v1/dataset`. */
export interface DatasetAnswer {
  readonly text: string;
  /** Number of lines. */
  readonly count: number;
}
