/** Sessions: the traces of one `session.id`. */

import type { SessionTrace } from '../answers/index.ts';

/** A session. */
export interface Session {
  readonly sessionId: string;
  /** The first user of its traces. */
  readonly userId: string | undefined;
  /** Start of the first trace and end of the last one, in milliseconds since the epoch. */
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  readonly traces: number;
  /** Traces with a failed span. */
  readonly failed: number;
  readonly spans: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Known costs, in US dollars. */
  readonly costUsd: number;
  /** Model calls whose cost is not known. */
  readonly unknownCosts: number;
  /** The trace that took longest. */
  readonly slowest: { readonly traceId: string; readonly durationMs: number } | undefined;
}

/** The sessions of a log. */
export interface Sessions {
  /** The newest first. */
  readonly sessions: readonly Session[];
  /** Traces without a session. */
  readonly tracesWithout: number;
  /** Traces whose sessions are left out, because there are too many. */
  readonly tracesLeftOut: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const MAX_SESSIONS = 100_000;

function add(session: Mutable<Session>, trace: SessionTrace): void {
  const { startMs, durationMs } = trace;
  session.userId ??= trace.userId;
  session.traces++;
  if (trace.errors > 0) session.failed++;
  session.spans += trace.spans;
  session.inputTokens += trace.inputTokens;
  session.outputTokens += trace.outputTokens;
  session.costUsd += trace.costUsd;
  session.unknownCosts += trace.unknownCosts;
  if (startMs === undefined || durationMs === undefined) return;
  session.startMs = Math.min(session.startMs ?? startMs, startMs);
  session.endMs = Math.max(session.endMs ?? 0, startMs + durationMs);
  if (session.slowest === undefined || durationMs > session.slowest.durationMs)
    session.slowest = { traceId: trace.traceId, durationMs };
}

function openSession(sessionId: string): Mutable<Session> {
  return {
    sessionId,
    userId: undefined,
    startMs: undefined,
    endMs: undefined,
    traces: 0,
    failed: 0,
    spans: 0,
    inputTokens: 0,
    outputTokens: 0,
    costUsd: 0,
    unknownCosts: 0,
    slowest: undefined,
  };
}

/** Puts traces, such as those of `log.traces()`, together to sessions. */
export async function sessionsOf(traces: AsyncIterable<SessionTrace>): Promise<Sessions> {
  const sessions = new Map<string, Mutable<Session>>();
  let tracesWithout = 0;
  let tracesLeftOut = 0;
  for await (const trace of traces) {
    const { sessionId } = trace;
    if (sessionId === undefined) {
      tracesWithout++;
      continue;
    }
    let session = sessions.get(sessionId);
    if (session === undefined) {
      if (sessions.size >= MAX_SESSIONS) {
        tracesLeftOut++;
        continue;
      }
      session = openSession(sessionId);
      sessions.set(sessionId, session);
    }
    add(session, trace);
  }
  const sorted = [...sessions.values()].toSorted((a, b) => (b.endMs ?? 0) - (a.endMs ?? 0));
  return { sessions: sorted, tracesWithout, tracesLeftOut };
}
