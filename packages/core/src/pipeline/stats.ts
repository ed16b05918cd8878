/** Counters of a tracer. */
import type { TracerStats } from '../api/index.ts';
import type { CaptureReport } from '../capture/index.ts';
import { readText } from '../gate/index.ts';
import type { WriteResult } from '../log/index.ts';

/** Counts what a tracer does. */
export interface Stats {
  /** A line was handed to the log, held back by its level, or refused because the log threw. */
  written(result: WriteResult): void;
  sampledOut(): void;
  captured(report: CaptureReport): void;
  unfinished(): void;
  /** Counts a fault that the application does not see. The first of each kind is reported as a process warning. */
  internalError(where: string, error: unknown): void;
  read(open: number): TracerStats;
  /** Adds what another tracer has counted. */
  add(other: TracerStats): void;
}

const MAX_REPORTED = 20;

/** Creates counters that start at zero. */
export function createStats(): Stats {
  const counts = {
    emitted: 0,
    filtered: 0,
    sampledOut: 0,
    truncated: 0,
    redacted: 0,
    unfinished: 0,
    internalErrors: 0,
  };
  const byRule: Record<string, number> = {};
  const reported = new Set<string>();
  return {
    written(result): void {
      if (result === 'written') counts.emitted++;
      else if (result === 'filtered') counts.filtered++;
      else this.internalError('log', 'the logger threw');
    },
    sampledOut(): void {
      counts.sampledOut++;
    },
    captured(report): void {
      if (report.truncated !== undefined) counts.truncated++;
      counts.redacted += report.redactions;
      for (const rule in report.rules) byRule[rule] = (byRule[rule] ?? 0) + (report.rules[rule] ?? 0);
    },
    unfinished(): void {
      counts.unfinished++;
    },
    internalError(where, error): void {
      counts.internalErrors++;
      if (reported.has(where) || reported.size >= MAX_REPORTED) return;
      reported.add(where);
      warn(where, error);
    },
    add(other): void {
      for (const key of Object.keys(counts) as (keyof typeof counts)[]) counts[key] += other[key];
      for (const rule in other.redactedByRule) byRule[rule] = (byRule[rule] ?? 0) + (other.redactedByRule[rule] ?? 0);
    },
    read: (open) => ({ ...counts, open, redactedByRule: { ...byRule } }),
  };
}

/** Names the fault without its message, which may quote content. */
function warn(where: string, error: unknown): void {
  const what = typeof error === 'string' ? error : (readText(error, 'name') ?? typeof error);
  process.emitWarning(`spanline: fault in ${where} (${what}); counted in stats().internalErrors`, {
    code: 'SPANLINE_INTERNAL',
  });
}
