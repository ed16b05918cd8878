/** One trace: its spans, its lines, its conversation. */

import type { LongText } from './common.ts';

/** A span in its trace, without content. */
export interface SpanRow {
  readonly spanId: string;
  /** Place of the parent in the list of spans; absent for a root. */
  readonly parent?: number;
  readonly depth: number;
  readonly name: string;
  readonly type: string;
  /** The service that wrote it, where another one wrote its parent; of a root, where the trace has several. */
  readonly service?: string;
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
  /** True for a model call whose cost is not known. */
  readonly hasUnknownCost?: true;
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
  /** Place of the step with the most time of its own. A root is no step. */
  readonly slowest?: number;
  /** Place of the span with the highest cost. */
  readonly costliest?: number;
  readonly events: readonly EventRow[];
  readonly errors: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  /** Model calls whose cost is not known; absent where there are none. */
  readonly unknownCosts?: number;
  readonly requestId?: string;
  readonly sessionId?: string;
  readonly userId?: string;
  /** Services that wrote its spans, in the order of the tree; at most 20. */
  readonly services: readonly string[];
  readonly isCut?: true;
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

/** Messages that one step added to the conversation of a trace. */
export interface TurnAnswer {
  readonly spanId: string;
  /** Name, type and agent of the step. */
  readonly name: string;
  readonly type: string;
  readonly agent?: string;
  readonly model?: string;
  /** From the start of the trace. */
  readonly atMs: number;
  /** Whether the messages went into the step or came out of it. */
  readonly side: 'input' | 'output';
  readonly messages: readonly MessageAnswer[];
  /** Messages before these that stand further up. */
  readonly folded: number;
}

/**
 * The conversation of a trace by time, each message once: `GET /api/v1/trace/<id>/messages`. The rest of a long text is
 * at `GET /api/v1/trace/<id>/messages/text/<n>?from=`.
 */
export interface TranscriptAnswer {
  readonly turns: readonly TurnAnswer[];
  /** Place of the first turn. */
  readonly offset: number;
  readonly total: number;
  /** References to messages that are not among the lines. */
  readonly missing: number;
}
