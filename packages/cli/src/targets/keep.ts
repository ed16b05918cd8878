/** Prints what has to change in a target, and changes it. */
import {
  type Change,
  type Collection,
  type Difference,
  applyChanges,
  planFor,
  type Resource,
} from '@spanline/dashboards';
import type { CommandIo } from '../command.ts';
import { lineText } from '../report/index.ts';

const MARKS = { create: '+', replace: '~', unchanged: '=', remove: '-' } as const;
const MAX_SHOWN = 100;
const MAX_DIFFERENCES = 20;

const titleOf = (change: Change): string => ('resource' in change ? change.resource.title : change.stored.title);

const shown = (value: unknown): string =>
  value === undefined ? 'nothing' : lineText(JSON.stringify(value)).slice(0, MAX_SHOWN);

const differenceText = ({ path, wanted, stored }: Difference): string =>
  `    ${lineText(path)}: ${shown(stored)} → ${shown(wanted)}\n`;

function changeText(change: Change): string {
  return `${MARKS[change.kind]} ${change.kind} ${lineText(titleOf(change))}`;
}

/** Prints the changes that a collection needs, with their differences. @returns how many there are */
export async function showPlan(
  collection: Collection,
  wanted: readonly Resource[],
  { stdout }: CommandIo,
): Promise<number> {
  const changes = await planFor(collection, wanted);
  for (const change of changes) {
    stdout.write(`${changeText(change)}\n`);
    if (change.kind !== 'replace') continue;
    const { differences } = change;
    for (const difference of differences.slice(0, MAX_DIFFERENCES)) stdout.write(differenceText(difference));
    if (differences.length > MAX_DIFFERENCES) stdout.write(`    … ${differences.length - MAX_DIFFERENCES} more\n`);
  }
  return changes.filter(({ kind }) => kind !== 'unchanged').length;
}

/** Makes the changes that a collection needs, and prints each with the address of its page. */
export async function applyAll(
  collection: Collection,
  wanted: readonly Resource[],
  { stdout }: CommandIo,
): Promise<void> {
  for await (const { change, link } of applyChanges(collection, await planFor(collection, wanted))) {
    stdout.write(`${changeText(change)}${link === undefined ? '' : `  ${lineText(link)}`}\n`);
  }
}
