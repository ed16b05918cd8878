/** Values of the application as plain data, which JSON takes without loss and without an error. */
import { types } from 'node:util';
import { describeError, isErrorLike } from './errors.ts';
import { readField, UNREADABLE } from './read-field.ts';

const CIRCULAR = '[Circular]';
const OMITTED = '[…]';
const MAX_DEPTH = 100;
/** More values than a line of the largest limit can hold. */
const MAX_VALUES = 100_000;

class PlainCopy {
  readonly #ancestors: object[] = [];
  #values = MAX_VALUES;

  value(value: unknown, key: string): unknown {
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    if (this.#ancestors.includes(value)) return CIRCULAR;
    if (this.#ancestors.length >= MAX_DEPTH || --this.#values < 0) return OMITTED;
    this.#ancestors.push(value);
    try {
      return this.#object(value, key);
    } catch {
      return UNREADABLE;
    } finally {
      this.#ancestors.pop();
    }
  }

  #object(value: object, key: string): unknown {
    if (isErrorLike(value)) return this.#fields(describeError(value));
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') {
      const json: unknown = Reflect.apply(toJSON, value, [key]);
      if (json !== value) return this.value(json, key);
    }
    if (types.isBoxedPrimitive(value)) return this.value(value.valueOf(), key);
    if (types.isMap(value)) return this.#array([...value]);
    if (types.isSet(value)) return this.#array([...value]);
    return Array.isArray(value) ? this.#array(value) : this.#fields(value);
  }

  #array(values: readonly unknown[]): unknown[] {
    return Array.from(values, (entry, index) => this.value(entry, String(index)));
  }

  #fields(object: object): Record<string, unknown> {
    const copy = Object.create(null) as Record<string, unknown>;
    for (const key of Object.keys(object)) copy[key] = this.value(readField(object, key), key);
    return copy;
  }
}

/**
 * Copies a value as JSON has it, with its `toJSON` applied. Errors become objects with type, message, stack and their
 * own fields, at any depth. The place where a circle closes is `[Circular]`, what cannot be read `[unreadable]`, and a
 * big integer a string. Values that are no objects stay what they are.
 */
export function plainValue(value: unknown, key = ''): unknown {
  return typeof value === 'object' || typeof value === 'bigint' ? new PlainCopy().value(value, key) : value;
}
