/** Figures of the spans that pass a filter, as `spanline stats` has them. */

import type { Stats } from '@spanline/query';
import type { StatsAnswer, StatsRowAnswer } from '../../contract/index.ts';
import { present } from './present.ts';

/** Groups that are sent; the page says how many more there are. */
const MAX_ROWS = 500;

export function toStatsAnswer({ by, rows }: Stats): StatsAnswer {
  const answers = rows.slice(0, MAX_ROWS).map(({ totalMs: _total, selfMs: _self, errorRate: _rate, ...row }) => {
    return { ...present(row), by: row.by.map((value) => (value === undefined ? null : String(value))) };
  });
  return { by, rows: answers as unknown as StatsRowAnswer[], more: Math.max(0, rows.length - MAX_ROWS) };
}
