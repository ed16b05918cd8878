/** The rules of tail sampling: which finished traces are kept. */
import type { SpanRecord } from '@spanline/record';
import type { Labels, TailOptions, TailTrace } from '../api/index.ts';
import { isWithinRatio } from './sampler.ts';

/** Why a trace was kept (`spanline.sample.reason`). */
export type KeepReason =
  | 'error'
  | 'slow'
  | 'cost'
  | 'tokens'
  | 'label'
  | 'debug'
  | 'custom'
  | 'score'
  | 'ratio'
  | 'overflow'
  | 'age'
  | 'shutdown'
  | 'late_error';

/** The decision on a trace. */
export type TailDecision = { readonly keep: false } | { readonly keep: true; reason: KeepReason; ratio: number };

function hasLabel(records: readonly SpanRecord[], labels: Labels): boolean {
  return Object.entries(labels).some(([key, value]) => records.some((record) => record[`labels.${key}`] === value));
}

function reasonToKeep(trace: TailTrace, options: TailOptions): KeepReason | undefined {
  const { root, failed, records } = trace;
  const { errors = true, slowerThanMs = Infinity, costAboveUsd = Infinity, tokensAbove = Infinity, labels } = options;
  const tokens = (root['spanline.rollup.input_tokens'] ?? 0) + (root['spanline.rollup.output_tokens'] ?? 0);
  if (failed && errors) return 'error';
  if ((root.duration_ms ?? 0) > slowerThanMs) return 'slow';
  if ((root['spanline.rollup.cost_usd'] ?? 0) > costAboveUsd) return 'cost';
  if (tokens > tokensAbove) return 'tokens';
  if (records.some((record) => record['spanline.capture.override'] !== undefined)) return 'debug';
  if (labels !== undefined && hasLabel(records, labels)) return 'label';
  return options.keep?.(trace) === true ? 'custom' : undefined;
}

/**
 * Decides whether a finished trace is kept: if a rule keeps it, else by its trace id.
 *
 * @param ratio - share of the other traces to keep
 * @param onFault - called if the application's own rule throws, which keeps the trace
 */
export function decideTail(
  trace: TailTrace,
  options: TailOptions,
  ratio: number,
  onFault: (error: unknown) => void,
): TailDecision {
  let reason: KeepReason | undefined;
  try {
    reason = reasonToKeep(trace, options);
  } catch (error) {
    onFault(error);
    reason = 'custom';
  }
  if (reason !== undefined) return { keep: true, reason, ratio: 1 };
  return isWithinRatio(trace.root.trace_id ?? '', ratio) ? { keep: true, reason: 'ratio', ratio } : { keep: false };
}
