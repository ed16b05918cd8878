/** Reading the host's objects, which may be anything: proxies, getters that throw. Nothing here throws. */
import { isObject, text } from '@spanline/record';

/** Reads a property. Returns `undefined` if there is none or its getter throws. */
export function readProperty(value: unknown, key: string | number): unknown {
  if (!isObject(value)) return undefined;
  try {
    return (value as Readonly<Record<string | number, unknown>>)[key];
  } catch {
    return undefined;
  }
}

/** Reads a property that is a non-empty string. */
export function readText(value: unknown, key: string): string | undefined {
  return text(readProperty(value, key));
}

/** More keys of one object are not read. */
const MAX_FIELDS = 320;

/**
 * Calls `each` with the enumerable fields of an object, at most 320. A field whose getter throws is `undefined`.
 *
 * @returns false if there are more, or if the object cannot be read
 */
export function eachField(object: unknown, each: (key: string, value: unknown) => void): boolean {
  if (!isObject(object)) return object === undefined || object === null;
  let fields = 0;
  try {
    for (const key in object) {
      if (fields++ === MAX_FIELDS) return false;
      each(key, readProperty(object, key));
    }
    return true;
  } catch {
    return false;
  }
}

/** Copies the fields of an object, at most 320, without those whose getters throw. */
export function readFields(object: unknown): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  eachField(object, (key, value) => {
    fields[key] = value;
  });
  return fields;
}
