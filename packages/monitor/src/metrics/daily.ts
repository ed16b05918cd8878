import { SpanlineError } from '@spanline/core';
import type { Metrics } from './aggregator.ts';
import { METRICS } from './catalogue.ts';

const CELL = /[",\r\n]/;

function quoted(text: string): string {
  return CELL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
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
 * The metrics of each UTC day, for a spreadsheet or for what watches for drift.
 *
 * @param format - `csv`: a line of names, then a row a day, in which a metric without data is empty; `ndjson`: an object a day
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
