/**
 * The label of an object: who keeps it, and which one it is. A set is the objects of one run of the command. Sets do
 * not touch each other.
 */

const LABEL = /\[spanline:([\w-]+)\/([\w-]+)\]/;

/** The label, for a place that holds free text, such as a description. */
export function labelOf(set: string, id: string): string {
  return `[spanline:${set}/${id}]`;
}

/** The id in a text with a label of the set; `undefined` without one. */
export function labelledId(text: unknown, set: string): string | undefined {
  const found = typeof text === 'string' ? LABEL.exec(text) : null;
  return found?.[1] === set ? found[2] : undefined;
}
