import type { Alert } from './alert.ts';
import { formatApart, formatValue, timeOfDay } from './format-values.ts';

const SIGNS: Readonly<Record<Alert['comparison'], string>> = { gt: '>', lt: '<', gte: '≥', lte: '≤' };

/** A harder limit that a daily value has not reached, and the time at which it will. */
export interface Projection {
  readonly limit: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Mean scores of an evaluation. Their distributions differ, so that the means may be the same. */
export interface Moved {
  readonly evaluation: string;
  readonly usual: number;
  readonly now: number;
}

/** More than the values of an alert say. */
export interface AlertDetail {
  readonly projection?: Projection | undefined;
  readonly moved?: Moved | undefined;
}

function describeMove({ evaluation, usual, now }: Moved, isOver: boolean): string {
  const [from, to] = [usual, now].map((mean) => formatValue(Math.round(mean * 1000) / 1000));
  return isOver
    ? `mean of ${evaluation} is ${to}, usually ${from}`
    : `mean of ${evaluation} moved from ${from} to ${to}`;
}

/** Describes an alert in one sentence: value, limit, window and samples, and what to expect of the day. */
export function describeAlert(alert: Omit<Alert, 'message'>, { projection, moved }: AlertDetail = {}): string {
  const { name, event, metric, value, threshold, baseline, step, windowMinutes, samples, suppressed } = alert;
  const subject = step === undefined ? metric : `${metric} of ${step}`;
  const held = suppressed === 0 ? '' : `, ${suppressed} suppressed`;
  const over = `${windowMinutes} min, ${samples} ${samples === 1 ? 'sample' : 'samples'}${held}`;
  if (event === 'no_data') return `${name}: no data for ${subject} (${over})`;
  const usual = baseline === undefined ? '' : `, usually ${formatValue(baseline)}`;
  const [shownValue, shownLimit] = formatApart(value ?? threshold, threshold);
  const limit = `limit ${SIGNS[alert.comparison]} ${shownLimit}${usual}`;
  const move = moved === undefined ? '' : `${describeMove(moved, event === 'recovered')}; `;
  const now = value === undefined ? `${subject} has too little data` : `${move}${subject} is ${shownValue}`;
  if (event === 'recovered') return `${name} has recovered: ${now} (${limit}, ${over})`;
  const minutes = Math.round((alert.at - alert.since) / 60_000);
  const still = event === 'repeated' ? ` for ${minutes} min` : '';
  const expected =
    projection === undefined
      ? ''
      : `; at this rate it reaches ${formatValue(projection.limit)} at ${timeOfDay(projection.at)}`;
  return `${name}${still}: ${now} (${limit}, ${over})${expected}`;
}
