/** Figures by step, model, or any other fields: the page of `spanline stats`. */

import type { StatsAnswer, StatsRowAnswer } from '../../src/contract/index.ts';
import { formatSum, formatCount, formatDuration, formatShare, formatTokens } from '../format.ts';
import { change, route, scope } from '../route.ts';
import { useAnswer } from '../use-answer.ts';
import { conditionOf } from './conditions.ts';
import { type Column, TablePage } from './data-table.tsx';
import { tracesWith } from './links.ts';

const GROUPS = ['step', 'model', 'type', 'route', 'user', 'session', 'prompt.version', 'service'];
const METER_WIDTH = 60;

/** Spans without the field, and those with an empty text, are two groups. */
const nameOf = (value: string | null | undefined): string => (value === '' ? '(empty)' : (value ?? '(none)'));

const duration = (ms: number | undefined): string => (ms === undefined ? '' : formatDuration(ms));

function columnsOf(by: readonly string[]): Column<StatsRowAnswer>[] {
  const link = (row: StatsRowAnswer): string =>
    tracesWith(...by.map((name, index) => conditionOf(name, row.by[index] ?? null)));
  const number = (head: string, cell: Column<StatsRowAnswer>['cell']) => ({ head, isNumber: true, cell });
  return [
    ...by.map((head, index) => ({
      head,
      cell: (row: StatsRowAnswer) =>
        index === 0 ? <a href={link(row)}>{nameOf(row.by[index])}</a> : nameOf(row.by[index]),
    })),
    number('Count', ({ count }) => formatCount(count)),
    number('Errors', ({ errors, count }) =>
      errors === 0 ? '' : <span class="bad">{`${formatCount(errors)} (${formatShare(errors / count)})`}</span>,
    ),
    number('p50', ({ p50Ms }) => duration(p50Ms)),
    number('p95', ({ p95Ms }) => duration(p95Ms)),
    number('p99', ({ p99Ms }) => duration(p99Ms)),
    number('Self time', ({ selfShare }) =>
      selfShare === undefined ? (
        ''
      ) : (
        <>
          <span class="meter" style={{ width: `${METER_WIDTH * selfShare}px` }} /> {formatShare(selfShare)}
        </>
      ),
    ),
    number('First token', ({ ttftP50Ms }) => duration(ttftP50Ms)),
    number('Tokens', ({ inputTokens, outputTokens }) =>
      inputTokens + outputTokens === 0 ? '' : formatTokens(inputTokens, outputTokens),
    ),
    number('Cost', ({ costUsd, unknownCosts }) => (
      <span title={unknownCosts > 0 ? `${unknownCosts} calls without a known cost` : undefined}>
        {formatSum({ costUsd, unknownCosts })}
      </span>
    )),
  ];
}

export function StepsPage() {
  const by = route.value.parameters['by'] || 'step';
  const { answer, fault } = useAnswer<StatsAnswer>('stats', { ...scope(), by });
  return (
    <TablePage
      title="Steps"
      columns={columnsOf(answer?.by ?? [])}
      rows={answer?.rows}
      keyOf={(row) => JSON.stringify(row.by)}
      fault={fault}
      more={answer?.more ?? 0}
      none="No span passes this filter."
    >
      <label>
        Group by{' '}
        <select value={by} onChange={(event) => change({ by: event.currentTarget.value })}>
          {[...new Set([...GROUPS, by])].map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </TablePage>
  );
}
