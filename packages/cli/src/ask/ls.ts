/** `spanline ls`: traces, the newest first. */

import type { TraceSummary } from '@spanline/query';
import { type Block, cell, type Report } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';
import { cutNote, limitOf } from './limit.ts';

const HELP = `spanline ls [source] [filter]

Lists traces in which a span passes the filter, the newest first. Figures count all spans of a trace.

  --limit n       at most n traces (50)
`;

const USUAL_LIMIT = 50;
const ID_LENGTH = 8;

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

function blocksOf(rows: readonly TraceSummary[], total: number): Block[] {
  if (rows.length === 0) return [{ kind: 'text', text: 'No trace passes.' }];
  const note = cutNote(rows.length, total, 'traces');
  return [
    {
      kind: 'table',
      columns: [
        { head: 'start (UTC)', drop: 2, cells: rows.map(({ startMs }) => cell.time(startMs)) },
        { head: 'trace', cells: rows.map(({ traceId }) => traceId.slice(0, ID_LENGTH)) },
        {
          head: 'name',
          isFlexible: true,
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
        { head: 'cost', align: 'right', drop: 3, cells: rows.map(({ costUsd }) => cell.cost(costUsd)) },
        { head: 'request', drop: 6, isFlexible: true, cells: rows.map(({ requestId }) => requestId ?? '') },
        { head: 'user', drop: 7, isFlexible: true, cells: rows.map(({ userId }) => userId ?? '') },
      ],
    },
    ...(note === '' ? [] : [{ kind: 'text' as const, text: note, tone: 'dim' as const }]),
  ];
}

/** Runs `spanline ls`. */
export const ls = defineQuestion({
  name: 'ls',
  help: HELP,
  flags: { limit: 'text' },
  async answer({ query, filter, flags, read }): Promise<Report> {
    const { rows, total } = await newest(query.traces(filter, read), limitOf(flags.limit, USUAL_LIMIT));
    return { blocks: blocksOf(rows, total), data: { total, traces: rows }, isOk: total > 0 };
  },
});
