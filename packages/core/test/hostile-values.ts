/** Values that nobody should hand over, and that somebody will. */
import { runs } from '../../../test/support/effort.ts';

function circular(): object {
  const value: Record<string, unknown> = { a: 1 };
  value.self = value;
  return value;
}

function deep(levels: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < levels; level++) value = { level: value };
  return value;
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function refuse(): never {
  throw new Error('refused');
}

/** Throws however it is read. */
const REFUSING = new Proxy(
  {},
  { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse, getOwnPropertyDescriptor: refuse },
);

class Refusing {
  readonly fine = 'fine';
  get broken(): never {
    return refuse();
  }
  toJSON(): never {
    return refuse();
  }
  toString(): never {
    return refuse();
  }
  [Symbol.toPrimitive](): never {
    return refuse();
  }
}

/** An object whose every field is an accessor that throws, under the names that entry points read. */
const THROWING_FIELDS = Object.defineProperties(
  {},
  Object.fromEntries(
    ['name', 'type', 'traceId', 'spanId', 'message', 'stack', 'status', 'sessionId', 'labels', 'then', 'length'].map(
      (key) => [key, { get: refuse, enumerable: true }],
    ),
  ),
);

/** Sizes are those of the names below in long runs, and a tenth of them otherwise. */
const SHARE = runs(10, 1);

const all = Array.from({ length: 100_000 }, (_, index) => `element ${index}`);
const many = all.slice(0, all.length / SHARE);

const MANY_KEYS = Object.fromEntries(all.map((key) => [key, key]));

/** Hostile values by name. */
export const HOSTILE: readonly (readonly [name: string, value: unknown])[] = [
  ['a number', 42],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['the largest number', Number.MAX_VALUE],
  ['a bigint', 12n],
  // Its text takes time by the square of its digits.
  ['a bigint of a million digits', 2n ** BigInt(3_000_000 / SHARE ** 2)],
  ['a symbol', Symbol('s')],
  ['a function', function named() {}],
  ['null', null],
  ['true', true],
  ['an empty text', ''],
  ['a date', new Date(0)],
  ['an invalid date', new Date(Number.NaN)],
  ['a revoked proxy', revoked({})],
  ['a revoked list', revoked([])],
  ['a proxy that refuses', REFUSING],
  ['an object that cannot be text', new Refusing()],
  ['fields that throw', THROWING_FIELDS],
  ['a circular object', circular()],
  ['10,000 levels', deep(10_000)],
  ['a list of 100,000', many],
  ['20,000 keys', Object.fromEntries(all.slice(0, 20_000 / SHARE).map((key) => [key, key]))],
  ['10 MB of text', 'x'.repeat(10_000_000 / SHARE)],
  ['10 MB of surrogate pairs', '😀'.repeat(2_500_000 / SHARE)],
  ['lone surrogates', 'a\uD800b\uDC00'],
  ['control characters', '\u0000\u001b[31m\r\n\u2028'.repeat(2000)],
  ['__proto__ as a key', JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')],
  ['an object without a prototype', Object.assign(Object.create(null) as object, { sessionId: 's', name: 'n' })],
  ['a buffer', Buffer.alloc(100_000, 7)],
  ['a typed array', new Float32Array(5000)],
  ['symbols and functions', { [Symbol('s')]: Symbol('v'), fn: () => 1 }],
  ['a map', new Map<unknown, unknown>([[{ k: 1 }, new Set([1, 2n])]])],
  ['a set', new Set(all.slice(0, 20_000 / SHARE))],
  ['a promise', Promise.resolve(1)],
  ['an error with a hostile cause', Object.assign(new Error('x'), { cause: circular(), name: Symbol('name') })],
  ['a list of hostile values', [Symbol('s'), revoked({}), 1n, null, undefined, new Refusing(), many, 'text']],
  ['a sparse list', Object.assign(new Array<unknown>(1_000_000 / SHARE), { [1_000_000 / SHARE - 1]: 'last' })],
];

/** A list or an object of 100,000 entries that counts how often it is read. */
export function counted(isList: boolean): { value: unknown; reads(): number } {
  let reads = 0;
  const count =
    <Args extends unknown[], Result>(trap: (...args: Args) => Result) =>
    (...args: Args): Result => {
      reads++;
      return trap(...args);
    };
  // Whoever lists keys gets all of them: `ownKeys` counts once.
  const handler = { get: count(Reflect.get), has: count(Reflect.has), ownKeys: count(Reflect.ownKeys) };
  return { value: new Proxy<object>(isList ? all : MANY_KEYS, handler), reads: () => reads };
}
