import { type Change, planChanges } from './plan.ts';
import type { Collection, Resource } from './resource.ts';

/** A change that was made, and the address of the object's page. */
export interface AppliedChange {
  readonly change: Change;
  readonly link?: string;
}

/** Compares a collection with what it has to be. It changes nothing. @throws ApplyError */
export async function planFor(collection: Collection, wanted: readonly Resource[]): Promise<Change[]> {
  return planChanges(wanted, await collection.find());
}

/** Makes a change. @returns the address of the object, unless it is gone */
async function make(collection: Collection, change: Change): Promise<string | undefined> {
  if (change.kind === 'create') return collection.create(change.resource);
  if (change.kind === 'replace') await collection.replace(change.stored, change.resource);
  if (change.kind === 'remove') await collection.remove(change.stored);
  return change.kind === 'remove' ? undefined : change.stored.address;
}

/** Makes changes, one after the other, in their order. @throws ApplyError at the first that is refused */
export async function* applyChanges(
  collection: Collection,
  changes: readonly Change[],
): AsyncGenerator<AppliedChange, void, undefined> {
  for (const change of changes) {
    const address = await make(collection, change);
    const link = address === undefined ? undefined : collection.linkTo?.(address);
    yield { change, ...(link === undefined ? {} : { link }) };
  }
}
