/** Checks of the form of lines: levels, times, lines that were cut. */

import { isPlainObject } from '@spanline/record';
import { counted } from './finding.ts';
import { type LineCheck, recordCheck, type SeenRecord, type SeenText } from './line-check.ts';

const LEVELS = [
  ['level', undefined],
  ['log', 'level'],
  ['log.level', undefined],
] as const;
const ISO = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d/;
/** Docker and CRI-O cut lines at 16 KiB. A part may have fewer characters than bytes. */
const LONG_PART = 4096;
const OWN_PINO = 'docs/logging.md#your-own-pino';

const isNumber = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && /^\d{1,5}$/.test(value));

function hasNumericLevel({ fields }: SeenRecord): boolean {
  return LEVELS.some(([key, inner]) => {
    const value = fields[key];
    return isNumber(inner === undefined ? value : isPlainObject(value) ? value[inner] : undefined);
  });
}

const numericLevel = recordCheck({
  name: 'numeric-level',
  severity: 'warning',
  text: (count) =>
    `${counted(count, 'line has a number as its level', 'lines have a number as their level')}, which log stores do not know.`,
  fix: 'Write the name: pino({ formatters: { level: (label) => ({ level: label }) } }), or use createLogger().',
  page: OWN_PINO,
  isFault: hasNumericLevel,
});

const isOurs = ({ kind }: SeenRecord): boolean => kind !== 'log';

const noTime = recordCheck({
  name: 'no-time',
  severity: 'error',
  text: (count) => `${counted(count, 'line', 'lines')} of Spanline have no time, so that nothing can be ordered by it.`,
  fix: 'Do not remove @timestamp on the way: look at the parser of your log agent.',
  page: 'docs/agents.md',
  isFault: (seen) => isOurs(seen) && seen.record['@timestamp'] === undefined && !seen.isTimed,
});

const timeNotIso = recordCheck({
  name: 'no-iso-time',
  severity: 'warning',
  text: (count) =>
    `${counted(count, 'line has', 'lines have')} no time in ISO 8601, which log stores read on their own.`,
  fix: 'Write it: pino({ timestamp: pino.stdTimeFunctions.isoTime }), or use createLogger().',
  page: OWN_PINO,
  isFault: (seen) =>
    !isOurs(seen) &&
    !seen.isTimed &&
    !Object.values(seen.fields).some((value) => typeof value === 'string' && value.length < 40 && ISO.test(value)),
});

const joinedLines = recordCheck({
  name: 'split-lines',
  severity: 'warning',
  text: (count) =>
    `${counted(count, 'line was', 'lines were')} longer than 16 KiB and split by the container runtime. They are joined here; log agents need an option for it.`,
  fix: 'Keep lines short with limits: { lineBytes: 15360 }, or let the agent join the parts.',
  page: 'docs/agents.md#long-lines',
  isFault: ({ isJoined }) => isJoined,
});

/** The text before, if a line may go on behind it. */
function createHalves(): { add(seen: SeenText): SeenText | undefined } {
  let open: SeenText | undefined;
  return {
    add(seen) {
      if (seen.text.startsWith('{')) {
        open = seen;
        return undefined;
      }
      if (open === undefined) return undefined;
      const first = open;
      const text = first.text + seen.text;
      if (isObject(text)) {
        open = undefined;
        return first;
      }
      // A line of more than two parts: each but the last is as long as the limit.
      open = seen.text.length > LONG_PART ? { ...first, text } : undefined;
      return undefined;
    },
  };
}

function isObject(text: string): boolean {
  try {
    return isPlainObject(JSON.parse(text));
  } catch {
    return false;
  }
}

const cutLines: LineCheck = {
  name: 'cut-lines',
  severity: 'error',
  text: (count) =>
    `${counted(count, 'line was', 'lines were')} cut into pieces that are no JSON, and nobody joined them.`,
  fix: 'Keep lines short with limits: { lineBytes: 15360 }, and let the log agent join parts.',
  page: 'docs/agents.md#long-lines',
  watch(report) {
    const halves = createHalves();
    return {
      text(seen) {
        const first = halves.add(seen);
        if (first !== undefined) report(first.place);
      },
    };
  },
};

const tornLines: LineCheck = {
  name: 'broken-lines',
  severity: 'warning',
  text: (count) => `${counted(count, 'line begins', 'lines begin')} like a record and end too early.`,
  fix: 'Give each process a file of its own, and write whole lines: pino with sync: true keeps what a killed process wrote.',
  page: 'docs/logging.md#createlogger',
  watch(report) {
    const halves = createHalves();
    let broken: SeenText | undefined;
    const settle = (): void => {
      if (broken !== undefined) report(broken.place);
      broken = undefined;
    };
    return {
      text(seen) {
        // A piece of a cut line is no broken one.
        if (halves.add(seen) !== undefined) broken = undefined;
        else if (seen.text.startsWith('{"')) {
          settle();
          broken = seen;
        }
      },
      end: settle,
    };
  },
};

/** The checks. */
export const FORM_CHECKS: readonly LineCheck[] = [numericLevel, noTime, timeNotIso, joinedLines, cutLines, tornLines];
