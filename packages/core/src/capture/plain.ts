import { types } from 'node:util';
import { describeBase64, describeBlob, isVector } from './blobs.ts';
import { byteLength, cut, sizeOf } from './text.ts';

/** What JSON can hold. */
export type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

/** Limits of one walk. */
export interface PlainLimits {
  readonly depth: number;
  readonly arrayLength: number;
  readonly objectKeys: number;
  /** Longest string, in UTF-8 bytes. */
  readonly stringBytes: number;
}

/** Puts a string leaf into the form in which it may be logged; `key` is the name it stands under. */
export type LeafText = (text: string, key: string | undefined) => string;

/** A redaction rule sees no more of a string than its limit and this: nothing longer than this could be missed at the cut. */
const OVERLAP = 1024;
const MAX_NODES = 20_000;
/** Names, roles and ids stay whole also where long texts have used up the budget. */
const MIN_TEXT = 64;
const OMITTED = '[…]';
const CIRCULAR = '[circular]';
const UNREADABLE = '[unreadable]';

/** Most objects; nothing of the language's own is one. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Turns any value of the host into plain JSON data: bounded in depth, length and total work, without running into cycles, without changing or keeping the
 * host's objects, and without throwing. Text leaves pass `leafText` before anything is stringified. Arrays are walked from their end, so that in a
 * conversation that is too long the newest messages remain.
 */
export class PlainWalk {
  /** UTF-8 bytes of all text that was met, before redaction and cutting; strings of more than a million characters are estimated. */
  bytes = 0;
  /** True when something was left out. */
  truncated = false;
  #nodes = MAX_NODES;
  #textBudget: number;
  readonly #limits: PlainLimits;
  readonly #leafText: LeafText;
  readonly #ancestors: object[] = [];

  constructor(limits: PlainLimits, leafText: LeafText) {
    this.#limits = limits;
    this.#leafText = leafText;
    this.#textBudget = limits.stringBytes * 4;
  }

  /** The plain form of `value`; `undefined` for what JSON leaves out. */
  convert(value: unknown, key?: string): Plain | undefined {
    switch (typeof value) {
      case 'string':
        return this.#text(value, key);
      case 'number':
        return Number.isFinite(value) ? value : String(value);
      case 'boolean':
        return value;
      case 'bigint':
        return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
      case 'symbol':
        return String(value);
      case 'function':
        return `[function${value.name === '' ? '' : ` ${cut(String(value.name), 64)}`}]`;
      case 'object':
        return value === null ? null : this.#guarded(value, key);
      default:
        return undefined;
    }
  }

  #text(text: string, key: string | undefined): Plain {
    const blob = describeBlob(text);
    if (blob !== undefined) {
      this.bytes += blob.bytes;
      return { ...blob };
    }
    const size = sizeOf(text);
    this.bytes += size;
    const limit = Math.max(MIN_TEXT, Math.min(this.#limits.stringBytes, this.#textBudget));
    const seen = text.length > limit + OVERLAP ? text.slice(0, limit + OVERLAP) : text;
    const unseen = seen === text ? 0 : size - byteLength(seen);
    const redacted = this.#leafText(seen.isWellFormed() ? seen : seen.toWellFormed(), key);
    const kept = cut(redacted, limit, unseen);
    if (kept !== redacted) this.truncated = true;
    this.#textBudget -= kept.length;
    return kept;
  }

  #guarded(value: object, key: string | undefined): Plain | undefined {
    if (this.#ancestors.includes(value)) return CIRCULAR;
    if (this.#ancestors.length >= this.#limits.depth || --this.#nodes < 0) {
      this.truncated = true;
      return OMITTED;
    }
    this.#ancestors.push(value);
    try {
      return this.#object(value, key);
    } catch {
      return UNREADABLE;
    } finally {
      this.#ancestors.pop();
    }
  }

  #object(value: object, key: string | undefined): Plain | undefined {
    if (Array.isArray(value)) return this.#array(value);
    return isPlainObject(value) ? this.#fields(value, key) : this.#builtIn(value, key);
  }

  #builtIn(value: object, key: string | undefined): Plain | undefined {
    if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return this.#binary(value);
    if (types.isDate(value)) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (types.isRegExp(value)) return String(value);
    if (types.isMap(value)) return this.#map(value);
    if (types.isSet(value)) return this.#array([...value]);
    if (types.isPromise(value)) return '[promise]';
    if (types.isNativeError(value)) return this.#error(value);
    if (types.isBoxedPrimitive(value)) return this.convert(value.valueOf(), key);
    return this.#fields(value, key);
  }

  #fields(value: object, key: string | undefined): Plain | undefined {
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') {
      const json: unknown = Reflect.apply(toJSON, value, [key ?? '']);
      if (json !== value) return this.convert(json, key);
    }
    return this.#record(value);
  }

  #array(values: readonly unknown[]): Plain {
    if (isVector(values)) return { vector_dimensions: values.length };
    const { arrayLength } = this.#limits;
    const skipped = Math.max(0, values.length - arrayLength);
    const plain: Plain[] = [];
    for (let index = values.length - 1; index >= skipped; index--) plain.push(this.convert(values[index]) ?? null);
    if (skipped > 0) {
      this.truncated = true;
      plain.push(`…[+${skipped} elements]`);
    }
    return plain.reverse();
  }

  #binary(value: ArrayBufferView | ArrayBufferLike): Plain {
    this.bytes += value.byteLength;
    if (types.isFloat32Array(value) || types.isFloat64Array(value)) return { vector_dimensions: value.length };
    return { mime_type: 'application/octet-stream', bytes: value.byteLength };
  }

  #map(value: Map<unknown, unknown>): Plain {
    const entries = [...value];
    return entries.every(([key]) => typeof key === 'string')
      ? this.#entries(entries as [string, unknown][], entries.length)
      : this.#array(entries);
  }

  #error(error: Error): Plain {
    return this.#entries(
      [
        ['type', error.name],
        ['message', error.message],
      ],
      2,
    );
  }

  #record(value: object): Plain {
    const keys = Object.keys(value);
    const taken = keys.length > this.#limits.objectKeys ? keys.slice(0, this.#limits.objectKeys) : keys;
    const record = value as Record<string, unknown>;
    if (record['type'] === 'blob' && typeof record['content'] === 'string') {
      const { content, mime_type: mimeType, modality } = record;
      const blob = describeBase64(content, typeof mimeType === 'string' ? mimeType : undefined);
      this.bytes += blob.bytes;
      return { type: 'blob', ...blob, ...(typeof modality === 'string' ? { modality } : {}) };
    }
    const plain: { [key: string]: Plain } = {};
    for (const key of taken) this.#put(plain, key, record);
    this.#omit(plain, keys.length - taken.length);
    return plain;
  }

  #keyText(key: string): string {
    const name = key.length > MAX_KEY ? cut(key, MAX_KEY) : key;
    return this.#leafText(name.isWellFormed() ? name : name.toWellFormed(), undefined);
  }

  #entries(entries: readonly [string, unknown][], count: number): Plain {
    const plain: { [key: string]: Plain } = {};
    const taken = Math.min(count, this.#limits.objectKeys);
    for (const [key, value] of entries.slice(0, taken)) this.#put(plain, key, { [key]: value });
    this.#omit(plain, count - taken);
    return plain;
  }

  #omit(plain: { [key: string]: Plain }, omitted: number): void {
    if (omitted <= 0) return;
    this.truncated = true;
    plain['…'] = `[+${omitted} keys]`;
  }

  #put(plain: { [key: string]: Plain }, key: string, source: Record<string, unknown>): void {
    let value: Plain | undefined;
    try {
      value = this.convert(source[key], key);
    } catch {
      value = UNREADABLE;
    }
    if (value === undefined) return;
    const safe = PLAIN_KEY.test(key) ? key : this.#keyText(key);
    if (safe === '__proto__') Object.defineProperty(plain, safe, { value, enumerable: true, configurable: true });
    else plain[safe] = value;
  }
}

const MAX_KEY = 256;
/** Keys that cannot hold anything of a person's. */
const PLAIN_KEY = /^[A-Za-z_]{1,24}$/;
