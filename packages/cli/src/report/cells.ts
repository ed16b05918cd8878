/** Values of answers as cells of tables. A missing value is an empty cell. */

import { formatAmount, formatCost, formatCount, formatDuration } from '@spanline/pretty/internal';
import type { Cell } from './report.ts';

/** A duration in milliseconds: `1.18 s`. */
export const duration = (ms: number | undefined): string => (ms === undefined ? '' : formatDuration(ms));

/** A count: `12.3k`. */
export const count = (value: number | undefined): string => (value === undefined ? '' : formatCount(value));

/** A count with its unit, in the singular for 1: `1 span`, `12.3k spans`. */
export const amount = formatAmount;

/** A count that is left out where it is 0. */
export const some = (value: number): string => (value === 0 ? '' : formatCount(value));

/** US dollars; empty where nothing was spent. */
export const cost = (usd: number): string => (usd === 0 ? '' : formatCost(usd));

/** Errors: red, and empty where there are none. */
export const errors = (value: number): Cell => (value === 0 ? '' : { text: formatCount(value), tone: 'red' });

/** A share of 0 to 1 in per cent: `0.4 %`, `12 %`. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0 || value >= 9.95) return `${Math.round(value)} %`;
  return value < 0.05 ? '<0.1 %' : `${value.toFixed(1)} %`;
}

/** Date and time of day in UTC: `2026-11-23 09:12:35`. */
export const time = (ms: number | undefined): string =>
  ms === undefined || Math.abs(ms) > 8.64e15 ? '' : new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** Known costs; `≥` where some are not known, `unknown` where none is. */
export function costAtLeast(usd: number, unknown: number): string {
  if (unknown === 0) return cost(usd);
  return usd === 0 ? 'unknown' : `≥${formatCost(usd)}`;
}

const ID_LENGTH = 8;

/** The first digits of an id, which `spanline show` takes. */
export const id = (value: string | undefined): string => (value ?? '').slice(0, ID_LENGTH);
