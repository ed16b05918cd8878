/** Checks of the order of lines: lost and repeated ones, gaps in time. */

import { BoundedMap } from '@spanline/record';
import { type EventId, eventOf } from './event-id.ts';
import { counted, type FaultPlace } from './finding.ts';
import { type LineCheck, MAX_LINES, MAX_PROCESSES } from './line-check.ts';

/** Numbers of a sequence that have not come. */
interface Sequence {
  highest: number;
  readonly missing: Set<number>;
  /** Missing ones that are not remembered one by one. */
  uncounted: number;
  place: FaultPlace | undefined;
}

const MAX_MISSING = 10_000;

function advance(sequence: Sequence, number: number, place: FaultPlace): void {
  if (number <= sequence.highest) {
    sequence.missing.delete(number);
    return;
  }
  if (number > sequence.highest + 1) sequence.place ??= place;
  const from = Math.max(sequence.highest + 1, number - MAX_MISSING + sequence.missing.size);
  sequence.uncounted += from - sequence.highest - 1;
  for (let missed = from; missed < number; missed++) sequence.missing.add(missed);
  sequence.highest = number;
}

const lostLines: LineCheck = {
  name: 'lost-lines',
  severity: 'warning',
  text: (count) => `${counted(count, 'line is', 'lines are')} missing between others of the same process (event.id).`,
  fix: 'Read all files that the process wrote, and look at what rotates, filters or ships them.',
  page: 'docs/agents.md#rotation',
  watch(report) {
    const processes = new BoundedMap<string, Sequence>(MAX_PROCESSES);
    const open = new Set<Sequence>();
    let hasContentElsewhere = false;
    return {
      record(seen) {
        // Content in a log of its own has numbers of the same sequence.
        hasContentElsewhere ||= seen.record['spanline.content.ref'] !== undefined;
        const event = eventOf(seen);
        if (event === undefined) return;
        const sequence = processes.get(event.boot);
        if (sequence !== undefined) advance(sequence, event.sequence, seen.place);
        else if (open.size < MAX_PROCESSES) {
          const begun = { highest: event.sequence, missing: new Set<number>(), uncounted: 0, place: undefined };
          processes.set(event.boot, begun);
          open.add(begun);
        }
      },
      end() {
        if (hasContentElsewhere) return;
        for (const { missing, uncounted, place } of open) {
          const count = missing.size + uncounted;
          if (count > 0) report(place, count);
        }
      },
    };
  },
};

const duplicates: LineCheck = {
  name: 'repeated-lines',
  severity: 'warning',
  text: (count) => `${counted(count, 'line is', 'lines are')} in the log twice, and counts twice.`,
  fix: 'Let one agent read a file, and do not read a file together with its copy.',
  page: 'docs/agents.md',
  watch(report) {
    const seenIds = new BoundedMap<string, true>(MAX_LINES);
    return {
      record({ record, isSpan, place }) {
        const id = record['event.id'] ?? (isSpan ? `${record.trace_id}/${record.span_id}` : undefined);
        if (id === undefined) return;
        if (seenIds.has(id)) report(place);
        else seenIds.set(id, true);
      },
    };
  },
};

const MIN_GAP_MS = 900_000;
/** Shorter pauses are usual everywhere. */
const PAUSE_MS = 10_000;
/** A gap is this many times as long as any usual pause. */
const UNUSUAL = 5;
/** More gaps of one length are the rhythm of the service. */
const MAX_GAPS = 5;
const MIN_LINES = 20;

interface Gap {
  readonly ms: number;
  readonly place: FaultPlace;
}

/** The gaps that are much longer than all other pauses. */
function unusual(pauses: readonly Gap[]): readonly Gap[] {
  const sorted = pauses.toSorted((a, b) => a.ms - b.ms);
  const first = sorted.findIndex(
    ({ ms }, index) => ms > MIN_GAP_MS && ms > UNUSUAL * (sorted[index - 1]?.ms ?? PAUSE_MS),
  );
  const found = first === -1 ? [] : sorted.slice(first);
  return found.length > MAX_GAPS ? [] : found;
}

const gaps: LineCheck = {
  name: 'gaps-in-time',
  severity: 'warning',
  text: (count, detail) => `${counted(count, 'gap', 'gaps')} in time without any line, the longest ${detail}.`,
  fix: 'Find out whether the service was down, or whether a file of that time is missing.',
  page: 'docs/agents.md#rotation',
  watch(report) {
    const last = new BoundedMap<string, number>(MAX_PROCESSES);
    const pauses: Gap[] = [];
    /** Pauses in which a process that goes on had nothing to say. */
    const idle = new Set<Gap>();
    /** Pauses that the next line with a number decides about. */
    let open: Gap[] = [];
    let lastMs: number | undefined;
    let lines = 0;
    let longest = 0;

    function settle({ boot, sequence }: EventId): void {
      if (sequence <= (last.get(boot) ?? Number.NEGATIVE_INFINITY) + 1) for (const gap of open) idle.add(gap);
      last.set(boot, sequence);
      open = [];
    }

    return {
      record(seen) {
        const { endMs, place } = seen;
        lines++;
        if (endMs !== undefined) {
          const ms = lastMs === undefined ? 0 : endMs - lastMs;
          lastMs = Math.max(lastMs ?? endMs, endMs);
          if (ms > PAUSE_MS && pauses.length < MAX_LINES) {
            const gap = { ms, place };
            pauses.push(gap);
            open.push(gap);
          }
        }
        const event = eventOf(seen);
        if (event !== undefined) settle(event);
      },
      end() {
        if (lines < MIN_LINES) return;
        for (const gap of unusual(pauses)) {
          if (idle.has(gap)) continue;
          longest = Math.max(longest, gap.ms);
          report(gap.place);
        }
      },
      detail: () => `${Math.round(longest / 60_000)} minutes`,
    };
  },
};

/** The checks. */
export const SEQUENCE_CHECKS: readonly LineCheck[] = [lostLines, duplicates, gaps];
