/** `spanline ls`: traces, the newest first. */

import type { TraceSummary } from '@spanline/query';
import { cell, type FilledColumn, type Report, STEP_WIDTH } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';
import { limitOf } from './limit.ts';
import { listBlocks } from './list-blocks.ts';

const HELP = `spanline ls [source] [filter]

Lists traces in which a span passes the filter, the newest first. Figures count all spans of a trace.

  --limit n       at most n traces (50)
`;

const USUAL_LIMIT = 50;

/** Keeps the newest traces in memory, and no more than twice as many as are wanted. */
async function newest(
  traces: AsyncIterable<TraceSummary>,
  limit: number,
): Promise<{ rows: TraceSummary[]; total: number }> {
  const byStart = (rows: TraceSummary[]): TraceSummary[] =>
    rows.toSorted((a, b) => (b.startMs ?? 0) - (a.startMs ?? 0)).slice(0, limit);
  let rows: TraceSummary[] = [];
  let total = 0;
  for await (const trace of traces) {
    total++;
    rows.push(trace);
    if (rows.length >= limit * 2) rows = byStart(rows);
  }
  return { rows: byStart(rows), total };
}

function columnsOf(rows: readonly TraceSummary[]): FilledColumn[] {
  return [
    { head: 'start (UTC)', drop: 2, cells: rows.map(({ startMs }) => cell.time(startMs)) },
    { head: 'trace', cells: rows.map(({ traceId }) => cell.id(traceId)) },
    {
      head: 'name',
      isFlexible: true,
      least: STEP_WIDTH,
      cells: rows.map(({ name, status, errors }) => ({
        text: name ?? '(no name)',
        tone: status === 'error' ? 'red' : errors > 0 ? 'yellow' : 'plain',
      })),
    },
    { head: 'duration', align: 'right', cells: rows.map(({ durationMs }) => cell.duration(durationMs)) },
    { head: 'spans', align: 'right', drop: 5, cells: rows.map(({ spans }) => cell.count(spans)) },
    { head: 'errors', align: 'right', drop: 1, cells: rows.map(({ errors }) => cell.errors(errors)) },
    {
      head: 'tokens',
      align: 'right',
      drop: 4,
      cells: rows.map(({ inputTokens, outputTokens }) => cell.some(inputTokens + outputTokens)),
    },
    {
      head: 'cost',
      align: 'right',
      drop: 3,
      cells: rows.map(({ costUsd, unknownCosts }) => cell.costAtLeast(costUsd, unknownCosts)),
    },
    { head: 'request', drop: 6, isFlexible: true, cells: rows.map(({ requestId }) => requestId ?? '') },
    { head: 'user', drop: 7, isFlexible: true, cells: rows.map(({ userId }) => userId ?? '') },
  ];
}

/** Runs `spanline ls`. */
export const ls = defineQuestion({
  name: 'ls',
  help: HELP,
  flags: { limit: 'text' },
  async answer({ query, filter, flags, read }): Promise<Report> {
    const { rows, total } = await newest(query.traces(filter, read), limitOf(flags.limit, USUAL_LIMIT));
    const blocks = listBlocks({ what: 'traces', shown: rows.length, total, columns: columnsOf(rows) });
    return { blocks, data: { total, traces: rows }, isOk: total > 0 };
  },
});
