import type { Alert } from './alert.ts';

const SIGNS: Readonly<Record<Alert['comparison'], string>> = { gt: '>', lt: '<', gte: '≥', lte: '≤' };

/** At most four significant digits, with a separator for thousands. */
function formatValue(value: number): string {
  const rounded = Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 20 });
}

/** Describes an alert in one sentence: value, limit, window and samples. */
export function describeAlert(alert: Omit<Alert, 'message'>): string {
  const { name, event, metric, value, threshold, baseline, step, windowMinutes, samples, suppressed } = alert;
  const subject = step === undefined ? metric : `${metric} of ${step}`;
  const held = suppressed === 0 ? '' : `, ${suppressed} suppressed`;
  const over = `${windowMinutes} min, ${samples} ${samples === 1 ? 'sample' : 'samples'}${held}`;
  if (event === 'no_data') return `${name}: no data for ${subject} (${over})`;
  const usual = baseline === undefined ? '' : `, usually ${formatValue(baseline)}`;
  const limit = `limit ${SIGNS[alert.comparison]} ${formatValue(threshold)}${usual}`;
  const now = value === undefined ? `${subject} has too little data` : `${subject} is ${formatValue(value)}`;
  if (event === 'recovered') return `${name} has recovered: ${now} (${limit}, ${over})`;
  const minutes = Math.round((alert.at - alert.since) / 60_000);
  const still = event === 'repeated' ? ` for ${minutes} min` : '';
  return `${name}${still}: ${now} (${limit}, ${over})`;
}
