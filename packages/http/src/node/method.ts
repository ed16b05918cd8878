/** Methods that observe each call and pass it on to the method in whose place they stand. */

/** Any method. */
export type AnyMethod<This = unknown> = (this: This, ...args: unknown[]) => unknown;

/** Finds the method that a call is passed on to. */
export type Original = (name: string) => AnyMethod;

/** The methods that a prototype inherits, at the time of each call. */
export function inheritedBy(prototype: object): Original {
  return (name) => (Object.getPrototypeOf(prototype) as Record<string, AnyMethod>)[name] as AnyMethod;
}

/** The methods that an object has now. */
export function methodsOf(object: object, names: readonly string[]): Original {
  const found = new Map(names.map((name) => [name, (object as Record<string, AnyMethod>)[name] as AnyMethod]));
  return (name) => found.get(name) as AnyMethod;
}

/** The descriptor of a method that others may replace. */
export function method<This>(value: AnyMethod<This>): PropertyDescriptor {
  return { configurable: true, writable: true, value };
}
