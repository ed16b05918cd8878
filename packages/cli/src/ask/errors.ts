/** `spanline errors`: errors, grouped by their fingerprints. */

import { allOf, type ErrorGroup, errorGroups, parseFilter } from '@spanline/query';
import { cell, type FilledColumn, type Report } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';
import { limitOf } from './limit.ts';
import { listBlocks } from './list-blocks.ts';

const HELP = `spanline errors [source] [filter]

Errors of the spans that pass the filter, grouped by class, path of the step, and message without ids, numbers and
quoted texts. An error counts where it arose. The trace is the newest example: spanline show <trace>.

  --limit n       at most n groups (20)
`;

const USUAL_LIMIT = 20;

/** The last steps of a path say where it was; the first ones are those of the request. */
const stepOf = (path: string): string => path.split(' > ').slice(-1).join('');

function columnsOf(groups: readonly ErrorGroup[]): FilledColumn[] {
  return [
    { head: 'count', align: 'right', cells: groups.map(({ count }) => cell.errors(count)) },
    { head: 'error', isFlexible: true, cells: groups.map(({ type }) => type) },
    { head: 'step', isFlexible: true, cells: groups.map(({ path }) => stepOf(path)) },
    { head: 'message', isFlexible: true, least: 30, drop: 1, cells: groups.map(({ message }) => message) },
    { head: 'users', align: 'right', drop: 5, cells: groups.map(({ users }) => cell.some(users)) },
    { head: 'first (UTC)', drop: 4, cells: groups.map(({ firstMs }) => cell.time(firstMs)) },
    { head: 'last (UTC)', drop: 3, cells: groups.map(({ lastMs }) => cell.time(lastMs)) },
    { head: 'trace', cells: groups.map(({ example }) => cell.id(example.traceId)) },
    { head: 'group', drop: 6, cells: groups.map(({ fingerprint }) => fingerprint) },
  ];
}

/** Runs `spanline errors`. */
export const errors = defineQuestion({
  name: 'errors',
  help: HELP,
  flags: { limit: 'text' },
  async answer({ query, filter, flags, read }): Promise<Report> {
    const { groups, count, ungrouped } = await errorGroups(
      query.records(allOf(filter, parseFilter('status:error')), read),
    );
    const shown = groups.slice(0, limitOf(flags.limit, USUAL_LIMIT));
    const columns = columnsOf(shown);
    return {
      blocks: listBlocks({ what: 'errors', rows: 'groups', shown: shown.length, total: groups.length, columns }),
      data: { count, ungrouped, total: groups.length, groups: shown },
      isOk: groups.length > 0,
    };
  },
});
