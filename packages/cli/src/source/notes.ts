/** Notes beside an answer: lines that were no records, and files that were not read. */

import { printable } from '@spanline/pretty/internal';
import type { BadLineReason, Query } from '@spanline/query';

const MAX_PATH = 300;
const MAX_FILES = 5;

const REASONS: Readonly<Record<BadLineReason, string>> = {
  text: 'no JSON',
  json: 'broken JSON',
  torn: 'without their end',
  long: 'over 64 MiB',
  gone: 'gone from the file',
};

const path = (name: string): string => printable(name, MAX_PATH);

function badLineNote(query: Query): string[] {
  const { count, reasons, examples } = query.badLines();
  if (count === 0) return [];
  const parts = Object.entries(reasons).map(([reason, number]) => `${number} ${REASONS[reason as BadLineReason]}`);
  const [first] = examples;
  const where = first === undefined ? '' : `; the first in ${path(first.file)} at byte ${first.offset}`;
  return [`note: ${count} ${count === 1 ? 'line was' : 'lines were'} left out (${parts.join(', ')})${where}\n`];
}

function unreadNotes(query: Query): string[] {
  const unread = [...query.unreadFiles()];
  const shown = unread
    .slice(0, MAX_FILES)
    .map(([file, reason]) => `warn: not all of ${path(file)} was read: ${reason}\n`);
  return unread.length > MAX_FILES
    ? [...shown, `warn: ${unread.length - MAX_FILES} more files were not read whole\n`]
    : shown;
}

/** Sentences about what was not read, each with its line feed. */
export function notesOf(query: Query): string {
  return [...unreadNotes(query), ...badLineNote(query)].join('');
}
