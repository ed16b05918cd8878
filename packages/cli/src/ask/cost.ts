/** `spanline cost`: the cost by day, by model and by user, and of a month at this rate. */

import type { CostRow, Costs } from '@spanline/query';
import { type Block, cell, type FilledColumn, type Report } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';
import { cutNote, limitOf } from './limit.ts';

const HELP = `spanline cost [source] [filter]

Cost of the calls that pass the filter, by day (UTC), by model and by user, and what 30 days cost at the rate of the
last seven. ≥ marks a sum with calls whose cost is not known; "cached" is the share of the input tokens that the
provider's cache served.

  --limit n       at most n rows of each kind (10); of days, the newest
`;

const USUAL_LIMIT = 10;

function columnsOf(head: string, rows: readonly CostRow[]): FilledColumn[] {
  const most = Math.max(...rows.map(({ costUsd }) => costUsd), 0);
  return [
    { head, isFlexible: true, cells: rows.map(({ name }) => name ?? '(none)') },
    {
      head: 'cost',
      align: 'right',
      cells: rows.map(({ costUsd, unknownCosts }) => cell.costAtLeast(costUsd, unknownCosts)),
    },
    { head: '', drop: 3, shares: rows.map(({ costUsd }) => (most === 0 ? 0 : costUsd / most)), tone: 'green' },
    { head: 'calls', align: 'right', cells: rows.map(({ calls }) => cell.count(calls)) },
    { head: 'input tok', align: 'right', drop: 2, cells: rows.map(({ inputTokens }) => cell.some(inputTokens)) },
    {
      head: 'cached',
      align: 'right',
      drop: 4,
      cells: rows.map(({ inputTokens, cachedTokens }) =>
        cachedTokens === 0 ? '' : cell.percent(cachedTokens / Math.max(inputTokens, cachedTokens)),
      ),
    },
    { head: 'output tok', align: 'right', drop: 1, cells: rows.map(({ outputTokens }) => cell.some(outputTokens)) },
  ];
}

function rowsBlocks(head: string, rows: readonly CostRow[], shown: readonly CostRow[]): Block[] {
  // A log without users has one row without a name.
  if (rows.every(({ name }) => name === undefined)) return [];
  const note = cutNote(shown.length, rows.length, `${head}s`);
  return [
    { kind: 'table', columns: columnsOf(head, shown) },
    ...(note === '' ? [] : [{ kind: 'text' as const, text: note, tone: 'dim' as const }]),
  ];
}

function sumBlock({ total, monthUsd, coveredMs }: Costs): Block {
  const month =
    monthUsd === undefined
      ? `not projected: the calls cover ${cell.duration(coveredMs)}, less than a day`
      : `${cell.cost(monthUsd) || '$0'} at the rate of the last days`;
  return {
    kind: 'facts',
    facts: [
      ['total', { text: cell.costAtLeast(total.costUsd, total.unknownCosts) || '$0', tone: 'bold' }],
      ['30 days', month],
      ...(total.unknownCosts > 0
        ? [['cost not known', `${total.unknownCosts} of ${cell.amount(total.calls, 'call')}`] as const]
        : []),
    ],
  };
}

/** Runs `spanline cost`. */
export const cost = defineQuestion({
  name: 'cost',
  help: HELP,
  flags: { limit: 'text' },
  async answer({ query, filter, flags, read }): Promise<Report> {
    const costs = await query.costs(filter, read);
    const limit = limitOf(flags.limit, USUAL_LIMIT);
    if (costs.total.calls === 0)
      return { blocks: [{ kind: 'text', text: 'No calls pass.' }], data: costs, isOk: false };
    const { days, models, users } = costs;
    return {
      blocks: [
        sumBlock(costs),
        ...rowsBlocks('day', days, days.slice(-limit)),
        ...rowsBlocks('model', models, models.slice(0, limit)),
        ...rowsBlocks('user', users, users.slice(0, limit)),
      ],
      data: { ...costs, days: days.slice(-limit), models: models.slice(0, limit), users: users.slice(0, limit) },
    };
  },
});
