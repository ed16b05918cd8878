/** Alert lines. */
import type { AttributeKey, SpanRecord } from '@spanline/record';
import type { AlertOptions } from '../api/index.ts';
import { admit, admitText, type LeftOut, readFields } from '../gate/index.ts';
import type { Pipeline } from '../pipeline/index.ts';

/** Options, and the keys that they are written as. */
const KEYS: readonly (readonly [option: keyof AlertOptions, key: AttributeKey])[] = [
  ['name', 'spanline.alert.name'],
  ['event', 'spanline.alert.event'],
  ['state', 'spanline.alert.state'],
  ['severity', 'spanline.alert.severity'],
  ['metric', 'spanline.alert.metric'],
  ['value', 'spanline.alert.value'],
  ['threshold', 'spanline.alert.threshold'],
  ['baseline', 'spanline.alert.baseline'],
  ['comparison', 'spanline.alert.comparison'],
  ['windowSeconds', 'spanline.alert.window_s'],
  ['samples', 'spanline.alert.samples'],
  ['step', 'spanline.alert.step'],
  ['traceIds', 'spanline.alert.trace_ids'],
  ['causes', 'spanline.alert.causes'],
  ['command', 'spanline.alert.command'],
  ['dedupKey', 'spanline.alert.dedup_key'],
  ['suppressed', 'spanline.alert.suppressed'],
];

function levelFor({ 'spanline.alert.event': event, 'spanline.alert.severity': severity }: SpanRecord): string {
  if (event === 'recovered') return 'info';
  return severity === 'critical' ? 'error' : 'warn';
}

/** Writes an alert line. An alert without a valid event, state or severity is one that fired, of severity `warning`. */
export function writeAlert(pipeline: Pipeline, options: AlertOptions, epochMs: number): void {
  const target: LeftOut = { leftOut: undefined };
  const given = readFields(options);
  const record: SpanRecord = pipeline.envelope(epochMs, 'warn', admitText(given['message']) ?? 'alert');
  record['event.name'] = 'alert';
  record['spanline.alert.name'] = 'alert';
  record['spanline.alert.event'] = 'fired';
  record['spanline.alert.state'] = 'ALERT';
  record['spanline.alert.severity'] = 'warning';
  const values = record as Record<string, unknown>;
  for (const [option, key] of KEYS) values[key] = admit(key, given[option], target) ?? values[key];
  record.level = levelFor(record);
  pipeline.event(record, target.leftOut);
}
