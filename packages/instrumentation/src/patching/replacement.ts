/** Replaces one property of an object in place, with an undo. */

import { sharedState } from '@spanline/core/internal';

/** A method or accessor that was replaced. */
export interface Patch {
  /** The object that has the replacement. */
  readonly owner: object;
  /**
   * Restores the original. If another library has patched on top, its patch stays, and ours passes every call on to the
   * original.
   */
  undo(): void;
}

type AnyFunction = (this: object, ...args: never[]) => unknown;

/** Functions that took the place of another one, of every installed copy of our packages. */
const replacements = sharedState('patched-functions', () => new WeakSet<object>());

/** True for a function that one of our patches put in place of another. */
export function isReplacement(value: object): boolean {
  return replacements.has(value);
}

/** A property in a prototype chain. */
export interface FoundProperty {
  readonly owner: object;
  readonly descriptor: PropertyDescriptor;
}

/**
 * Finds the object that defines a property: `target` itself or one of its prototypes. `Object.prototype` does not
 * count.
 */
export function findProperty(target: object, name: string): FoundProperty | undefined {
  for (let owner: object | null = target; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    if (descriptor !== undefined) return owner === Object.prototype ? undefined : { owner, descriptor };
  }
  return undefined;
}

/**
 * Makes a function that calls `wrapped`, or `original` after the undo. Its `name`, `length` and other properties (a
 * mock's calls) are those of `original`.
 */
export function replacementOf<F extends AnyFunction>(original: F, wrapped: F, isOn: () => boolean): F {
  function replacement(this: object, ...args: never[]): unknown {
    return Reflect.apply(isOn() ? wrapped : original, this, args);
  }
  Object.setPrototypeOf(replacement, original);
  Object.defineProperty(replacement, 'name', { value: original.name, configurable: true });
  Object.defineProperty(replacement, 'length', { value: original.length, configurable: true });
  replacements.add(replacement);
  return replacement as F;
}

/**
 * Defines `after(isOn)` on `owner`.
 *
 * @returns `undefined` if the property cannot be replaced
 */
export function replaceProperty(
  owner: object,
  name: string,
  after: (isOn: () => boolean) => PropertyDescriptor,
): Patch | undefined {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  if (before !== undefined && before.configurable !== true && before.writable !== true) return undefined;
  let isOn = true;
  const ours = after(() => isOn);
  if (!Reflect.defineProperty(owner, name, ours)) return undefined;
  return {
    owner,
    undo(): void {
      isOn = false;
      const now = Object.getOwnPropertyDescriptor(owner, name);
      if (now?.value !== ours.value || now?.get !== ours.get) return;
      if (before === undefined) Reflect.deleteProperty(owner, name);
      else Reflect.defineProperty(owner, name, before);
    },
  };
}
