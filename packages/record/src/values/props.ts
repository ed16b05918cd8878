/** Properties of a value whose type is another library's business. */
export type Bag = Record<string, unknown>;

/** Something with properties; functions have some too. */
export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** The value's properties; none of what has none. */
export function bag(value: unknown): Bag {
  return isObject(value) ? (value as Bag) : {};
}

/** The entries of a list; none of what is no list. */
export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A string that says something. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A finite number. */
export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
