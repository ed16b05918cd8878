/** In place of a value that cannot be read: a getter or a proxy threw. */
export const UNREADABLE = '[unreadable]';

/** A field of an object; a note if it cannot be read. */
export function readField(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch {
    return UNREADABLE;
  }
}
