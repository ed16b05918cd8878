/** `spanline stats`: figures of each step, or by other fields. */

import type { Stats, StatsRow } from '@spanline/query';
import { cell, type FilledColumn, type Report, STEP_WIDTH } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';
import { limitOf } from './limit.ts';
import { listBlocks } from './list-blocks.ts';
import { DP_FLAGS, privateAsked, privateReport } from './private/report.ts';

const HELP = `spanline stats [source] [filter]

Figures of the spans that pass the filter: count, errors, quantiles of the duration, share of the self time, tokens,
cost, time to the first token. The step with the most self time comes first.

  --by fields     group by fields instead of steps: model,route,user,prompt.version,label.tenant
  --limit n       at most n rows (50)
  --dp epsilon    figures to publish: differentially private for each user, by noise. Users, spans,
                  errors, tokens and cost of groups that are large enough; no quantiles, no durations
  --dp-bounds b   the most that counts (spans=10,groups=3,tokens=8000,cost=0.05): spans and groups of a user, tokens and
                  US dollars of a span
  --dp-total n    the most epsilon that a log may spend in all (4)
  --dp-account f  file of what was spent ($XDG_STATE_HOME/spanline/epsilon.ndjson)
`;

const USUAL_LIMIT = 50;
const NONE = '(none)';

/** Share of the self time. A cluster does not know it. */
function selfColumns(rows: readonly StatsRow[]): FilledColumn[] {
  const shares = rows.flatMap(({ selfShare }) => selfShare ?? []);
  if (shares.length < rows.length) return [];
  return [
    { head: 'self', align: 'right', drop: 1, cells: shares.map(cell.percent) },
    { head: '', drop: 8, shares, tone: 'cyan' },
  ];
}

/** Columns of figures. */
function figures(rows: readonly StatsRow[]): FilledColumn[] {
  return [
    { head: 'count', align: 'right', cells: rows.map(({ count }) => cell.count(count)) },
    {
      head: 'errors',
      align: 'right',
      drop: 2,
      cells: rows.map(({ errors, errorRate }) =>
        errors === 0 ? '' : { text: cell.percent(errorRate), tone: 'red' as const },
      ),
    },
    { head: 'p50', align: 'right', drop: 3, cells: rows.map(({ p50Ms }) => cell.duration(p50Ms)) },
    { head: 'p95', align: 'right', cells: rows.map(({ p95Ms }) => cell.duration(p95Ms)) },
    { head: 'p99', align: 'right', drop: 5, cells: rows.map(({ p99Ms }) => cell.duration(p99Ms)) },
    ...selfColumns(rows),
    {
      head: 'tokens',
      align: 'right',
      drop: 6,
      cells: rows.map(({ inputTokens, outputTokens }) => cell.some(inputTokens + outputTokens)),
    },
    {
      head: 'cost',
      align: 'right',
      drop: 4,
      cells: rows.map(({ costUsd, unknownCosts }) => cell.costAtLeast(costUsd, unknownCosts)),
    },
    { head: 'ttft', align: 'right', drop: 7, cells: rows.map(({ ttftP50Ms }) => cell.duration(ttftP50Ms)) },
  ];
}

function columnsOf({ by }: Stats, rows: readonly StatsRow[]): FilledColumn[] {
  const names = by.map((name, index): FilledColumn => ({
    head: name,
    isFlexible: true,
    least: index === 0 ? STEP_WIDTH : undefined,
    cells: rows.map((row) => String(row.by[index] ?? NONE)),
  }));
  return [...names, ...figures(rows)];
}

/** Runs `spanline stats`. */
export const stats = defineQuestion({
  name: 'stats',
  help: HELP,
  flags: { by: 'texts', limit: 'text', ...DP_FLAGS },
  async answer({ query, sources, filter, flags, read, io }): Promise<Report> {
    const names = (flags.by ?? ['step']).flatMap((list) => list.split(',')).map((name) => name.trim());
    const by = names.filter((name) => name !== '');
    const asked = privateAsked(flags, sources, io.env);
    if (asked !== undefined) {
      const limit = limitOf(flags.limit, USUAL_LIMIT);
      return privateReport(query.spans(filter, read), by, { ...asked, limit });
    }
    const answer = await query.stats(filter, { ...read, by });
    const rows = answer.rows.slice(0, limitOf(flags.limit, USUAL_LIMIT));
    const total = answer.rows.length;
    return {
      blocks: listBlocks({ what: 'spans', rows: 'rows', shown: rows.length, total, columns: columnsOf(answer, rows) }),
      data: { by: answer.by, total, rows },
      isOk: rows.length > 0,
    };
  },
});
