import { types } from 'node:util';

/** The first member of an object under one of some keys. Only data is read: no getter runs, nor a proxy. */
export function dataMember(value: unknown, ...keys: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return undefined;
  const key = keys.find((some) => Object.hasOwn(value, some));
  return key === undefined ? undefined : Object.getOwnPropertyDescriptor(value, key)?.value;
}
