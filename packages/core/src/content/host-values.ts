import { types } from 'node:util';
import { admitText, truncate } from '../gate/index.ts';
import { binaryType } from './blobs.ts';

const UNREADABLE = '[unreadable]';
const MAX_FUNCTION_NAME = 64;

/** JSON of a value that could not be read: a getter, a proxy or a `toJSON` threw. */
export const UNREADABLE_JSON: string = `"${UNREADABLE}"`;
/** JSON of a value that is part of itself. */
export const CIRCULAR_JSON = '"[circular]"';
/** JSON of a value that is too deep, or one too many. */
export const OMITTED_JSON = '"[…]"';

/** A property of an object; a note if its getter throws. */
export function readProperty(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch {
    return UNREADABLE;
  }
}

/** A name that may be the work of a proxy. */
function functionName(fn: { readonly name: unknown }): string {
  try {
    return fn.name === '' ? '' : ` ${truncate(String(fn.name), MAX_FUNCTION_NAME).toWellFormed()}`;
  } catch {
    return '';
  }
}

/** JSON of a value that is neither a string nor an object; `undefined` for `undefined`. */
export function primitiveJson(value: unknown): string | undefined {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? String(value) : `"${value}"`;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? String(value) : `"${admitText(value) ?? '[bigint]'}"`;
    case 'symbol':
      return JSON.stringify(String(value).toWellFormed());
    case 'function':
      return JSON.stringify(`[function${functionName(value)}]`);
    default:
      return undefined;
  }
}

/**
 * JSON of a built-in object that is no container: a date, a regular expression, a promise, binary data. `undefined` for
 * other objects.
 */
export function builtInJson(value: object): string | undefined {
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return binaryJson(value);
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? '"Invalid Date"' : JSON.stringify(value);
  if (types.isRegExp(value)) return JSON.stringify(String(value).toWellFormed());
  if (types.isPromise(value)) return '"[promise]"';
  return undefined;
}

/** True for an object that {@link builtInJson} writes. */
export function isBuiltIn(value: object): boolean {
  return (
    ArrayBuffer.isView(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isPromise(value)
  );
}

function binaryJson(value: ArrayBufferView | ArrayBufferLike): string {
  return JSON.stringify(
    types.isFloat32Array(value) || types.isFloat64Array(value)
      ? { vector_dimensions: value.length }
      : { mime_type: binaryType(value), bytes: value.byteLength },
  );
}

/** Bytes of binary data; 0 for other objects. */
export function binaryBytes(value: object): number {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value) ? value.byteLength : 0;
}
