/** Values of the application as plain data, which JSON takes without loss and without an error. */
import { types } from 'node:util';
import { causeOf } from '../trace/index.ts';
import { describeError, isErrorLike, ownTexts } from './errors.ts';
import { readField, UNREADABLE } from './read-field.ts';

const CIRCULAR = '[Circular]';
const OMITTED = '[…]';
const MAX_DEPTH = 100;
/** More values than a line of the largest limit can hold. */
const MAX_VALUES = 100_000;

/** Copies of errors, with their texts: those of the line, which have those of the causes, and without these. */
export type ErrorCopies = Map<object, { readonly joined: Fields; readonly own: Fields }>;

type Fields = Record<string, unknown>;

class PlainCopy {
  readonly #ancestors: object[] = [];
  readonly #copies: ErrorCopies | undefined;
  #values = MAX_VALUES;

  constructor(copies: ErrorCopies | undefined) {
    this.#copies = copies;
  }

  value(value: unknown, key: string): unknown {
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    if (this.#ancestors.includes(value)) return CIRCULAR;
    if (this.#ancestors.length >= MAX_DEPTH) return OMITTED;
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
    if (isErrorLike(value)) return this.#error(value);
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

  #error(error: Error): Fields {
    const copy = this.#fields(describeError(error));
    if (this.#copies === undefined) return copy;
    const { message, stack, cause: causes } = copy;
    this.#copies.set(copy, { joined: { message, stack, cause: causes }, own: { ...ownTexts(error) } });
    const cause = causeOf(error);
    if (cause !== undefined && cause !== null) copy['cause'] = this.value(cause, 'cause');
    if (copy['aggregateErrors'] !== undefined) copy['errors'] = copy['aggregateErrors'];
    return copy;
  }

  /** How many of `count` values there is room for. */
  #take(count: number): number {
    const taken = Math.min(count, Math.max(0, this.#values));
    this.#values -= taken;
    return taken;
  }

  #array(values: readonly unknown[]): unknown[] {
    const length = this.#take(values.length);
    const copy = Array.from({ length }, (_, index) => this.value(values[index], String(index)));
    if (length < values.length) copy.push(`…[+${values.length - length} elements]`);
    return copy;
  }

  #fields(object: object): Fields {
    const copy = Object.create(null) as Fields;
    const keys = Object.keys(object);
    const left = keys.splice(this.#take(keys.length)).length;
    for (const key of keys) copy[key] = this.value(readField(object, key), key);
    if (left > 0) copy['…'] = `[+${left} keys]`;
    return copy;
  }
}

/**
 * Copies a value as JSON has it, with its `toJSON` applied. Errors become objects with type, message, stack and their
 * own fields, at any depth. The place where a circle closes is `[Circular]`, what cannot be read `[unreadable]`, and a
 * big integer a string. Values that are no objects stay what they are.
 *
 * @param copies - gets the copies of errors, whose causes are then copied as objects, too
 */
export function plainValue(value: unknown, key = '', copies?: ErrorCopies): unknown {
  return typeof value === 'object' || typeof value === 'bigint' ? new PlainCopy(copies).value(value, key) : value;
}
