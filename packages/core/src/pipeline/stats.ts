import type { TracerStats } from '../api/index.ts';
import type { CaptureReport } from '../capture/index.ts';

/** Counts what a tracer did. */
export interface Stats {
  /** A line was handed to the log, held back by its level, or refused by a log that throws. */
  written(result: 'written' | 'filtered' | 'failed'): void;
  sampledOut(): void;
  captured(report: CaptureReport): void;
  unfinished(): void;
  /** Counts a fault that the host never sees; the first of each kind is reported once as a process warning. */
  internalError(where: string, error: unknown): void;
  read(open: number): TracerStats;
}

const MAX_REPORTED = 20;

/** Counters that start at zero. */
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
    read: (open) => ({ ...counts, open, redactedByRule: { ...byRule } }),
  };
}

/** The message of a fault may quote content, so that only its name is told. */
function warn(where: string, error: unknown): void {
  try {
    const { name } = (error ?? {}) as { name?: unknown };
    const what = typeof error === 'string' ? error : typeof name === 'string' ? name : typeof error;
    process.emitWarning(`spanline: fault in ${where} (${what}); counted in stats().internalErrors`, {
      code: 'SPANLINE_INTERNAL',
    });
  } catch {
    // Reading a hostile error must not fail the host; the fault is counted.
  }
}
