/** Properties of a value whose type is another library's business. */
export type Bag = Record<string, unknown>;

/** Something with properties. LlamaIndex's embeddings are functions with methods. */
export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** The value's properties; none of what has none. */
export function bag(value: unknown): Bag {
  return isObject(value) ? (value as Bag) : {};
}

/** A string that says something. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A finite number. */
export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Name of the class of a component: `RetrieverQueryEngine`. */
export function classNameOf(component: object): string {
  return text(bag(component.constructor)['name']) ?? 'Object';
}
