import { types } from 'node:util';
import { describeBase64, describeBlob, isVector } from './blobs.ts';
import { type Json, type JsonNode, listJson, toJson } from './json.ts';
import { ObjectJson, plainKey } from './object-json.ts';
import type { PlainLimits, TextReader } from './plain.ts';
import { knownText, readText } from './read-text.ts';
import { cut, sizeOf } from './text.ts';

const MAX_NODES = 20_000;
/** Names, roles and ids stay whole also where long texts have used up the budget. */
const MIN_TEXT = 64;
const OMITTED = '"[…]"';
const CIRCULAR = '"[circular]"';
const UNREADABLE = '[unreadable]';

/** Most objects; nothing of the language's own is one. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A proxy may throw. */
function functionName(fn: { readonly name: unknown }): string {
  try {
    return fn.name === '' ? '' : ` ${cut(String(fn.name), 64).toWellFormed()}`;
  } catch {
    return '';
  }
}

/** A getter may throw. */
function readField(record: Record<string, unknown>, key: string): unknown {
  try {
    return record[key];
  } catch {
    return UNREADABLE;
  }
}

const MAX_KEY = 256;

/**
 * Turns any value of the host into JSON: bounded in depth, length and total work, without running into cycles, without changing or keeping the
 * host's objects, and without throwing. Texts pass `reader` before they are written. Arrays are walked from their end, so that in a
 * conversation that is too long the newest messages remain. Messages are told apart from the text around them.
 */
export class JsonWalk {
  /** UTF-8 bytes of all text that was met, before redaction and cutting; strings of more than a million characters are estimated. */
  bytes = 0;
  /** True when something was left out. */
  truncated = false;
  #nodes = MAX_NODES;
  #textBudget: number;
  readonly #limits: PlainLimits;
  readonly #reader: TextReader;
  readonly #ancestors: object[] = [];
  #lastList: Json | undefined;

  constructor(limits: PlainLimits, reader: TextReader) {
    this.#limits = limits;
    this.#reader = reader;
    this.#textBudget = limits.stringBytes * 4;
  }

  /** Begins with another value, with all limits anew. */
  restart(): void {
    this.bytes = 0;
    this.truncated = false;
    this.#nodes = MAX_NODES;
    this.#textBudget = this.#limits.stringBytes * 4;
  }

  /** JSON of `value`; `undefined` for what JSON leaves out. */
  convert(value: unknown): Json | undefined {
    const node = this.#node(value, undefined);
    return node === undefined ? undefined : toJson(node);
  }

  /** A text by itself, which is written without quotes; JSON where it is a payload. */
  text(text: string): string {
    if (this.#known(text, undefined) !== undefined) return text;
    return this.#payload(text) ?? this.#read(text, undefined);
  }

  #node(value: unknown, key: string | undefined): JsonNode | undefined {
    switch (typeof value) {
      case 'string':
        return this.#known(value, key) ?? this.#payload(value) ?? JSON.stringify(this.#read(value, key));
      case 'number':
        return Number.isFinite(value) ? String(value) : `"${value}"`;
      case 'boolean':
        return value ? 'true' : 'false';
      case 'bigint':
        return Number.isSafeInteger(Number(value)) ? String(value) : `"${value}"`;
      case 'symbol':
        return JSON.stringify(String(value).toWellFormed());
      case 'function':
        return JSON.stringify(`[function${functionName(value)}]`);
      case 'object':
        return value === null ? 'null' : this.#guarded(value, key);
      default:
        return undefined;
    }
  }

  /** What stands in the place of a payload. */
  #payload(text: string): string | undefined {
    const blob = describeBlob(text);
    if (blob === undefined) return undefined;
    this.bytes += blob.bytes;
    return JSON.stringify(blob);
  }

  get #limit(): number {
    return Math.max(MIN_TEXT, Math.min(this.#limits.stringBytes, this.#textBudget));
  }

  #known(text: string, key: string | undefined): string | undefined {
    const known = knownText(text, key, this.#limit, this.#reader);
    if (known === undefined) return undefined;
    this.bytes += known.bytes;
    this.#textBudget -= text.length;
    return known.json;
  }

  #read(text: string, key: string | undefined): string {
    const size = sizeOf(text);
    const read = readText(text, key, { size, maxBytes: this.#limit }, this.#reader);
    this.bytes += size;
    this.#textBudget -= read.text.length;
    if (read.isCut) this.truncated = true;
    return read.text;
  }

  #guarded(value: object, key: string | undefined): JsonNode | undefined {
    if (this.#ancestors.includes(value)) return CIRCULAR;
    if (this.#ancestors.length >= this.#limits.depth || --this.#nodes < 0) {
      this.truncated = true;
      return OMITTED;
    }
    this.#ancestors.push(value);
    try {
      if (Array.isArray(value)) return this.#array(value);
      return isPlainObject(value) ? this.#fields(value, key) : this.#builtIn(value, key);
    } catch {
      return `"${UNREADABLE}"`;
    } finally {
      this.#ancestors.pop();
    }
  }

  #builtIn(value: object, key: string | undefined): JsonNode | undefined {
    if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return this.#binary(value);
    if (types.isDate(value)) return Number.isNaN(value.getTime()) ? '"Invalid Date"' : JSON.stringify(value);
    if (types.isRegExp(value)) return JSON.stringify(String(value).toWellFormed());
    if (types.isMap(value)) return this.#map(value);
    if (types.isSet(value)) return this.#array([...value]);
    if (types.isPromise(value)) return '"[promise]"';
    if (types.isNativeError(value)) return this.#record({ type: value.name, message: value.message });
    if (types.isBoxedPrimitive(value)) return this.#node(value.valueOf(), key);
    return this.#fields(value, key);
  }

  #fields(value: object, key: string | undefined): JsonNode | undefined {
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') {
      const json: unknown = Reflect.apply(toJSON, value, [key ?? '']);
      if (json !== value) return this.#node(json, key);
    }
    return this.#record(value);
  }

  #array(values: readonly unknown[]): Json {
    if (isVector(values)) return JSON.stringify({ vector_dimensions: values.length });
    const { arrayLength } = this.#limits;
    const skipped = Math.max(0, values.length - arrayLength);
    const nodes: JsonNode[] = [];
    for (let index = values.length - 1; index >= skipped; index--) {
      nodes.push(this.#node(values[index], undefined) ?? 'null');
    }
    if (skipped > 0) {
      this.truncated = true;
      nodes.push(`"…[+${skipped} elements]"`);
    }
    this.#lastList = listJson(nodes.reverse());
    return this.#lastList;
  }

  #binary(value: ArrayBufferView | ArrayBufferLike): string {
    this.bytes += value.byteLength;
    const isFloats = types.isFloat32Array(value) || types.isFloat64Array(value);
    return JSON.stringify(
      isFloats
        ? { vector_dimensions: value.length }
        : { mime_type: 'application/octet-stream', bytes: value.byteLength },
    );
  }

  #map(value: Map<unknown, unknown>): JsonNode {
    const entries = [...value];
    if (!entries.every(([key]) => typeof key === 'string')) return this.#array(entries);
    const fields = Object.create(null) as Record<string, unknown>;
    for (const [key, entry] of entries as [string, unknown][]) fields[key] = entry;
    return this.#record(fields);
  }

  #record(value: object): JsonNode {
    const keys = Object.keys(value);
    const record = value as Record<string, unknown>;
    if (keys.includes('type') && record['type'] === 'blob' && typeof record['content'] === 'string') {
      return this.#blob(record, record['content']);
    }
    const taken = keys.length > this.#limits.objectKeys ? keys.slice(0, this.#limits.objectKeys) : keys;
    const object = new ObjectJson();
    for (const key of taken) {
      const node = this.#node(readField(record, key), key);
      if (node === undefined) continue;
      const plain = plainKey(key);
      if (plain !== undefined) object.add(key, plain, node, node === this.#lastList);
      else if (!object.addOdd(this.#keyText(key), node)) this.truncated = true;
    }
    if (taken !== keys) {
      this.truncated = true;
      object.addOdd('…', `"[+${keys.length - taken.length} keys]"`);
    }
    return object.finish();
  }

  #blob({ mime_type: mimeType, modality }: Record<string, unknown>, content: string): string {
    const blob = describeBase64(content, typeof mimeType === 'string' ? mimeType : undefined);
    this.bytes += blob.bytes;
    return JSON.stringify({ type: 'blob', ...blob, ...(typeof modality === 'string' ? { modality } : {}) });
  }

  #keyText(key: string): string {
    const name = key.length > MAX_KEY ? cut(key, MAX_KEY) : key;
    return this.#reader.read(name.isWellFormed() ? name : name.toWellFormed(), undefined);
  }
}
