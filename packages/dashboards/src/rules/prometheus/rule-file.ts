/** The rule file of Prometheus and vmalert. */
import type { PrometheusAlert } from './prometheus-rules.ts';

/** The interval of evaluation of a monitor. */
const INTERVAL = '15s';

/** A text of YAML. A string of JSON is one in double quotes. */
const text = (value: string): string => JSON.stringify(value.toWellFormed()).replaceAll('\u007F', String.raw`\u007f`);

const entries = (values: Readonly<Record<string, string>>, indent: string): string =>
  Object.entries(values)
    .map(([name, value]) => `${indent}${name}: ${text(value)}\n`)
    .join('');

function ruleText({ alert, expr, keep_firing_for: keep, labels, annotations }: PrometheusAlert): string {
  const keepText = keep === undefined ? '' : `        keep_firing_for: ${keep}\n`;
  return [
    `      - alert: ${text(alert)}\n        expr: ${text(expr)}\n${keepText}`,
    `        labels:\n${entries(labels, ' '.repeat(10))}`,
    `        annotations:\n${entries(annotations, ' '.repeat(10))}`,
  ].join('');
}

/** A rule file with one group. `promtool check rules` and `vmalert -dryRun` accept it. */
export function prometheusRuleFile(alerts: readonly PrometheusAlert[], set = 'spanline'): string {
  const head = `groups:\n  - name: ${text(set)}\n    interval: ${INTERVAL}\n    rules:`;
  return alerts.length === 0 ? `${head} []\n` : `${head}\n${alerts.map(ruleText).join('')}`;
}
