/** Values in the types that their keys have. Instrumentations write numbers, switches and lists as texts. */
import { attributeRow, list } from '@spanline/record';
import { hostIn } from './address.ts';
import { fromJson } from './messages.ts';

function fromText(key: string, value: string): unknown {
  switch (attributeRow(key)?.kind) {
    case 'int':
    case 'double': {
      const number = Number(value);
      return value.trim() === '' || !Number.isFinite(number) ? undefined : number;
    }
    case 'boolean': {
      const word = value.toLowerCase();
      return word === 'true' || word === 'false' ? word === 'true' : undefined;
    }
    case 'strings': {
      const read = fromJson(value);
      return Array.isArray(read) ? read : value;
    }
    default:
      return key === 'server.address' ? hostIn(value) : value;
  }
}

/**
 * The value of a fact. `undefined` for a value that its key cannot have.
 *
 * @param value - anything but an empty text
 */
export function factFrom(key: string, value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return fromText(key, value);
    case 'number':
      return Number.isNaN(value) ? undefined : value;
    case 'boolean':
    case 'bigint':
      return value;
    default:
      return Array.isArray(value) && attributeRow(key)?.kind === 'strings' ? value : undefined;
  }
}

/** True for a number of tokens, also for one that is a text. */
export function isCount(value: unknown): boolean {
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof count === 'number' && count >= 0;
}

/** The entries of a list, which may be JSON. Another value is one entry. */
export function listIn(value: unknown): readonly unknown[] {
  const read = fromJson(value);
  return Array.isArray(read) ? read : [read];
}

/** The length of a vector, or of the first one in a list of vectors. Each may be JSON. 0 for another value. */
export function vectorLength(value: unknown): number {
  const vectors = list(fromJson(value));
  const [first] = vectors;
  return (Array.isArray(first) ? first : typeof first === 'string' ? list(fromJson(first)) : vectors).length;
}
