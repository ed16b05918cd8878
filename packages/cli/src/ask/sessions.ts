/** `spanline sessions`: what users did, session by session. */

import type { Session } from '@spanline/query';
import { type Block, cell, type FilledColumn, type Report } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';
import { limitOf } from './limit.ts';
import { listBlocks } from './list-blocks.ts';

const HELP = `spanline sessions [source] [filter]

Sessions with a span that passes the filter, the newest first: spanline show <session>. Figures count all spans of the
traces that pass.

  --limit n       at most n sessions (50)
`;

const USUAL_LIMIT = 50;

function columnsOf(sessions: readonly Session[]): FilledColumn[] {
  return [
    { head: 'session', isFlexible: true, cells: sessions.map(({ sessionId }) => sessionId) },
    { head: 'user', drop: 5, isFlexible: true, cells: sessions.map(({ userId }) => userId ?? '') },
    { head: 'start (UTC)', drop: 3, cells: sessions.map(({ startMs }) => cell.time(startMs)) },
    {
      head: 'lasted',
      align: 'right',
      drop: 2,
      cells: sessions.map(({ startMs, endMs }) =>
        startMs === undefined || endMs === undefined ? '' : cell.duration(endMs - startMs),
      ),
    },
    { head: 'traces', align: 'right', cells: sessions.map(({ traces }) => cell.count(traces)) },
    { head: 'failed', align: 'right', cells: sessions.map(({ failed }) => cell.errors(failed)) },
    {
      head: 'slowest',
      align: 'right',
      drop: 4,
      cells: sessions.map(({ slowest }) => cell.duration(slowest?.durationMs)),
    },
    {
      head: 'tokens',
      align: 'right',
      drop: 1,
      cells: sessions.map(({ inputTokens, outputTokens }) => cell.some(inputTokens + outputTokens)),
    },
    {
      head: 'cost',
      align: 'right',
      cells: sessions.map(({ costUsd, unknownCosts }) => cell.costAtLeast(costUsd, unknownCosts)),
    },
  ];
}

function notes(without: number, leftOut: number): Block[] {
  const texts = [
    ...(without > 0 ? [`${without} ${without === 1 ? 'trace has' : 'traces have'} no session.`] : []),
    ...(leftOut > 0 ? [`${cell.amount(leftOut, 'trace')} of further sessions left out.`] : []),
  ];
  return texts.length === 0 ? [] : [{ kind: 'text', text: texts.join(' '), tone: 'dim' }];
}

/** Runs `spanline sessions`. */
export const sessions = defineQuestion({
  name: 'sessions',
  help: HELP,
  flags: { limit: 'text' },
  async answer({ query, filter, flags, read }): Promise<Report> {
    const found = await query.sessions(filter, read);
    const total = found.sessions.length;
    const shown = found.sessions.slice(0, limitOf(flags.limit, USUAL_LIMIT));
    return {
      blocks: [
        ...listBlocks({ what: 'sessions', shown: shown.length, total, columns: columnsOf(shown) }),
        ...notes(found.tracesWithout, found.tracesLeftOut),
      ],
      data: { total, tracesWithout: found.tracesWithout, tracesLeftOut: found.tracesLeftOut, sessions: shown },
      isOk: total > 0,
    };
  },
});
