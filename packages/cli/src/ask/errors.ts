/** `spanline errors`: errors, grouped by their fingerprints. */

import {
  type ErrorGroup,
  type ErrorGroups,
  errorGroups,
  findTrace,
  parseFilter,
  type Query,
  type ReadOptions,
  type ReadRecord,
} from '@spanline/query';
import { fail } from '../fail.ts';
import { cell, type FilledColumn, type Report } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';
import { limitOf } from './limit.ts';
import { listBlocks } from './list-blocks.ts';

const HELP = `spanline errors [source] [filter]

Errors of the spans that pass the filter, grouped by class, path of the step, and message without ids, numbers and
quoted texts. An error counts where it arose. The trace is the newest example: spanline show <trace>.

  --like id       only groups like the errors in the traces of this id, or the group of this fingerprint
  --limit n       at most n groups (20)
`;

const USUAL_LIMIT = 20;
const FAILED = parseFilter('status:error');

/** The last steps of a path say where it was; the first ones are those of the request. */
const stepOf = (path: string): string => path.split(' > ').slice(-1).join('');

function columnsOf(groups: readonly ErrorGroup[]): FilledColumn[] {
  return [
    { head: 'count', align: 'right', cells: groups.map(({ count }) => cell.errors(count)) },
    { head: 'error', isFlexible: true, least: 14, cells: groups.map(({ type }) => type) },
    { head: 'step', isFlexible: true, least: 20, cells: groups.map(({ path }) => stepOf(path)) },
    { head: 'message', isFlexible: true, least: 20, drop: 1, cells: groups.map(({ message }) => message) },
    { head: 'users', align: 'right', drop: 5, cells: groups.map(({ users }) => cell.some(users)) },
    { head: 'first (UTC)', drop: 4, cells: groups.map(({ firstMs }) => cell.time(firstMs)) },
    { head: 'last (UTC)', drop: 3, cells: groups.map(({ lastMs }) => cell.time(lastMs)) },
    { head: 'trace', cells: groups.map(({ example }) => cell.id(example.traceId)) },
    { head: 'group', drop: 6, cells: groups.map(({ fingerprint }) => fingerprint) },
  ];
}

async function* ofTraces(records: AsyncIterable<ReadRecord>, ids: ReadonlySet<string>): AsyncGenerator<ReadRecord> {
  for await (const read of records) if (ids.has(read.record.trace_id ?? '')) yield read;
}

/** The groups that errors of an id belong to. */
async function groupsLike(
  { groups }: ErrorGroups,
  query: Query,
  like: string,
  read: ReadOptions,
): Promise<Pick<ErrorGroups, 'groups' | 'count'>> {
  const isOwn = ({ fingerprint }: ErrorGroup): boolean => fingerprint === like;
  const wanted = new Set(groups.filter(isOwn).map(({ fingerprint }) => fingerprint));
  if (wanted.size === 0) {
    const found = await findTrace(query, like, read);
    if (!('trace' in found)) fail('--like', 'the id of a trace, request, span, session, user or group of the log');
    const own = ofTraces(query.records(FAILED, read), new Set(found.trace.traceIds));
    for (const { fingerprint } of (await errorGroups(own)).groups) wanted.add(fingerprint);
  }
  const kept = groups.filter(({ fingerprint }) => wanted.has(fingerprint));
  return { groups: kept, count: kept.reduce((sum, group) => sum + group.count, 0) };
}

/** Runs `spanline errors`. */
export const errors = defineQuestion({
  name: 'errors',
  help: HELP,
  flags: { limit: 'text', like: 'text' },
  async answer({ query, filter, flags, read }): Promise<Report> {
    const all = await query.errors(filter, read);
    const { ungrouped } = all;
    const { groups, count } = flags.like === undefined ? all : await groupsLike(all, query, flags.like, read);
    const shown = groups.slice(0, limitOf(flags.limit, USUAL_LIMIT));
    const columns = columnsOf(shown);
    return {
      blocks: listBlocks({ what: 'errors', rows: 'groups', shown: shown.length, total: groups.length, columns }),
      data: { count, ungrouped, total: groups.length, groups: shown },
      isOk: groups.length > 0,
    };
  },
});
