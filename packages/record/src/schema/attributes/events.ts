import type { AttributeRows } from './row.ts';

// Attributes of lines that are no spans: scores, alerts and statistics.

/** Score. */
export const SCORE = {
  'gen_ai.evaluation.name': { kind: 'string', privacy: 'personal', required: ['gen_ai.evaluation.result'], docs: 'Name of the score.' },
  'gen_ai.evaluation.score.value': { kind: 'double', privacy: 'own', docs: 'Value of the score.' },
  'gen_ai.evaluation.explanation': { kind: 'text', privacy: 'content', prose: true, docs: 'Explanation of the score.' },
  'spanline.evaluation.label': { kind: 'string', privacy: 'personal', docs: 'Category, or `yes` and `no`.' },
  'spanline.evaluation.source': { kind: 'string', privacy: 'protected', values: ['user', 'code', 'llm_judge'], docs: 'Who gave the score.' },
  'spanline.evaluation.version': { kind: 'string', privacy: 'protected', docs: 'Version of the evaluator. That of a judge is the hash of its rubric, its scale and its examples.' },
  'spanline.evaluation.latency_ms': { kind: 'double', privacy: 'own', docs: 'Milliseconds from the end of the span to its score.' },
} as const satisfies AttributeRows;

/** Alert. */
export const ALERT = {
  'spanline.alert.name': { kind: 'string', privacy: 'protected', required: ['alert'], docs: 'Name of the rule.' },
  'spanline.alert.event': { kind: 'string', privacy: 'own', required: ['alert'], values: ['fired', 'repeated', 'recovered', 'no_data'], docs: 'Reason for the line.' },
  'spanline.alert.state': { kind: 'string', privacy: 'own', required: ['alert'], values: ['OK', 'WARNING', 'ALERT', 'NO_DATA'], docs: 'State of the rule.' },
  'spanline.alert.severity': { kind: 'string', privacy: 'own', required: ['alert'], values: ['warning', 'critical'], docs: '`warning` is an early signal, `critical` means act now.' },
  'spanline.alert.metric': { kind: 'string', privacy: 'protected', docs: 'Metric that the rule watches.' },
  'spanline.alert.value': { kind: 'double', privacy: 'own', docs: 'Value of the metric.' },
  'spanline.alert.threshold': { kind: 'double', privacy: 'own', docs: 'Threshold of the rule.' },
  'spanline.alert.baseline': { kind: 'double', privacy: 'own', docs: 'Usual value of the metric.' },
  'spanline.alert.comparison': { kind: 'string', privacy: 'protected', docs: 'Comparison of value and threshold.' },
  'spanline.alert.window_s': { kind: 'double', privacy: 'own', docs: 'Window, in seconds.' },
  'spanline.alert.samples': { kind: 'int', privacy: 'own', docs: 'Samples in the window.' },
  'spanline.alert.step': { kind: 'string', privacy: 'protected', docs: 'Step that the alert is about.' },
  'spanline.alert.trace_ids': { kind: 'strings', privacy: 'protected', docs: 'Traces to look at first.' },
  'spanline.alert.causes': { kind: 'strings', privacy: 'personal', docs: 'Likely causes, a sentence each, with the evidence.' },
  'spanline.alert.command': { kind: 'string', privacy: 'personal', docs: 'Command that opens the traces.' },
  'spanline.alert.dedup_key': { kind: 'string', privacy: 'protected', docs: 'Key of the incident, for receivers that collapse repeated messages.' },
  'spanline.alert.suppressed': { kind: 'int', privacy: 'own', docs: 'Messages that were not sent since the last one.' },
} as const satisfies AttributeRows;

/** Stats. */
export const STATS = {
  'spanline.stats.emitted': { kind: 'int', privacy: 'own', docs: 'Lines that were written.' },
  'spanline.stats.filtered': { kind: 'int', privacy: 'own', docs: "Lines that the logger's level filtered out." },
  'spanline.stats.sampled_out': { kind: 'int', privacy: 'own', docs: 'Spans that sampling left out.' },
  'spanline.stats.truncated': { kind: 'int', privacy: 'own', docs: 'Lines on which something was cut or left out.' },
  'spanline.stats.redactions': { kind: 'int', privacy: 'own', docs: 'Replacements.' },
  'spanline.stats.unfinished': { kind: 'int', privacy: 'own', docs: 'Spans that never ended.' },
  'spanline.stats.open': { kind: 'int', privacy: 'own', docs: 'Spans that are open now.' },
  'spanline.stats.internal_errors': { kind: 'int', privacy: 'own', docs: 'Faults of Spanline itself.' },
  'spanline.stats.interval_s': { kind: 'double', privacy: 'own', docs: 'Seconds that the counts cover.' },
} as const satisfies AttributeRows;
