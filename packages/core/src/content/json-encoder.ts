/**
 * Turns the values that an application hands over as content into JSON for one line. The values belong to the application: they may be cyclic, huge, or throw
 * when they are read, and are neither changed nor kept.
 */

import { types } from 'node:util';
import type { TextRedactor } from '../redaction/index.ts';
import { describeBase64, describeBlob, isVector } from './blobs.ts';
import type { ContentLimits } from './content-limits.ts';
import {
  binaryBytes,
  builtInJson,
  isPlainObject,
  mapObject,
  primitiveJson,
  readProperty,
  UNREADABLE_JSON,
} from './host-values.ts';
import { arrayJson, isArrayJson, isStringJson, type Json, type JsonNode, toJson } from './json.ts';
import { messageJson, referenceJson } from './message-json.ts';
import { ObjectJson, plainKeyJson } from './object-json.ts';
import { safeText, verifiedText } from './safe-text.ts';
import { boundedByteLength, truncate } from './truncate.ts';

const MAX_NODES = 20_000;
/** A text of this size stays whole even if long texts have used up the budget: names, roles, ids. */
const MIN_TEXT = 64;
/** Texts of one value, as a multiple of the limit of a single text. */
const TEXT_BUDGET = 4;
const MAX_KEY = 256;
const OMITTED = '"[…]"';
const CIRCULAR = '"[circular]"';

/** A part of a message that may have a payload. */
interface BlobPart {
  readonly type: unknown;
  readonly content?: unknown;
  readonly mime_type?: unknown;
  readonly modality?: unknown;
}

/**
 * Encodes values as JSON, bounded in depth, length and total work. Never throws. Every text passes the redactor first. Arrays are walked from their end, so
 * that the newest messages remain of a conversation that is too long. Messages stay pieces of their own, because they may become references.
 */
export class JsonEncoder {
  /** UTF-8 bytes of all texts of the value, before redaction and truncation; estimated for strings of more than a million characters. */
  bytes = 0;
  /** True if something was left out. */
  truncated = false;
  #nodes = MAX_NODES;
  #textBudget = 0;
  readonly #limits: ContentLimits;
  readonly #redactor: TextRedactor;
  readonly #ancestors: object[] = [];

  constructor(limits: ContentLimits, redactor: TextRedactor) {
    this.#limits = limits;
    this.#redactor = redactor;
  }

  /** JSON of `value`; `undefined` for what JSON leaves out. `bytes` and `truncated` then describe this value. */
  encode(value: unknown): Json | undefined {
    this.#restart();
    const node = this.#node(value, undefined);
    return node === undefined ? undefined : toJson(node);
  }

  /** A text for a field that holds text, not JSON. A payload still becomes the JSON that describes it. */
  encodeText(text: string): string {
    this.#restart();
    if (this.#verified(text, undefined) !== undefined) return text;
    return this.#payload(text) ?? this.#safe(text, undefined);
  }

  #restart(): void {
    this.bytes = 0;
    this.truncated = false;
    this.#nodes = MAX_NODES;
    this.#textBudget = this.#limits.stringBytes * TEXT_BUDGET;
  }

  /** @param name - name of the field that `value` is the value of */
  #node(value: unknown, name: string | undefined): JsonNode | undefined {
    if (typeof value === 'string') {
      return this.#verified(value, name) ?? this.#payload(value) ?? JSON.stringify(this.#safe(value, name));
    }
    if (typeof value !== 'object') return primitiveJson(value);
    return value === null ? 'null' : this.#guarded(value, name);
  }

  #payload(text: string): string | undefined {
    const blob = describeBlob(text);
    if (blob === undefined) return undefined;
    this.bytes += blob.bytes;
    return JSON.stringify(blob);
  }

  get #maxTextBytes(): number {
    return Math.max(MIN_TEXT, Math.min(this.#limits.stringBytes, this.#textBudget));
  }

  #verified(text: string, name: string | undefined): string | undefined {
    const verified = verifiedText(text, name, this.#maxTextBytes, this.#redactor);
    if (verified === undefined) return undefined;
    this.bytes += verified.bytes;
    this.#textBudget -= text.length;
    return verified.json;
  }

  #safe(text: string, name: string | undefined): string {
    const size = boundedByteLength(text);
    const safe = safeText(text, name, { size, maxBytes: this.#maxTextBytes }, this.#redactor);
    this.bytes += size;
    this.#textBudget -= safe.text.length;
    if (safe.isTruncated) this.truncated = true;
    return safe.text;
  }

  /** JSON of an object, unless it is part of itself, too deep, or one too many. */
  #guarded(value: object, name: string | undefined): JsonNode | undefined {
    if (this.#ancestors.includes(value)) return CIRCULAR;
    if (this.#ancestors.length >= this.#limits.depth || --this.#nodes < 0) {
      this.truncated = true;
      return OMITTED;
    }
    this.#ancestors.push(value);
    try {
      if (Array.isArray(value)) return this.#array(value);
      return isPlainObject(value) ? this.#objectOrToJson(value, name) : this.#builtIn(value, name);
    } catch {
      return UNREADABLE_JSON;
    } finally {
      this.#ancestors.pop();
    }
  }

  #builtIn(value: object, name: string | undefined): JsonNode | undefined {
    if (types.isMap(value)) {
      const object = mapObject(value);
      return object === undefined ? this.#array([...value]) : this.#object(object);
    }
    if (types.isSet(value)) return this.#array([...value]);
    if (types.isNativeError(value)) return this.#object({ type: value.name, message: value.message });
    if (types.isBoxedPrimitive(value)) return this.#node(value.valueOf(), name);
    this.bytes += binaryBytes(value);
    return builtInJson(value) ?? this.#objectOrToJson(value, name);
  }

  #objectOrToJson(value: object, name: string | undefined): JsonNode | undefined {
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') {
      const json: unknown = Reflect.apply(toJSON, value, [name ?? '']);
      if (json !== value) return this.#node(json, name);
    }
    return this.#object(value);
  }

  #array(values: readonly unknown[]): Json {
    if (isVector(values)) return JSON.stringify({ vector_dimensions: values.length });
    const skipped = Math.max(0, values.length - this.#limits.arrayLength);
    const nodes: JsonNode[] = [];
    for (let index = values.length - 1; index >= skipped; index--) {
      nodes.push(this.#node(values[index], undefined) ?? 'null');
    }
    if (skipped > 0) {
      this.truncated = true;
      nodes.push(`"…[+${skipped} elements]"`);
    }
    return arrayJson(nodes.reverse());
  }

  #object(value: object): JsonNode {
    const keys = Object.keys(value);
    if (keys.includes('type') && (value as BlobPart).type === 'blob') {
      const blob = this.#blobPart(value as BlobPart);
      if (blob !== undefined) return blob;
    }
    const taken = keys.length > this.#limits.objectKeys ? keys.slice(0, this.#limits.objectKeys) : keys;
    const whole = new ObjectJson();
    const bare = keys.includes('finish_reason') ? new ObjectJson() : undefined;
    let hasRole = false;
    let hasParts = false;
    let unusual: Set<string> | undefined;
    for (const key of taken) {
      const node = this.#node(readProperty(value, key), key);
      if (node === undefined) continue;
      const keyJson = plainKeyJson(key) ?? this.#unusualKey(key, (unusual ??= new Set()));
      if (keyJson === undefined) continue;
      whole.add(keyJson, node);
      if (key !== 'finish_reason') bare?.add(keyJson, node);
      if (key === 'role') hasRole = isStringJson(node);
      else if (key === 'parts') hasParts = isArrayJson(node);
    }
    if (taken !== keys) {
      this.truncated = true;
      const keyJson = this.#unusualKey('…', (unusual ??= new Set()));
      if (keyJson !== undefined)
        for (const object of [whole, bare]) object?.add(keyJson, `"[+${keys.length - taken.length} keys]"`);
    }
    const json = whole.finish();
    return hasRole && hasParts ? messageJson(json, bare?.finish()) : (referenceJson(json) ?? json);
  }

  /** JSON of a key that has to be redacted; `undefined` if redaction made it equal to another one. */
  #unusualKey(key: string, seen: Set<string>): string | undefined {
    const name = key.length > MAX_KEY ? truncate(key, MAX_KEY) : key;
    const text = this.#redactor.redact(name.isWellFormed() ? name : name.toWellFormed(), undefined);
    if (seen.has(text)) {
      this.truncated = true;
      return undefined;
    }
    seen.add(text);
    return `${JSON.stringify(text)}:`;
  }

  /** Describes the payload of a part of a message. */
  #blobPart({ content, mime_type: mimeType, modality }: BlobPart): string | undefined {
    if (typeof content !== 'string') return undefined;
    const blob = describeBase64(content, typeof mimeType === 'string' ? mimeType : undefined);
    this.bytes += blob.bytes;
    return JSON.stringify({ type: 'blob', ...blob, ...(typeof modality === 'string' ? { modality } : {}) });
  }
}
