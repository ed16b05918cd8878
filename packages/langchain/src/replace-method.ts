/** Any method. */
export type Method = (this: object, ...args: unknown[]) => unknown;

/** Where a method is replaced: on the object itself, or on the class that defines it. */
export type Place = 'object' | 'class';

const ours = new WeakSet<object>();

function definedOn(target: object, name: string): object | undefined {
  for (let object: object | null = target; object !== null; object = Object.getPrototypeOf(object) as object | null) {
    if (Object.hasOwn(object, name)) return object === Object.prototype ? undefined : object;
  }
  return undefined;
}

/** True for an object that has the method, of its own or of its class. */
export function hasMethod(target: object, name: string): boolean {
  return typeof (target as Record<string, unknown>)[name] === 'function';
}

/**
 * Replaces a method, so that the object stays of its class and with its private fields. One that cannot be replaced is left alone, and so is one of a class that is replaced already.
 *
 * @returns how to put it back; what another put on top stays
 */
export function replaceMethod(
  target: object,
  name: string,
  place: Place,
  wrap: (original: Method) => Method,
): () => void {
  const nothing = (): void => undefined;
  const owner = definedOn(target, name);
  const found = owner === undefined ? undefined : Object.getOwnPropertyDescriptor(owner, name);
  const original: unknown = found?.value;
  if (owner === undefined || found === undefined || typeof original !== 'function') return nothing;
  const at = place === 'object' ? target : owner;
  if (place === 'class' && ours.has(original)) return nothing;
  const before = Object.getOwnPropertyDescriptor(at, name);
  const value = wrap(original as Method);
  // What hangs on the function (a mock's calls) is still there.
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
