/** Mastra's spans and events, as far as they are read. */

import { isDate } from 'node:util/types';
import type { Props } from '@spanline/instrumentation';

/** The end of a step that failed. */
export interface MastraError {
  readonly message: string;
  readonly name?: string;
  readonly stack?: string;
  readonly details?: unknown;
}

/** A span as Mastra reports it. Each event has a copy of its own. */
export interface MastraSpan {
  /** 16 hex digits. */
  readonly id: string;
  /** 32 hex digits. */
  readonly traceId: string;
  readonly parentSpanId?: string;
  readonly externalParentSpanId?: string;
  readonly name: string;
  /** `agent_run`, `model_inference`, `tool_call` and others. */
  readonly type: string;
  readonly entityId?: string;
  readonly entityName?: string;
  readonly startTime: Date;
  readonly endTime?: Date;
  readonly attributes?: unknown;
  readonly metadata?: unknown;
  readonly tags?: readonly string[];
  readonly input?: unknown;
  readonly output?: unknown;
  readonly errorInfo?: MastraError | null;
  /** It has no duration: only its end is reported. */
  readonly isEvent: boolean;
}

/** An event of a span. */
export interface MastraEvent {
  /** `span_started`, `span_updated` or `span_ended`. */
  readonly type: string;
  readonly exportedSpan: MastraSpan;
}

/** How Mastra describes a span that it is about to create. */
export interface MastraSpanOptions {
  readonly parent?: object | undefined;
  readonly traceId?: string | undefined;
  readonly parentSpanId?: string | undefined;
}

/** Ids for a span that Mastra is about to create. */
export interface MastraSpanIds {
  readonly spanId: string;
  readonly traceId: string;
}

/** A time as epoch milliseconds; `undefined` if it is none. */
export function epochMsOf(time: unknown): number | undefined {
  const epochMs = isDate(time) ? time.getTime() : Number.NaN;
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

/** An event that is older than this, in milliseconds, is reported late. */
const LATE_MS = 5;

/**
 * The time of an event that is reported late.
 *
 * @returns epoch milliseconds; `undefined` for an event of now, whose time the tracer's clock knows better
 */
export function lateTime(time: unknown): number | undefined {
  const epochMs = epochMsOf(time);
  return epochMs === undefined || Date.now() - epochMs < LATE_MS ? undefined : epochMs;
}

/** How a run or a call was interrupted: `{ status: 'suspended' | 'aborted' }`. */
export function interruptionOf(output: unknown): 'aborted' | 'suspended' | undefined {
  if (typeof output !== 'object' || output === null) return undefined;
  const { status } = output as Props;
  return status === 'aborted' || status === 'suspended' ? status : undefined;
}
