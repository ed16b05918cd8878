/** Numbers and times as a person reads them. */

import { formatCost, formatCount, formatDifference, formatDuration } from '@spanline/pretty/format';

export { formatCost, formatCount, formatDifference, formatDuration };

const TIME = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});
const DAY = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short' });
const SECOND = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const SHORT = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** `14 Nov 09:12:35.958`; the day is left out for today. */
export function formatTime(ms: number | undefined): string {
  if (ms === undefined) return '';
  const day = DAY.format(ms);
  return day === DAY.format(Date.now()) ? TIME.format(ms) : `${day} ${TIME.format(ms)}`;
}

/** `14 Nov 09:12`; with seconds for bars that are shorter than a minute. */
export function formatBarTime(ms: number, barMs: number): string {
  return `${DAY.format(ms)} ${(barMs < 60_000 ? SECOND : SHORT).format(ms)}`;
}

/** `1532→287`. Nothing without tokens. */
export function formatTokens(input: number | undefined, output: number | undefined): string {
  if (input === undefined && output === undefined) return '';
  return output === undefined ? formatCount(input ?? 0) : `${formatCount(input ?? 0)}→${formatCount(output)}`;
}

/** A cost and how it may differ from the bill: `≥$0.012`. */
export function formatBill(usd: number | undefined, bound?: 'least' | 'about'): string {
  if (usd === undefined) return '';
  return `${bound === 'least' ? '≥' : bound === 'about' ? '~' : ''}${formatCost(usd)}`;
}

/** A score or a measure, with at most three digits: `0.913`. */
export function formatScore(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A sum of costs: `≥` where some are not known, `unknown` where none is, and empty where nothing was spent. */
export function formatSum({ costUsd, unknownCosts = 0 }: { costUsd: number; unknownCosts?: number }): string {
  if (costUsd === 0) return unknownCosts > 0 ? 'unknown' : '';
  return unknownCosts > 0 ? formatBill(costUsd, 'least') : formatBill(costUsd);
}

/** `12 %`. */
export function formatShare(share: number): string {
  return `${share > 0 && share < 0.1 ? (share * 100).toFixed(1) : Math.round(share * 100)} %`;
}
