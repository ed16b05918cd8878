/** Replaces a method or an accessor where it is defined. */

import { findProperty, isReplacement, type Patch, replacementOf, replaceProperty } from './replacement.ts';

/** Any method. */
export type Method = (this: object, ...args: unknown[]) => unknown;

/**
 * The object that gets the new method:
 *
 * - `owner`: the class that defines the method, or the object if it is an own property. A method that is replaced
 *   already is left alone.
 * - `object`: the object itself, on top of any other patch.
 */
export type PatchPlace = 'owner' | 'object';

/**
 * Replaces a method in place, so that the object keeps its class, its private fields and its identity.
 *
 * @param wrap - makes the new method from the original one
 * @param place - @defaultValue `owner`
 * @returns `undefined` if there is no such method, or it cannot be replaced
 */
export function patchMethod(
  target: object,
  name: string,
  wrap: (original: Method) => Method,
  place: PatchPlace = 'owner',
): Patch | undefined {
  const found = findProperty(target, name);
  const original: unknown = found?.descriptor.value;
  if (found === undefined || typeof original !== 'function') return undefined;
  if (place === 'owner' && isReplacement(original)) return undefined;
  const owner = place === 'object' ? target : found.owner;
  const attributes =
    owner === found.owner ? found.descriptor : { configurable: true, enumerable: false, writable: true };
  return replaceProperty(owner, name, (isOn) => ({
    ...attributes,
    value: replacementOf(original as Method, wrap(original as Method), isOn),
  }));
}

/** Makes the functions of the new accessor. An accessor without a setter gets none. */
export interface AccessorWrap {
  get(original: () => unknown): () => unknown;
  set(original: (value: unknown) => void): (value: unknown) => void;
}

/**
 * Replaces an accessor where it is defined. One that is replaced already is left alone.
 *
 * @returns `undefined` if there is no such accessor, or it cannot be replaced
 */
export function patchAccessor(target: object, name: string, wrap: AccessorWrap): Patch | undefined {
  const found = findProperty(target, name);
  if (found === undefined) return undefined;
  const { get, set } = found.descriptor;
  if (get === undefined || isReplacement(get)) return undefined;
  return replaceProperty(found.owner, name, (isOn) => ({
    ...found.descriptor,
    get: replacementOf(get, wrap.get(get), isOn),
    ...(set === undefined ? {} : { set: replacementOf(set, wrap.set(set), isOn) }),
  }));
}
