/**
 * Turns the values that an application hands over as content into JSON for one line. The values belong to the
 * application: they may be cyclic, huge, or throw when they are read, and are neither changed nor kept.
 */

import { types } from 'node:util';
import { isPlainObject } from '@spanline/record';
import { boundedByteLength, truncate } from '../gate/index.ts';
import {
  decidesByName,
  isHeaderOfSecret,
  isPathEnd,
  mayBePersonal,
  memberName,
  isValueMember,
  nameBesideValue,
  nameOfPair,
  type PathPosition,
  stepInto,
  type ValueRedactor,
} from '../redaction/index.ts';
import { describeBase64, describeBlob, describeBytes, isVector } from './blobs.ts';
import type { ContentLimits } from './content-limits.ts';
import { embeddedData } from './embedded-data.ts';
import { binaryBytes, builtInJson, mapObject, primitiveJson, readProperty, UNREADABLE_JSON } from './host-values.ts';
import { arrayJson, isStringJson, joinJson, type Json, type JsonNode, type Member, toJson } from './json.ts';
import { messageJson, referenceJson } from './message-json.ts';
import { ObjectJson, plainKeyJson } from './object-json.ts';
import { safeText, verifiedText } from './safe-text.ts';

/** Values of all kinds that are read. */
const MAX_NODES = 50_000;
/** Listing the keys of an object takes an eighth of the time of reading their values. */
const LISTED_PER_NODE = 8;
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

/** Members of a part that describe its payload in words. */
const WORDS = ['title', 'context'] as const;

/**
 * Encodes values as JSON, bounded in depth, length and total work. Never throws. Every text passes the redactor first.
 * Arrays are walked from their end, so that the newest messages remain of a conversation that is too long. Messages
 * stay pieces of their own, because they may become references.
 */
export class JsonEncoder {
  /**
   * UTF-8 bytes of all texts of the value, before redaction and truncation; estimated for strings of more than a
   * million characters.
   */
  bytes = 0;
  /** True if something was left out. */
  truncated = false;
  #nodes = MAX_NODES;
  #textBudget = 0;
  readonly #limits: ContentLimits;
  readonly #redactor: ValueRedactor;
  readonly #ancestors: object[] = [];
  /** True if the last node is an array. */
  #isArray = false;
  /** Where the user's paths are; `undefined` where none leads on. */
  #position: PathPosition | undefined;
  /** The steps to the current value. They are kept where a path may lead on. */
  #steps: string[] | undefined;
  #censored = 0;

  constructor(limits: ContentLimits, redactor: ValueRedactor) {
    this.#limits = limits;
    this.#redactor = redactor;
  }

  /**
   * JSON of `value`; `undefined` for what JSON leaves out. `bytes` and `truncated` then describe this value.
   *
   * @param key - the record's key
   * @param position - where the user's paths are at the value
   */
  encode(value: unknown, key = '', position?: PathPosition): Json | undefined {
    this.#restart();
    const node = position === undefined ? this.#node(value, undefined) : this.#entered(position, key, value, undefined);
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
    this.#isArray = false;
    if (--this.#nodes < 0) {
      this.truncated = true;
      return OMITTED;
    }
    if (typeof value === 'string') {
      return (this.#position === undefined ? undefined : this.#embedded(value)) ?? this.#text(value, name);
    }
    if (typeof value !== 'object') return this.#primitive(value, name);
    return value === null ? 'null' : this.#guarded(value, name);
  }

  #primitive(value: unknown, name: string | undefined): string | undefined {
    if ((typeof value === 'number' || typeof value === 'bigint') && mayBePersonal(value, name)) {
      const text = String(value);
      const redacted = this.#redactor.redact(text, name);
      if (redacted !== text) return JSON.stringify(redacted);
    }
    return primitiveJson(value);
  }

  /** A value that the user's paths may lead to. */
  #entered(position: PathPosition, step: string, value: unknown, name: string | undefined): JsonNode | undefined {
    const outer = this.#position;
    const steps = (this.#steps ??= []);
    steps.push(step);
    try {
      if (isPathEnd(position)) {
        this.#position = undefined;
        this.#censored++;
        return this.#node(this.#redactor.censor(value, steps), undefined);
      }
      this.#position = position.length === 0 ? undefined : position;
      return this.#node(value, name);
    } finally {
      steps.pop();
      this.#position = outer;
    }
  }

  /** A text that is the JSON of an object, if one of the user's paths leads to a value in that. */
  #embedded(text: string): string | undefined {
    const data = embeddedData(text);
    if (data === undefined) return undefined;
    const { bytes, truncated } = this;
    const [nodes, textBudget, censored] = [this.#nodes, this.#textBudget, this.#censored];
    const node = this.#guarded(data, undefined);
    this.#isArray = false;
    if (node !== undefined && this.#censored > censored) return JSON.stringify(joinJson(toJson(node)));
    this.bytes = bytes;
    this.truncated = truncated;
    this.#nodes = nodes;
    this.#textBudget = textBudget;
    return undefined;
  }

  #text(text: string, name: string | undefined): string {
    return this.#verified(text, name) ?? this.#payload(text) ?? JSON.stringify(this.#safe(text, name));
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
    if (this.#textBudget < -TEXT_BUDGET * this.#limits.stringBytes) this.#nodes = 0;
    if (safe.isTruncated) this.truncated = true;
    return safe.text;
  }

  /** JSON of an object, unless it is part of itself, too deep, or one too many. */
  #guarded(value: object, name: string | undefined): JsonNode | undefined {
    if (this.#ancestors.includes(value)) return CIRCULAR;
    if (this.#ancestors.length >= this.#limits.depth) {
      this.truncated = true;
      return OMITTED;
    }
    this.#ancestors.push(value);
    try {
      if (Array.isArray(value)) return this.#array(value, name);
      return isPlainObject(value) ? this.#objectOrToJson(value, name) : this.#builtIn(value, name);
    } catch {
      this.#isArray = false;
      return UNREADABLE_JSON;
    } finally {
      this.#ancestors.pop();
    }
  }

  #builtIn(value: object, name: string | undefined): JsonNode | undefined {
    if (types.isMap(value) || types.isSet(value)) this.#nodes -= Math.floor(value.size / LISTED_PER_NODE);
    if (types.isMap(value)) {
      const object = mapObject(value);
      return object === undefined ? this.#array([...value], name) : this.#object(object, name);
    }
    if (types.isSet(value)) return this.#array([...value], name);
    if (types.isNativeError(value)) return this.#object({ type: value.name, message: value.message }, undefined);
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
    return this.#object(value, name);
  }

  /** @param name - name of the field that the array is the value of */
  #array(values: readonly unknown[], name: string | undefined): Json {
    if (isVector(values)) return JSON.stringify({ vector_dimensions: values.length });
    const position = this.#position;
    const inherited = decidesByName(name) ? name : undefined;
    const skipped = Math.max(0, values.length - this.#limits.arrayLength);
    const nodes: JsonNode[] = [];
    for (let index = values.length - 1; index >= skipped; index--) {
      const before = index === 0 ? undefined : values[index - 1];
      const own = isHeaderOfSecret(before)
        ? before
        : (nameOfPair(values[index]) ?? (index === 0 && values[0] === name ? undefined : inherited));
      const node =
        position === undefined
          ? this.#node(values[index], own)
          : this.#entered(stepInto(position, String(index)), String(index), values[index], own);
      nodes.push(node ?? 'null');
    }
    if (skipped > 0) {
      this.truncated = true;
      nodes.push(`"…[+${skipped} elements]"`);
    }
    this.#isArray = true;
    return arrayJson(nodes.reverse());
  }

  #object(value: object, name: string | undefined): JsonNode {
    const keys = Object.keys(value);
    this.#nodes -= Math.floor(keys.length / LISTED_PER_NODE);
    if (keys.includes('type') && (value as BlobPart).type === 'blob') {
      const blob = this.#blobPart(value as BlobPart);
      if (blob !== undefined) return blob;
    }
    const position = this.#position;
    if (keys.length === 2 && position === undefined) {
      const node = this.#textPart(value, keys) ?? this.#bareMessage(value, keys);
      if (node !== undefined) return node;
    }
    const taken = keys.length > this.#limits.objectKeys ? keys.slice(0, this.#limits.objectKeys) : keys;
    const object = new ObjectJson();
    const bareMembers: Member[] | undefined = keys.includes('finish_reason') ? [] : undefined;
    let hasRole = false;
    let hasParts = false;
    let hasRef = false;
    let unusual: Set<string> | undefined;
    const named = keys.some(isValueMember) ? nameBesideValue(value, taken) : undefined;
    for (const key of taken) {
      const inner = readProperty(value, key);
      const own = named !== undefined && isValueMember(key) ? named : memberName(key, name);
      const node = this.#member(position, key, inner, own);
      if (node === undefined) continue;
      const keyJson = plainKeyJson(key) ?? this.#unusualKey(key, (unusual ??= new Set()));
      if (keyJson === undefined) continue;
      if (key === 'role') hasRole = isStringJson(node);
      else if (key === 'parts') hasParts = this.#isArray;
      else if (key === 'ref') hasRef = true;
      object.add(keyJson, node);
      if (key !== 'finish_reason') bareMembers?.push([keyJson, node]);
    }
    if (taken !== keys) {
      this.truncated = true;
      const keyJson = this.#unusualKey('…', (unusual ??= new Set()));
      const node = `"[+${keys.length - taken.length} keys]"`;
      if (keyJson !== undefined) object.add(keyJson, node);
      if (keyJson !== undefined) bareMembers?.push([keyJson, node]);
    }
    this.#isArray = false;
    const json = object.finish();
    if (hasRole && hasParts) return messageJson(json, bareMembers);
    return (hasRef ? referenceJson(json) : undefined) ?? json;
  }

  /** JSON of a part that is a text, as most are. No name of its members decides on a text. */
  #textPart(value: object, keys: readonly string[]): string | undefined {
    if (keys[0] !== 'type' || keys[1] !== 'content' || this.#nodes < 2) return undefined;
    const type = readProperty(value, 'type');
    const content = readProperty(value, 'content');
    if (typeof type !== 'string' || typeof content !== 'string') return undefined;
    this.#nodes -= 2;
    this.#isArray = false;
    return `{"type":${this.#text(type, undefined)},"content":${this.#text(content, undefined)}}`;
  }

  /** JSON of a message with a role and parts alone, as most are. */
  #bareMessage(value: object, keys: readonly string[]): JsonNode | undefined {
    if (keys[0] !== 'role' || keys[1] !== 'parts' || this.#nodes < 2) return undefined;
    const role = readProperty(value, 'role');
    const parts = readProperty(value, 'parts');
    if (typeof role !== 'string' || !Array.isArray(parts)) return undefined;
    this.#nodes -= 2;
    const object = new ObjectJson();
    object.add('"role":', this.#text(role, undefined));
    object.add('"parts":', this.#guarded(parts, undefined) ?? 'null');
    const hasParts = this.#isArray;
    this.#isArray = false;
    const json = object.finish();
    return hasParts ? messageJson(json, undefined) : json;
  }

  #member(position: PathPosition | undefined, key: string, value: unknown, name: string): JsonNode | undefined {
    return position === undefined ? this.#node(value, name) : this.#entered(stepInto(position, key), key, value, name);
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
  #blobPart(part: BlobPart): string | undefined {
    const { content, mime_type: mimeType, modality } = part;
    const declared = typeof mimeType === 'string' ? mimeType : undefined;
    const isBinary = ArrayBuffer.isView(content);
    if (!isBinary && typeof content !== 'string') return undefined;
    const blob = isBinary ? describeBytes(content, declared) : describeBase64(content, declared);
    this.bytes += blob.bytes;
    let json = JSON.stringify({ type: 'blob', ...blob, ...(typeof modality === 'string' ? { modality } : {}) });
    const position = this.#position;
    for (const key of WORDS) {
      const words = readProperty(part, key);
      const node = typeof words === 'string' ? this.#member(position, key, words, key) : undefined;
      if (typeof node === 'string') json = `${json.slice(0, -1)},"${key}":${node}}`;
    }
    return json;
  }
}
