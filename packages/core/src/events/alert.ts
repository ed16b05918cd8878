/** Alert lines. */
import type { SpanRecord } from '@spanline/record';
import type { AlertOptions } from '../api/index.ts';
import type { Pipeline } from '../pipeline/index.ts';

function levelFor({ event, severity }: AlertOptions): string {
  if (event === 'recovered') return 'info';
  return severity === 'critical' ? 'error' : 'warn';
}

function finite(value: number | undefined): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

/** Writes an alert line. */
export function writeAlert(pipeline: Pipeline, options: AlertOptions, epochMs: number): void {
  const record: SpanRecord = pipeline.envelope(epochMs, levelFor(options), options.message);
  record['event.name'] = 'alert';
  record['spanline.alert.name'] = options.name;
  record['spanline.alert.event'] = options.event;
  record['spanline.alert.state'] = options.state;
  record['spanline.alert.severity'] = options.severity;
  record['spanline.alert.metric'] = options.metric;
  record['spanline.alert.value'] = finite(options.value);
  record['spanline.alert.threshold'] = finite(options.threshold);
  record['spanline.alert.baseline'] = finite(options.baseline);
  record['spanline.alert.comparison'] = options.comparison;
  record['spanline.alert.window_s'] = finite(options.windowSeconds);
  record['spanline.alert.samples'] = finite(options.samples);
  record['spanline.alert.step'] = options.step;
  record['spanline.alert.trace_ids'] = options.traceIds;
  record['spanline.alert.causes'] = options.causes;
  record['spanline.alert.command'] = options.command;
  record['spanline.alert.dedup_key'] = options.dedupKey;
  record['spanline.alert.suppressed'] = finite(options.suppressed);
  pipeline.event(record);
}
