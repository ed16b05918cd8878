import { sharedState } from '@spanline/instrumentation';

/** Any method. */
export type Method = (this: object, ...args: unknown[]) => unknown;

/** Replace a method on the object itself, or on the class that defines it. */
export type PatchTarget = 'object' | 'class';

const ours = sharedState('langchain.replaced-methods', () => new WeakSet<object>());

function definedOn(target: object, name: string): object | undefined {
  for (let object: object | null = target; object !== null; object = Object.getPrototypeOf(object) as object | null) {
    if (Object.hasOwn(object, name)) return object === Object.prototype ? undefined : object;
  }
  return undefined;
}

/** True if the object or its class has the method. */
export function hasMethod(target: object, name: string): boolean {
  return typeof (target as Record<string, unknown>)[name] === 'function';
}

/**
 * Replaces a method. The object keeps its class and its private fields. A method that cannot be replaced, or that is
 * replaced on its class already, is left alone.
 *
 * @returns a function that restores the original, unless another library has replaced the method since
 */
export function replaceMethod(
  target: object,
  name: string,
  where: PatchTarget,
  wrap: (original: Method) => Method,
): () => void {
  const nothing = (): void => undefined;
  const owner = definedOn(target, name);
  const found = owner === undefined ? undefined : Object.getOwnPropertyDescriptor(owner, name);
  const original: unknown = found?.value;
  if (owner === undefined || found === undefined || typeof original !== 'function') return nothing;
  const at = where === 'object' ? target : owner;
  if (where === 'class' && ours.has(original)) return nothing;
  const before = Object.getOwnPropertyDescriptor(at, name);
  const value = wrap(original as Method);
  // Properties of the function (a mock's calls) stay readable.
  Object.setPrototypeOf(value, original);
  Object.defineProperty(value, 'name', { value: name, configurable: true });
  Object.defineProperty(value, 'length', { value: original.length, configurable: true });
  ours.add(value);
  const after = before ?? { configurable: true, enumerable: false, writable: true };
  if (!Reflect.defineProperty(at, name, { ...after, value })) return nothing;
  return () => {
    if (Object.getOwnPropertyDescriptor(at, name)?.value !== value) return;
    if (before === undefined) Reflect.deleteProperty(at, name);
    else Reflect.defineProperty(at, name, before);
  };
}
