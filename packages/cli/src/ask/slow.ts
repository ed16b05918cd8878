/** `spanline slow`: the slowest requests, or the slowest spans that pass a filter. */

import { allOf, type Filter, parseFilter } from '@spanline/query';
import { type AttributeKey, type SpanRecord, titleOf } from '@spanline/record';
import { cell, type FilledColumn, type Report, STEP_WIDTH } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';
import { limitOf } from './limit.ts';
import { listBlocks } from './list-blocks.ts';

const HELP = `spanline slow [source] [filter]

The slowest spans that pass the filter. A filter that names no span finds requests: spans without a parent in their
process. For these, the step with the most self time follows.

  --all           spans of every kind, not requests alone
  --limit n       at most n spans (20)
`;

const USUAL_LIMIT = 20;
/** Fields of a step. A filter with one of them is about steps. */
const STEP_FIELDS: ReadonlySet<string> = new Set<AttributeKey>([
  'span.name',
  'span.type',
  'span.path',
  'span_id',
  'parent_span_id',
]);
/** Local roots: they have a roll-up; in lines of other programs they have no parent. */
const ROOTS = parseFilter('exists:spanline.rollup.spans OR -exists:parent');

function isAboutSteps(filter: Filter): boolean {
  switch (filter.kind) {
    case 'all':
      return false;
    case 'test':
      return filter.field.columns.some(({ key }) => STEP_FIELDS.has(key));
    case 'not':
      return isAboutSteps(filter.filter);
    default:
      return filter.filters.some(isAboutSteps);
  }
}

/** Keeps the slowest in memory, and no more than twice as many as are wanted. */
async function slowest(
  spans: AsyncIterable<SpanRecord>,
  limit: number,
): Promise<{ rows: SpanRecord[]; total: number }> {
  const byDuration = (rows: SpanRecord[]): SpanRecord[] =>
    rows.toSorted((a, b) => (b.duration_ms ?? 0) - (a.duration_ms ?? 0)).slice(0, limit);
  let rows: SpanRecord[] = [];
  let total = 0;
  for await (const span of spans) {
    total++;
    rows.push(span);
    if (rows.length >= limit * 2) rows = byDuration(rows);
  }
  return { rows: byDuration(rows), total };
}

function columnsOf(rows: readonly SpanRecord[]): FilledColumn[] {
  const most = Math.max(...rows.map((row) => row.duration_ms ?? 0), 1e-9);
  return [
    {
      head: 'start (UTC)',
      drop: 2,
      cells: rows.map((row) => cell.time(Date.parse(row['event.start'] ?? '') || undefined)),
    },
    { head: 'trace', cells: rows.map(({ trace_id: id }) => cell.id(id)) },
    {
      head: 'step',
      isFlexible: true,
      least: STEP_WIDTH,
      cells: rows.map((row) => ({
        text: titleOf(row) ?? '',
        tone: row['span.status'] === 'error' ? 'red' : 'plain',
      })),
    },
    { head: 'duration', align: 'right', cells: rows.map(({ duration_ms: ms }) => cell.duration(ms)) },
    { head: '', drop: 5, shares: rows.map(({ duration_ms: ms }) => (ms ?? 0) / most), tone: 'yellow' },
    {
      head: 'slowest step',
      isFlexible: true,
      least: 20,
      drop: 1,
      cells: rows.map((row) => row['spanline.rollup.slowest.name'] ?? ''),
    },
    {
      head: 'self',
      align: 'right',
      drop: 1,
      cells: rows.map((row) => cell.duration(row['spanline.rollup.slowest.self_ms'])),
    },
    { head: 'user', drop: 3, isFlexible: true, cells: rows.map((row) => row['user.id'] ?? '') },
    { head: 'request', drop: 4, isFlexible: true, cells: rows.map((row) => row['http.request.id'] ?? '') },
  ];
}

const toData = (row: SpanRecord): object => ({
  traceId: row.trace_id,
  spanId: row.span_id,
  name: titleOf(row),
  status: row['span.status'],
  start: row['event.start'],
  durationMs: row.duration_ms,
  slowestStep: row['spanline.rollup.slowest.name'],
  slowestSelfMs: row['spanline.rollup.slowest.self_ms'],
  userId: row['user.id'],
  requestId: row['http.request.id'],
});

/** Runs `spanline slow`. */
export const slow = defineQuestion({
  name: 'slow',
  help: HELP,
  flags: { all: 'switch', limit: 'text' },
  async answer({ query, filter, flags, read }): Promise<Report> {
    const wanted = flags.all === true || isAboutSteps(filter) ? filter : allOf(filter, ROOTS);
    const { rows, total } = await slowest(query.spans(wanted, read), limitOf(flags.limit, USUAL_LIMIT));
    return {
      blocks: listBlocks({ what: 'spans', shown: rows.length, total, columns: columnsOf(rows) }),
      data: { total, spans: rows.map(toData) },
      isOk: total > 0,
    };
  },
});
