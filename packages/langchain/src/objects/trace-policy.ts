/**
 * LangChain's `tracePolicy`: an application changes the payloads that tracers record of a run, or leaves them out
 * (`omitPayload`). LangChain applies it for LangSmith's tracer alone; handlers get the payloads as they are.
 */

import { type Guard, props } from '@spanline/instrumentation';

/** The policy of a run: functions from the payload to what may be recorded of it. */
export interface TracePolicy {
  readonly processInputs?: unknown;
  readonly processOutputs?: unknown;
}

/** LangChain's key in the `extra` of a run. */
const POLICY = Symbol.for('langchain.trace_policy');

/** The policy in the `extra` of a run. */
export function tracePolicyOf(extra: unknown): TracePolicy | undefined {
  const policy = (extra as Record<symbol, unknown> | undefined)?.[POLICY];
  return policy === undefined ? undefined : props(policy);
}

/** A payload as a policy leaves it; nothing if the policy throws. */
export function applyPolicy(guard: Guard, process: unknown, payload: unknown): unknown {
  if (typeof process !== 'function') return payload;
  return guard('langchain trace policy', () => (process as (payload: unknown) => unknown)(payload));
}
