/** Sessions: the page of `spanline sessions`. */

import type { SessionRow, SessionsAnswer } from '../../src/contract.ts';
import { formatCost, formatCount, formatDuration, formatTime, formatTokens } from '../format.ts';
import { scope } from '../route.ts';
import { useAnswer } from '../use-answer.ts';
import { type Column, TablePage } from './data-table.tsx';
import { conditionOf, traceAt, tracesWith } from './links.ts';

const COLUMNS: readonly Column<SessionRow>[] = [
  {
    head: 'Session',
    cell: ({ sessionId }) => <a href={tracesWith(conditionOf('session', sessionId))}>{sessionId}</a>,
  },
  { head: 'User', cell: ({ userId = '' }) => userId },
  { head: 'Start', cell: ({ startMs }) => formatTime(startMs) },
  {
    head: 'Lasted',
    isNumber: true,
    cell: ({ startMs, endMs }) => (startMs === undefined || endMs === undefined ? '' : formatDuration(endMs - startMs)),
  },
  { head: 'Traces', isNumber: true, cell: ({ traces }) => formatCount(traces) },
  {
    head: 'Failed',
    isNumber: true,
    cell: ({ failed }) => (failed === 0 ? '' : <span class="bad">{formatCount(failed)}</span>),
  },
  {
    head: 'Slowest',
    isNumber: true,
    cell: ({ slowestMs, slowestTraceId }) =>
      slowestMs === undefined || slowestTraceId === undefined ? (
        ''
      ) : (
        <a href={traceAt(slowestTraceId)}>{formatDuration(slowestMs)}</a>
      ),
  },
  {
    head: 'Tokens',
    isNumber: true,
    cell: ({ inputTokens, outputTokens }) =>
      inputTokens + outputTokens === 0 ? '' : formatTokens(inputTokens, outputTokens),
  },
  { head: 'Cost', isNumber: true, cell: ({ costUsd }) => (costUsd > 0 ? formatCost(costUsd) : '') },
];

export function SessionsPage() {
  const { answer, fault } = useAnswer<SessionsAnswer>('sessions', scope());
  return (
    <TablePage
      title="Sessions"
      columns={COLUMNS}
      rows={answer?.rows}
      keyOf={({ sessionId }) => sessionId}
      fault={fault}
      more={answer?.more ?? 0}
      none="No trace that passes this filter has a session."
    />
  );
}
