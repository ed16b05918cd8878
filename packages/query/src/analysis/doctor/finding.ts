/** A fault that a check found, and how it is put right. */

/**
 * - `error`: lines are wrong, lost or must not be there.
 * - `warning`: answers about the lines are incomplete, or something important is missing.
 * - `note`: good to know.
 */
export type Severity = 'error' | 'warning' | 'note';

/** Where a fault was seen first. */
export interface FaultPlace {
  /** Path of the file, `-` for the standard input. */
  readonly file: string;
  /** Number of the line, from 1. Absent where the whole file is meant. */
  readonly line?: number;
  readonly traceId?: string;
}

/** A fault. */
export interface Finding {
  /** Stable name: `numeric-level`. */
  readonly name: string;
  readonly severity: Severity;
  readonly count: number;
  /** The fault, one sentence. */
  readonly text: string;
  /** How to put it right, one sentence. */
  readonly fix: string;
  /** Page of the documentation, with its heading: `docs/logging.md#your-own-pino`. */
  readonly page: string;
  readonly example?: FaultPlace;
}

const ORDER: readonly Severity[] = ['error', 'warning', 'note'];

/** Errors first; checks keep their order. */
export function bySeverity<T extends Pick<Finding, 'severity'>>(findings: readonly T[]): T[] {
  return findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

/** A number and its noun: `1 line has`, `12 lines have`. */
export function counted(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`;
}
