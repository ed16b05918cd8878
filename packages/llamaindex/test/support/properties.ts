/** A property of an object. */
export type Entry = readonly [owner: object, key: PropertyKey, descriptor: PropertyDescriptor];

/** Every property of every class that the modules export, in order, and of what the classes inherit from. */
export function propertiesOf(modules: readonly object[]): Entry[] {
  const seen = new Set<unknown>([null, Object.prototype, Function.prototype]);
  const found: Entry[] = [];
  const look = (value: unknown): void => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
    seen.add(value);
    for (const key of Reflect.ownKeys(value))
      found.push([value, key, Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor]);
    look(Object.getPrototypeOf(value));
    if (typeof value === 'function') look(value.prototype);
  };
  for (const module of modules) for (const value of Object.values(module)) look(value);
  return found;
}

const PARTS = ['value', 'get', 'set', 'writable', 'enumerable', 'configurable'] as const;

/** Names of the properties that are not what they were. */
export function changed(before: readonly Entry[], after: readonly Entry[]): string[] {
  const names = before.map(([owner, key, descriptor], index) => {
    const [other, otherKey, now] = after[index] ?? [];
    const same = other === owner && otherKey === key && PARTS.every((part) => Object.is(now?.[part], descriptor[part]));
    return same ? undefined : String(key);
  });
  return names.filter((name) => name !== undefined).concat(before.length === after.length ? [] : ['another length']);
}
