const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The least amount that is written out. */
const LEAST_USD = 1e-10;

const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');

/** Formats a duration in at most seven columns: `0.4 ms`, `85 ms`, `1.18 s`, `2m 05s`, `1h 02m`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '?';
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9.995 * SECOND) return `${(ms / SECOND).toFixed(2)} s`;
  if (ms < 59.95 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  const rounded = Math.round(ms / SECOND) * SECOND;
  if (rounded < HOUR) return `${Math.floor(rounded / MINUTE)}m ${two((rounded % MINUTE) / SECOND)}s`;
  const hours = Math.floor(rounded / HOUR);
  return hours < 1000 ? `${hours}h ${two((rounded % HOUR) / MINUTE)}m` : '>999h';
}

/** Formats a count: exact up to 9999, then `12.3k`, `4.56M`. A log may hold any number: `1e308`, `∞`. */
export function formatCount(count: number): string {
  if (count < 10_000) return String(count);
  if (count < 999_950) return `${Number((count / 1e3).toFixed(1))}k`;
  if (count < 1e12) return `${Number((count / 1e6).toFixed(2))}M`;
  return Number.isFinite(count) ? count.toExponential(0).replace('+', '') : '∞';
}

/** Formats US dollars: three significant digits below a dollar, cents above. `$0.0142`, `$12.30`, `<$0.0000000001`. */
export function formatCost(usd: number): string {
  if (usd >= 1) return `$${usd.toFixed(2)}`;
  if (usd > 0 && usd < LEAST_USD) return `<$${LEAST_USD.toFixed(10)}`;
  const digits = Number(usd.toPrecision(3));
  return `$${digits !== 0 && digits < 1e-6 ? digits.toFixed(10).replace(/0+$/, '') : String(digits)}`;
}

/** Formats a difference: `+1.2 s`, `−85 ms`. Without a sign if it is too small to be seen: `0.0 ms`. */
export function formatDifference(value: number, format: (value: number) => string): string {
  const size = format(Math.abs(value));
  return size === format(0) ? size : `${value < 0 ? '−' : '+'}${size}`;
}

/** `≥$0.0123`: the cost, and how it may differ from the bill. */
export function formatBoundedCost(usd: number, bound: CostBound, glyphs: { readonly atLeast: string }): string {
  const marks = { exact: '', least: glyphs.atLeast, about: '~' };
  return marks[bound] + formatCost(usd);
}

/** A cost that is exact, a lower bound, or one that the bill may be above or below. */
export type CostBound = 'exact' | 'least' | 'about';

/** `3 docs`, `1 doc`. */
export function formatAmount(count: number, unit: string): string {
  return `${formatCount(count)} ${unit}${count === 1 ? '' : 's'}`;
}

/** Formats the time of day of an ISO time: `09:12:35.958`. */
export function formatTime(iso: string): string {
  return /T(\d{2}:\d{2}:\d{2}(?:\.\d{3})?)/.exec(iso)?.[1] ?? '';
}
