/** Counts what the wire sees beside what other instrumentations report. */

import type { Tracer } from '@spanline/core';

/** Counters since the start. */
export interface Audit {
  /** Calls that other instrumentations report, with at least one request. */
  calls: number;
  /** Requests of these calls. */
  requests: number;
  /** Requests that repeat a failed one, of calls that are reported and of those that are not. */
  retries: number;
  /** US dollars that the repeated requests cost. */
  retriesUsd: number;
  /** Requests that only the wire records. */
  alone: number;
}

/** Starts to count, and shows the counters as gauges of the stats line. @returns the undo beside the counters */
export function startAudit(tracer: Tracer): { readonly audit: Audit; readonly stop: () => void } {
  const audit: Audit = { calls: 0, requests: 0, retries: 0, retriesUsd: 0, alone: 0 };
  const undo = [
    tracer.gauge('wire_calls', () => audit.calls),
    tracer.gauge('wire_requests', () => audit.requests),
    tracer.gauge('wire_retries', () => audit.retries),
    tracer.gauge('wire_retries_usd', () => audit.retriesUsd),
    tracer.gauge('wire_alone', () => audit.alone),
  ];
  return { audit, stop: () => undo.forEach((each) => each()) };
}
