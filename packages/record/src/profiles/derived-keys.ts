const DERIVED: ReadonlySet<string> = new Set([
  'ecs.version',
  'transaction.id',
  'client.ip',
  'ddsource',
  'ddtags',
  'duration',
]);

/**
 * True for a field that a profile adds to our own records, with a value that the record has under another key. On any
 * other line such a field is the line's own.
 */
export function isDerivedKey(key: string): boolean {
  return DERIVED.has(key);
}
