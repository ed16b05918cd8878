/** Replaces `then` on one promise or thenable. */
import { types } from 'node:util';
import { sharedState } from '../context/index.ts';

/** A `then`, of any kind of thenable. */
export type Then = (resolve: unknown, reject: unknown) => unknown;

/** Keeps the method on the promise. Shared by every copy of this package. */
const THEN: unique symbol = Symbol.for('spanline.replaced-then');

/** A promise that has this `then` in place of that of its class. */
interface Replaced {
  [THEN]: Then;
}

/** By the prototypes of the promises: one for each class, for every copy of this package. */
const prototypes = sharedState('core.then', () => new WeakMap<object, object>());

function createPrototype(given: object): object {
  function then(this: Replaced, resolve: unknown, reject: unknown): unknown {
    return this[THEN](resolve, reject);
  }
  const prototype = Object.create(given, {
    then: { value: then, configurable: true, writable: true },
  }) as object;
  prototypes.set(given, prototype);
  prototypes.set(prototype, prototype);
  return prototype;
}

const define = (target: object, key: PropertyKey, value: Then): boolean =>
  Reflect.defineProperty(target, key, { value, configurable: true, writable: true });

/**
 * Replaces `then` on one promise or thenable. It keeps its identity and class.
 *
 * A promise gets the method from a prototype of its own, never as its property: from the first promise that has one on,
 * V8 looks for a `then` whenever a promise is resolved with another one, in the whole process.
 *
 * @param create - makes the new method out of the one before
 * @returns false if the object is frozen
 */
export function replaceThen(thenable: object, create: (then: Then) => Then): boolean {
  const { then: before, [THEN]: replaced } = thenable as { then: Then } & Partial<Replaced>;
  const then = create((resolve, reject) => Reflect.apply(replaced ?? before, thenable, [resolve, reject]));
  if (!types.isPromise(thenable) || Object.hasOwn(thenable, 'then')) return define(thenable, 'then', then);
  if (!define(thenable, THEN, then)) return false;
  const given = Object.getPrototypeOf(thenable) as object;
  return Reflect.setPrototypeOf(thenable, prototypes.get(given) ?? createPrototype(given));
}
