/** Objects whose values are behind accessors and iterators, so that they have no keys: maps, errors, web objects. */

import { types } from 'node:util';

/** Their names (Web IDL): what an object calls itself by `Symbol.toStringTag`. */
const ENTRIES: ReadonlySet<string> = new Set(['URLSearchParams', 'Headers', 'FormData']);
const MAX_ENTRIES = 1000;

function tagOf(value: object): string | undefined {
  try {
    const tag: unknown = (value as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
    return typeof tag === 'string' ? tag : undefined;
  } catch {
    return undefined;
  }
}

/** The entries of a map if all its keys are strings. The object has no prototype. */
function ofMap(map: Map<unknown, unknown>): object | undefined {
  const object = Object.create(null) as Record<string, unknown>;
  for (const [key, entry] of map) {
    if (typeof key !== 'string') return undefined;
    object[key] = entry;
  }
  return object;
}

/** Type, message, code and cause of an error, and the errors that it stands for. */
function ofError(error: Error & { readonly code?: unknown; readonly errors?: unknown }): object {
  const { name, message, cause, code, errors } = error;
  return {
    type: name,
    message,
    ...(typeof code === 'string' && code !== '' ? { code } : {}),
    ...(cause === undefined ? {} : { cause }),
    ...(Array.isArray(errors) ? { errors } : {}),
  };
}

/** The values of a key that is there several times are a list. */
function ofEntries(entries: Iterable<readonly [string, unknown]>): object {
  const object = Object.create(null) as Record<string, unknown>;
  let count = 0;
  for (const [key, entry] of entries) {
    if (count++ === MAX_ENTRIES) break;
    const known = object[key];
    if (known === undefined) object[key] = entry;
    else object[key] = Array.isArray(known) ? [...(known as unknown[]), entry] : [known, entry];
  }
  return object;
}

/** A file or blob. Its bytes can only be read later. */
function ofBlob({ name, type, size }: Blob & { readonly name?: string }): object {
  return { ...(name === undefined ? {} : { name }), ...(type === '' ? {} : { mime_type: type }), bytes: size };
}

/**
 * An object with keys that says the same as a map, an error, parameters of an address, headers, a form, a file, a
 * request or a response. `undefined` for other objects.
 */
export function revealedObject(value: object): object | undefined {
  if (types.isMap(value)) return ofMap(value);
  if (types.isNativeError(value) || value instanceof Error) return ofError(value);
  const tag = tagOf(value);
  if (tag === undefined) return undefined;
  if (ENTRIES.has(tag) && Symbol.iterator in value) return ofEntries(value as Iterable<readonly [string, unknown]>);
  if (tag === 'Blob' || tag === 'File') return ofBlob(value as Blob);
  if (tag === 'Request') {
    const { method, url } = value as Request;
    return { method, url };
  }
  if (tag !== 'Response') return undefined;
  const { status, url } = value as Response;
  return { status, ...(url === '' ? {} : { url }) };
}
