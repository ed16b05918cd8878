import { completeRule } from './complete.ts';
import type { AlertRule, CompleteRule } from './types.ts';

const RULES: readonly AlertRule[] = [
  { name: 'High Latency', metric: 'latency_p95_ms', threshold: 5000, comparison: 'gt', severity: 'warning' },
  { name: 'Error Rate', metric: 'error_rate', threshold: 0.01, comparison: 'gt', severity: 'critical' },
  { name: 'Cost Spike', metric: 'cost_per_request_usd', threshold: 0.1, comparison: 'gt', severity: 'warning' },
  { name: 'Low Faithfulness', metric: 'faithfulness_score', threshold: 0.7, comparison: 'lt', severity: 'critical' },
  {
    name: 'Hallucination Spike',
    metric: 'hallucination_rate',
    threshold: 0.05,
    comparison: 'gt',
    severity: 'critical',
  },
  { name: 'Failed Model Calls', metric: 'llm_error_rate', threshold: 0.05, comparison: 'gt', severity: 'warning' },
];

/** The six rules that a monitor has by default. Each states all of its fields. */
export const DEFAULT_RULES: readonly Readonly<CompleteRule>[] = Object.freeze(
  RULES.map((rule) => Object.freeze(completeRule(rule))),
);
