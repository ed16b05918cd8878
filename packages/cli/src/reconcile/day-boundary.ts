/** Where the days of a bill begin: consoles show days of a time zone, and lines have times in UTC. */
import { fail } from '../fail.ts';
import type { Cell } from './cells.ts';

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** A boundary explains a difference if no more than this share of it is left. */
const LEFT = 0.25;
/** Days that both sides have in full. */
const LEAST_DAYS = 2;

/** Reads `--utc-offset -08:00`. @returns milliseconds @throws SpanlineError `ERR_INVALID_OPTION` */
export function offsetOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const [, sign = '', hours = '', minutes = '0'] = /^([+-])(\d{1,2})(?::?(\d\d))?$/.exec(text) ?? [];
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
  if (sign === '' || ms > 14 * HOUR_MS || Number(minutes) > 59)
    return fail('--utc-offset', 'an offset such as -08:00 or +05:30');
  return sign === '-' ? -ms : ms;
}

/** Tokens of the lines by the hour, in hours since 1970. */
export type HourlyTokens = Map<number, number>;

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

function error(bill: ReadonlyMap<string, number>, hours: HourlyTokens, offset: number): number {
  let [apart, all] = [0, 0];
  for (const [day, tokens] of bill) {
    const first = Date.parse(day) / HOUR_MS - offset;
    let ours = 0;
    for (let hour = first; hour < first + HOURS; hour++) ours += hours.get(hour) ?? 0;
    apart += Math.abs(ours - tokens);
    all += tokens;
  }
  return apart / all;
}

const offsetText = (hours: number): string => `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`;

/**
 * Finds the offset under which the days of lines and bill agree, where they do not agree in UTC. Days count that the
 * log has in full, whatever the offset is.
 *
 * @param tolerance - share up to which sums agree
 */
export function findBoundary(cells: readonly Cell[], hours: HourlyTokens, tolerance: number): Boundary | undefined {
  if (hours.size === 0) return undefined;
  const [first, last] = [Math.min(...hours.keys()), Math.max(...hours.keys())];
  const bill = new Map(
    [...tokensOf(cells)].filter(([day]) => {
      const start = Date.parse(day) / HOUR_MS;
      return start - HOURS / 2 >= first - 1 && start + HOURS * 1.5 <= last + 2;
    }),
  );
  if (bill.size < LEAST_DAYS) return undefined;
  const now = error(bill, hours, 0);
  if (now <= tolerance) return undefined;
  const offsets = Array.from({ length: 27 }, (_, index) => index - 12);
  const [best] = offsets
    .map((offset) => ({ offset, then: error(bill, hours, offset) }))
    .toSorted((a, b) => a.then - b.then || Math.abs(a.offset) - Math.abs(b.offset));
  if (best === undefined || best.offset === 0 || best.then > now * LEFT) return undefined;
  return { offset: offsetText(best.offset), now, then: best.then };
}
