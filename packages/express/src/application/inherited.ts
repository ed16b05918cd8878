/** Methods of an application's prototypes that pass each call on to what the prototype inherits. */

/** Any method. */
export type AnyMethod<This = unknown> = (this: This, ...args: unknown[]) => unknown;

/** The method that a prototype inherits under a name. */
export function inheritedMethod(prototype: object, name: string): AnyMethod {
  return (Object.getPrototypeOf(prototype) as Record<string, AnyMethod>)[name] as AnyMethod;
}

/** The descriptor of a method that others may replace. */
export function method<This>(value: AnyMethod<This>): PropertyDescriptor {
  return { configurable: true, writable: true, value };
}
