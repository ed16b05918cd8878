import { type Difference, differences } from './differences.ts';
import type { Resource, StoredResource } from './resource.ts';

/** A step that makes a collection what it has to be. */
export type Change =
  | { readonly kind: 'create'; readonly resource: Resource }
  | {
      readonly kind: 'replace';
      readonly resource: Resource;
      readonly stored: StoredResource;
      readonly differences: readonly Difference[];
    }
  | { readonly kind: 'unchanged'; readonly resource: Resource; readonly stored: StoredResource }
  /** The object carries our label, and is not wanted any more. */
  | { readonly kind: 'remove'; readonly stored: StoredResource };

/** Compares what has to be with what is stored. Of two stored objects with one id, the second is removed. */
export function planChanges(wanted: readonly Resource[], stored: readonly StoredResource[]): Change[] {
  const known = new Map<string, StoredResource>();
  for (const object of stored) if (!known.has(object.id)) known.set(object.id, object);
  const kept = wanted.map((resource): Change => {
    const found = known.get(resource.id);
    if (found === undefined) return { kind: 'create', resource };
    const changed = differences(resource.compared ?? resource.body, found.body);
    return changed.length === 0
      ? { kind: 'unchanged', resource, stored: found }
      : { kind: 'replace', resource, stored: found, differences: changed };
  });
  const ids = new Set(wanted.map(({ id }) => id));
  const left = stored.filter((object) => !ids.has(object.id) || known.get(object.id) !== object);
  return [...kept, ...left.map((object): Change => ({ kind: 'remove', stored: object }))];
}
