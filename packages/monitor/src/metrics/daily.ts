import { SpanlineError } from '@spanline/record';
import type { Metrics } from './aggregator.ts';
import { METRICS } from './catalogue.ts';

const NEEDS_QUOTES = /[",\r\n]/;

function quoted(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function toCsv(daily: Metrics['daily']): string {
  const known = Object.keys(METRICS);
  const names = new Set(Object.values(daily).flatMap((values) => Object.keys(values)));
  const columns = [
    ...known.filter((name) => names.has(name)),
    ...[...names].filter((name) => !known.includes(name)).toSorted(),
  ];
  const rows = Object.entries(daily).map(([day, values]) => [day, ...columns.map((name) => values[name] ?? '')]);
  return [['day', ...columns.map(quoted)], ...rows].map((row) => `${row.join(',')}\n`).join('');
}

/**
 * Formats the metrics of each UTC day, for a spreadsheet or for drift monitoring.
 *
 * @param format - `csv`: a header and a row for each day, with empty fields for metrics without data; `ndjson`: an
 * object for each day
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { formatDaily, metrics } from '@spanline/monitor';
 *
 * process.stdout.write(formatDaily(await metrics(readFileSync('app.ndjson', 'utf8')), 'csv'));
 * ```
 */
export function formatDaily({ daily }: Pick<Metrics, 'daily'>, format: 'csv' | 'ndjson'): string {
  if (format === 'csv') return toCsv(daily);
  if (format === 'ndjson') {
    return Object.entries(daily)
      .map(([day, values]) => `${JSON.stringify({ day, ...values })}\n`)
      .join('');
  }
  const expected = "'csv' or 'ndjson'";
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'format', expected, got: format });
}
