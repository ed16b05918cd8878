/** Properties of another library's value. */
export type Props = Record<string, unknown>;

/** True for a value with properties, functions included. */
export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** True for an object that is no array. */
export function isProps(value: unknown): value is Props {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for an object of no class: a literal, or one without a prototype. */
export function isPlainObject(value: unknown): value is Props {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The value's properties. An empty object if it has none. */
export function props(value: unknown): Props {
  return isObject(value) ? (value as Props) : {};
}

/** True for an object with a property. Looking for a key that an empty object does not have costs more than this. */
export function hasKeys(object: object): boolean {
  for (const _ in object) return true;
  return false;
}

/** The entries of a list. An empty list if it is not one. */
export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A non-empty string. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A finite number. */
export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
