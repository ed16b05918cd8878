/** The stats line: a tracer's counters and gauges in the log, so that loss and leaks are visible there. */
import type { SpanRecord } from '@spanline/record';
import type { TracerStats } from '../api/index.ts';
import { openKey } from '../gate/index.ts';
import type { Pipeline } from '../pipeline/index.ts';

/** The stats line of one tracer. */
export interface StatsLine {
  /** Adds a number to every line. Returns a function that removes it. */
  gauge(name: string, read: () => number): () => void;
  /** Writes the last line and stops. */
  close(): void;
  /** Stops without a last line: another tracer has the counters. */
  cancel(): void;
}

/** Parts of a tracer that the stats line needs. */
export interface StatsLineParts {
  readonly pipeline: Pipeline;
  /** 0 for none. */
  readonly intervalSeconds: number;
  /** Epoch milliseconds. */
  now(): number;
  stats(): TracerStats;
  internalError(where: string, error: unknown): void;
}

const MAX_GAUGES = 100;

function writeCounters(record: SpanRecord, stats: TracerStats): void {
  record['spanline.stats.emitted'] = stats.emitted;
  record['spanline.stats.filtered'] = stats.filtered;
  record['spanline.stats.sampled_out'] = stats.sampledOut;
  record['spanline.stats.truncated'] = stats.truncated;
  record['spanline.stats.redactions'] = stats.redacted;
  record['spanline.stats.unfinished'] = stats.unfinished;
  record['spanline.stats.open'] = stats.open;
  record['spanline.stats.internal_errors'] = stats.internalErrors;
  for (const rule in stats.redactedByRule) {
    const key = openKey('spanline.stats.redacted.', rule);
    record[key] = (record[key] ?? 0) + (stats.redactedByRule[rule] ?? 0);
  }
}

/** Writes a stats line in each interval in which something changed. The timer does not keep the process alive. */
export function startStatsLine(parts: StatsLineParts): StatsLine {
  const { pipeline, intervalSeconds } = parts;
  const gauges = new Map<`spanline.gauge.${string}`, () => number>();
  let last = '';
  let lastMs = parts.now();

  function writeGauges(record: SpanRecord): void {
    for (const [name, read] of gauges) {
      try {
        const value = read();
        if (Number.isFinite(value)) record[name] = value;
      } catch (error) {
        parts.internalError(name, error);
      }
    }
  }

  function write(): void {
    const stats = parts.stats();
    // The previous stats line is an emitted line too.
    const snapshot = JSON.stringify({ ...stats, emitted: stats.emitted - Number(last !== '') });
    if (gauges.size === 0 && snapshot === last) return;
    const now = parts.now();
    const message = `spanline stats: ${stats.emitted} lines, ${stats.open} spans open`;
    const record = pipeline.envelope(now, 'info', message);
    record['event.name'] = 'spanline.stats';
    record['spanline.stats.interval_s'] = Math.round((now - lastMs) / 1000);
    writeCounters(record, stats);
    writeGauges(record);
    pipeline.event(record);
    last = JSON.stringify(stats);
    lastMs = now;
  }

  const timer = intervalSeconds > 0 ? setInterval(write, intervalSeconds * 1000) : undefined;
  timer?.unref();
  return {
    gauge(name, read): () => void {
      const key = openKey('spanline.gauge.', name);
      if (gauges.size < MAX_GAUGES || gauges.has(key)) gauges.set(key, read);
      else parts.internalError('gauge', 'too many gauges');
      return () => {
        if (gauges.get(key) === read) gauges.delete(key);
      };
    },
    cancel: () => clearInterval(timer),
    close(): void {
      clearInterval(timer);
      if (timer !== undefined) write();
    },
  };
}
