/** The SDK's traces and spans, as far as they are read. */

/** A workflow: one run, or several within `withTrace()`. */
export interface AgentsTrace {
  readonly traceId: string;
  readonly name: string;
  readonly groupId?: string | null;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** One step of a workflow. The SDK fills its data until it ends. */
export interface AgentsSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  /** ISO 8601, in milliseconds. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly error: { readonly message: string; readonly data?: Readonly<Record<string, unknown>> | undefined } | null;
  readonly spanData: { readonly type: string };
}

/** Where the SDK keeps its async context. All copies of it share the place. */
const STORAGE = Symbol.for('openai.agents.core.asyncLocalStorage');

/** Where the running code is: in a trace, and within it in a span. */
export interface AgentsContext {
  readonly trace?: AgentsTrace;
  readonly span?: AgentsSpan;
}

/** The SDK's own async context. */
export function activeContext(): AgentsContext | undefined {
  const storage = (globalThis as Record<symbol, unknown>)[STORAGE] as
    | { getStore?: () => (AgentsContext & { active?: boolean }) | undefined }
    | undefined;
  const store = storage?.getStore?.();
  return store?.active === true ? store : undefined;
}

/** An event that is older than this, in milliseconds, is reported late. */
const LATE_MS = 5;

/**
 * The time of an event that is reported late.
 *
 * @returns epoch milliseconds; `undefined` for an event of now, whose time the tracer's clock knows better
 */
export function lateTime(time: string | null): number | undefined {
  const epochMs = time === null ? Number.NaN : Date.parse(time);
  return Number.isNaN(epochMs) || Date.now() - epochMs < LATE_MS ? undefined : epochMs;
}
