import type { SpanRecord } from '@spanline/record';
import type { TracerStats } from '../api/index.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { labelKey } from '../trace/attributes.ts';

/** Writes the tracer's counters into the log, so that loss and leaks are visible where the lines are. */
export interface StatsLine {
  gauge(name: string, read: () => number): () => void;
  /** Writes a line now if anything changed since the last one. */
  write(): void;
  stop(): void;
}

/** What the line needs of its tracer. */
export interface StatsLineHost {
  readonly pipeline: Pipeline;
  readonly intervalSeconds: number;
  now(): number;
  stats(): TracerStats;
  internalError(where: string, error: unknown): void;
}

/** Starts the interval; it never keeps the process alive. */
export function startStatsLine(host: StatsLineHost): StatsLine {
  const gauges = new Map<string, () => number>();
  let last = '';
  let lastMs = host.now();

  function writeGauges(record: SpanRecord): void {
    for (const [name, read] of gauges) {
      try {
        const value = read();
        if (Number.isFinite(value)) record[`spanline.gauge.${name}`] = value;
      } catch (error) {
        host.internalError(`gauge ${name}`, error);
      }
    }
  }

  function write(): void {
    const stats = host.stats();
    const snapshot = JSON.stringify({ ...stats, emitted: stats.emitted - Number(last !== '') });
    if (gauges.size === 0 && snapshot === last) return;
    const now = host.now();
    const record = host.pipeline.envelope(
      now,
      'info',
      `spanline stats: ${stats.emitted} lines, ${stats.open} spans open`,
    );
    record['event.name'] = 'spanline.stats';
    record['spanline.stats.interval_s'] = Math.round((now - lastMs) / 1000);
    record['spanline.stats.emitted'] = stats.emitted;
    record['spanline.stats.filtered'] = stats.filtered;
    record['spanline.stats.sampled_out'] = stats.sampledOut;
    record['spanline.stats.truncated'] = stats.truncated;
    record['spanline.stats.redactions'] = stats.redacted;
    record['spanline.stats.unfinished'] = stats.unfinished;
    record['spanline.stats.open'] = stats.open;
    record['spanline.stats.internal_errors'] = stats.internalErrors;
    for (const rule in stats.redactedByRule) {
      record[`spanline.stats.redacted.${rule}`] = stats.redactedByRule[rule] ?? 0;
    }
    writeGauges(record);
    host.pipeline.event(record);
    last = JSON.stringify(stats);
    lastMs = now;
  }

  const timer = host.intervalSeconds > 0 ? setInterval(write, host.intervalSeconds * 1000) : undefined;
  timer?.unref();
  return {
    gauge(name, read): () => void {
      const key = labelKey(name);
      gauges.set(key, read);
      return () => {
        if (gauges.get(key) === read) gauges.delete(key);
      };
    },
    write,
    stop: () => clearInterval(timer),
  };
}
