/** A check of lines: it watches them one by one, and reports those with its fault. */

import type { ParsedLine } from '@spanline/record';
import type { FaultPlace, Finding } from './finding.ts';

/** Processes that a check remembers. */
export const MAX_PROCESSES = 1000;
/** Lines and spans that a check remembers. */
export const MAX_LINES = 200_000;

/** A line that is a JSON object. */
export interface SeenRecord extends ParsedLine {
  readonly place: FaultPlace;
  /** The fields as they are written. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The line came in parts, which are joined here. */
  readonly isJoined: boolean;
  /** A container runtime or collector wrote a time before the line. */
  readonly isTimed: boolean;
  /** The line of an ended span. */
  readonly isSpan: boolean;
  /** Milliseconds since the epoch. */
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
}

/** A line that is no JSON object. */
export interface SeenText {
  readonly place: FaultPlace;
  readonly text: string;
  /** Its end is missing. */
  readonly isTorn: boolean;
}

/** Reports a fault. @param count - how many it stands for. @defaultValue 1 */
type Report = (place: FaultPlace | undefined, count?: number) => void;

/** Watches the lines of a log. */
interface Watcher {
  record?(seen: SeenRecord): void;
  text?(seen: SeenText): void;
  /** Called behind the last line. */
  end?(): void;
  /** Names that the sentence about the fault has beside the count, such as models. */
  detail?(): string;
}

/** A check of lines. */
export interface LineCheck extends Pick<Finding, 'name' | 'severity' | 'fix' | 'page'> {
  /** One sentence about a number of faults. */
  text(count: number, detail: string): string;
  watch(report: Report): Watcher;
}

/** Describes a check that knows a fault from the line alone. */
type RecordCheck = Omit<LineCheck, 'watch'> & { isFault(seen: SeenRecord): boolean };

/** Makes a check that looks at each line on its own. */
export function recordCheck({ isFault, ...check }: RecordCheck): LineCheck {
  return {
    ...check,
    watch: (report) => ({
      record(seen) {
        if (isFault(seen)) report(seen.place);
      },
    }),
  };
}

const MAX_NAMES = 5;

/** Collects the first names of a kind, for the sentence about a fault. */
export function collectNames(): { add(name: string): void; list(): string } {
  const names = new Set<string>();
  return {
    add(name) {
      if (names.size <= MAX_NAMES) names.add(name);
    },
    list() {
      const shown = [...names].slice(0, MAX_NAMES).join(', ');
      return names.size > MAX_NAMES ? `${shown} and others` : shown;
    },
  };
}
