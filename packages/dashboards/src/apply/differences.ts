/** A difference between an object as it has to be and as it is stored. */
export interface Difference {
  /** Place in the body, such as `widgets.3.definition.title`. */
  readonly path: string;
  readonly wanted: unknown;
  /** `undefined`: the target has nothing there. */
  readonly stored: unknown;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/**
 * The differences between two bodies. Members that the target has added are none: each API fills in ids, times and
 * defaults.
 */
export function differences(wanted: unknown, stored: unknown, path = ''): Difference[] {
  const at = (key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);
  if (Array.isArray(wanted) && Array.isArray(stored)) {
    const places = Array.from({ length: Math.max(wanted.length, stored.length) }, (_, index) => index);
    return places.flatMap((index) => differences(wanted[index], stored[index], at(index)));
  }
  if (isObject(wanted) && isObject(stored) && !Array.isArray(wanted) && !Array.isArray(stored)) {
    return Object.keys(wanted).flatMap((key) => differences(wanted[key], stored[key], at(key)));
  }
  return Object.is(wanted, stored) ? [] : [{ path, wanted, stored }];
}
