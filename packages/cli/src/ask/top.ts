/** `spanline top`: the steps that take most of the time, of the tokens, or of the money. */

import type { StatsRow } from '@spanline/query';
import { nearest, SpanlineError } from '@spanline/record';
import { cell, type FilledColumn, type Report, STEP_WIDTH } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';
import { limitOf } from './limit.ts';
import { listBlocks } from './list-blocks.ts';

const HELP = `spanline top [source] [filter]

The steps that take most, of the spans that pass the filter. Self time is the time during which a span had no open
child, so that a step counts what it does itself.

  --by metric     self-time (default; a cluster does not know it), total-time, tokens or cost
  --limit n       at most n steps (10)
`;

const USUAL_LIMIT = 10;

/** A figure that steps are compared by. */
interface Metric {
  readonly value: (row: StatsRow) => number;
  /** @param unknown - calls whose part is not known */
  readonly text: (value: number, unknown: number) => string;
  /** Calls whose value is not known; the sum is then a lower bound. @defaultValue none */
  readonly unknown?: (row: StatsRow) => number;
}

function unknown(): never {
  const problem = 'a cluster does not know the self time: use --by total-time, tokens or cost';
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem });
}

const METRICS: Readonly<Record<string, Metric>> = {
  'self-time': { value: ({ selfMs }) => selfMs ?? unknown(), text: (ms) => cell.duration(ms) },
  'total-time': { value: ({ totalMs }) => totalMs, text: (ms) => cell.duration(ms) },
  tokens: { value: ({ inputTokens, outputTokens }) => inputTokens + outputTokens, text: (count) => cell.count(count) },
  cost: { value: ({ costUsd }) => costUsd, unknown: ({ unknownCosts }) => unknownCosts, text: cell.costAtLeast },
};

function metricOf(name: string): Metric {
  const metric = Object.hasOwn(METRICS, name) ? METRICS[name] : undefined;
  if (metric !== undefined) return metric;
  const names = Object.keys(METRICS);
  const suggestion = nearest(name, names);
  throw new SpanlineError({
    code: 'ERR_INVALID_OPTION',
    option: '--by',
    expected: `one of ${names.join(', ')}`,
    got: name,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

/** A step and its part of the whole. */
interface TopRow {
  readonly step: string;
  readonly value: number;
  readonly share: number;
  readonly count: number;
  /** Calls whose cost is not known; only by cost. */
  readonly unknownCosts?: number;
}

function topRows(rows: readonly StatsRow[], { value, unknown: unknownOf }: Metric): TopRow[] {
  const total = rows.reduce((sum, row) => sum + value(row), 0);
  return rows
    .map((row) => ({
      step: String(row.by[0] ?? '(no name)'),
      value: value(row),
      share: total === 0 ? 0 : value(row) / total,
      count: row.count,
      ...(unknownOf === undefined ? {} : { unknownCosts: unknownOf(row) }),
    }))
    .filter((row) => row.value > 0 || (row.unknownCosts ?? 0) > 0)
    .toSorted((a, b) => b.value - a.value);
}

function columnsOf(rows: readonly TopRow[], name: string, { text }: Metric): FilledColumn[] {
  return [
    { head: 'step', isFlexible: true, least: STEP_WIDTH, cells: rows.map(({ step }) => step) },
    { head: name, align: 'right', cells: rows.map(({ value, unknownCosts = 0 }) => text(value, unknownCosts)) },
    { head: 'share', align: 'right', cells: rows.map(({ share }) => cell.percent(share)) },
    { head: '', drop: 3, shares: rows.map(({ share }) => share), tone: 'yellow' },
    { head: 'count', align: 'right', drop: 1, cells: rows.map(({ count }) => cell.count(count)) },
    {
      head: 'each',
      align: 'right',
      drop: 2,
      cells: rows.map(({ value, count, unknownCosts = 0 }) =>
        text(Math.round((value / count) * 1e9) / 1e9, unknownCosts),
      ),
    },
  ];
}

/** Runs `spanline top`. */
export const top = defineQuestion({
  name: 'top',
  help: HELP,
  flags: { by: 'text', limit: 'text' },
  async answer({ query, filter, flags, read }): Promise<Report> {
    const name = flags.by ?? 'self-time';
    const metric = metricOf(name);
    const all = topRows((await query.stats(filter, read)).rows, metric);
    const rows = all.slice(0, limitOf(flags.limit, USUAL_LIMIT));
    return {
      blocks: listBlocks({
        what: 'steps',
        shown: rows.length,
        total: all.length,
        columns: columnsOf(rows, name, metric),
      }),
      data: { by: name, total: all.length, rows },
      isOk: all.length > 0,
    };
  },
});
