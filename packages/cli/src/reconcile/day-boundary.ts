/** Where the days of a bill begin: consoles show days of a time zone, and lines have times in UTC. */
import { fail } from '../fail.ts';
import type { Cell } from './cells.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Offsets of time zones are whole quarters of an hour. */
const QUARTER_MS = 15 * MINUTE_MS;
const DAY = 24 * 4;
/** Offsets of time zones that are no whole hours: from the Marquesas to the Chatham Islands. India has +05:30. */
const PARTS_OF_HOURS = [-9.5, -3.5, -2.5, 3.5, 4.5, 5.5, 5.75, 6.5, 8.75, 9.5, 10.5, 12.75, 13.75];
/** In quarters of an hour. */
const OFFSETS = [...Array.from({ length: 27 }, (_, index) => index - 12), ...PARTS_OF_HOURS].map((hours) => hours * 4);
/** A boundary explains a difference if no more than this share of it is left. */
const LEFT = 0.25;
/** Days that both sides have in full. */
const LEAST_DAYS = 2;

/** Reads `--utc-offset -08:00`. @returns milliseconds @throws SpanlineError `ERR_INVALID_OPTION` */
export function offsetOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const [, sign = '', hours = '', minutes = '0'] = /^([+-])(\d{1,2})(?::?(\d\d))?$/.exec(text) ?? [];
  const ms = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  if (sign === '' || ms > 14 * HOUR_MS || Number(minutes) > 59)
    return fail('--utc-offset', 'an offset such as -08:00 or +05:30');
  return sign === '-' ? -ms : ms;
}

/** Tokens of the lines by the quarter of an hour, in quarters since 1970. */
export type QuarterTokens = Map<number, number>;

/** Adds the tokens of a call that ended at a time. @param ms - since 1970 */
export function addTokens(quarters: QuarterTokens, ms: number, tokens: number): void {
  const quarter = Math.floor(ms / QUARTER_MS);
  quarters.set(quarter, (quarters.get(quarter) ?? 0) + tokens);
}

/** Another boundary of days, under which lines and bill agree better. */
export interface Boundary {
  /** Such as `+08:00`, for `--utc-offset`. */
  readonly offset: string;
  /** Share of the tokens of the bill by which the sums of days differ: now, and with the offset. */
  readonly now: number;
  readonly then: number;
}

function tokensOf(cells: readonly Cell[]): Map<string, number> {
  const byDay = new Map<string, number>();
  for (const { day, bill } of cells) {
    let tokens = 0;
    for (const [unit, quantity] of bill?.quantities ?? [])
      if (unit !== 'requests' && unit !== 'web searches' && unit !== 'other') tokens += quantity;
    if (tokens > 0) byDay.set(day, (byDay.get(day) ?? 0) + tokens);
  }
  return byDay;
}

function error(bill: ReadonlyMap<string, number>, quarters: QuarterTokens, offset: number): number {
  let [apart, all] = [0, 0];
  for (const [day, tokens] of bill) {
    const first = Date.parse(day) / QUARTER_MS - offset;
    let ours = 0;
    for (let quarter = first; quarter < first + DAY; quarter++) ours += quarters.get(quarter) ?? 0;
    apart += Math.abs(ours - tokens);
    all += tokens;
  }
  return apart / all;
}

/** Of offsets that explain a bill equally well, a whole hour near UTC is the likely one. */
const rarity = (quarters: number): number => Math.abs(quarters) + (quarters % 4 === 0 ? 0 : DAY);

function offsetText(quarters: number): string {
  const [hours, minutes] = [Math.floor(Math.abs(quarters) / 4), (Math.abs(quarters) % 4) * 15];
  const digits = [hours, minutes].map((part) => String(part).padStart(2, '0'));
  return `${quarters < 0 ? '-' : '+'}${digits.join(':')}`;
}

/**
 * Finds the offset under which the days of lines and bill agree, where they do not agree in UTC. Days count that the
 * log has in full, whatever the offset is.
 *
 * @param tolerance - share up to which sums agree
 */
export function findBoundary(cells: readonly Cell[], quarters: QuarterTokens, tolerance: number): Boundary | undefined {
  if (quarters.size === 0) return undefined;
  let [first, last] = [Infinity, -Infinity];
  for (const quarter of quarters.keys()) [first, last] = [Math.min(first, quarter), Math.max(last, quarter)];
  const bill = new Map(
    [...tokensOf(cells)].filter(([day]) => {
      const start = Date.parse(day) / QUARTER_MS;
      return start - DAY / 2 >= first - 4 && start + DAY * 1.5 <= last + 8;
    }),
  );
  if (bill.size < LEAST_DAYS) return undefined;
  const now = error(bill, quarters, 0);
  if (now <= tolerance) return undefined;
  const [best] = OFFSETS.map((offset) => ({ offset, then: error(bill, quarters, offset) })).toSorted(
    (a, b) => a.then - b.then || rarity(a.offset) - rarity(b.offset),
  );
  if (best === undefined || best.offset === 0 || best.then > now * LEFT) return undefined;
  return { offset: offsetText(best.offset), now, then: best.then };
}
