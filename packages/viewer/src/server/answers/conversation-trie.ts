/**
 * The lists of messages of a trace, as a trie: a list that continues another one shares its place. A place stands for
 * the list that leads to it, so that a history of a thousand messages is one number for each call.
 */

/** A list of messages, by its last one. */
export interface Place {
  readonly key: string;
  readonly before: Place | undefined;
  /** Messages of the list. */
  readonly length: number;
  readonly next: Map<string, Place>;
  /** When a step last had this list, and no more, as its input, or as its input and output. 0: never. */
  wholeAt: number;
}

const place = (key: string, before: Place | undefined): Place => ({
  key,
  before,
  length: before === undefined ? 0 : before.length + 1,
  next: new Map(),
  wholeAt: 0,
});

/** The list without messages. */
export const emptyList = (): Place => place('', undefined);

/** The list with one more message. */
export function continued(list: Place, key: string): { readonly list: Place; readonly isNew: boolean } {
  const known = list.next.get(key);
  if (known !== undefined) return { list: known, isNew: false };
  const added = place(key, list);
  list.next.set(key, added);
  return { list: added, isNew: true };
}

/** The first messages of a list. `undefined` if it has fewer. */
export function firstOf(list: Place, length: number): Place | undefined {
  if (list.length < length) return undefined;
  let found: Place | undefined = list;
  while (found !== undefined && found.length > length) found = found.before;
  return found;
}

/** Messages of a list by their keys, from one to another. */
export function keysOf(list: Place, from: number, to: number): string[] {
  const keys: string[] = [];
  for (let at = firstOf(list, to + 1); at !== undefined && at.length > from; at = at.before) keys.push(at.key);
  return keys.toReversed();
}
