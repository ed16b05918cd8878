/** Prints what has to change in a target, and changes it. */
import {
  type Change,
  type Collection,
  type Difference,
  applyChanges,
  planChanges,
  planFor,
  type Resource,
  type StoredResource,
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

/** Prints changes with their differences. @returns how many there are */
function showChanges(changes: readonly Change[], { stdout }: CommandIo): number {
  for (const change of changes) {
    stdout.write(`${changeText(change)}\n`);
    if (change.kind !== 'replace') continue;
    const { differences } = change;
    for (const difference of differences.slice(0, MAX_DIFFERENCES)) stdout.write(differenceText(difference));
    if (differences.length > MAX_DIFFERENCES) stdout.write(`    … ${differences.length - MAX_DIFFERENCES} more\n`);
  }
  return changes.filter(({ kind }) => kind !== 'unchanged').length;
}

/** Prints how an object differs from what it has to be. Without a stored one, it would be created. */
export function showComparison(wanted: Resource, stored: StoredResource | undefined, io: CommandIo): void {
  showChanges(planChanges([wanted], stored === undefined ? [] : [stored]), io);
}

/** Prints the changes that a collection needs, with their differences. @returns how many there are */
export async function showPlan(collection: Collection, wanted: readonly Resource[], io: CommandIo): Promise<number> {
  return showChanges(await planFor(collection, wanted), io);
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
