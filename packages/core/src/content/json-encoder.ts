/**
 * Turns the values that an application hands over as content into JSON for one line. The values belong to the
 * application: they may be cyclic, huge, or throw when they are read, and are neither changed nor kept.
 */

import { types } from 'node:util';
import { isPlainObject } from '@spanline/record';
import {
  elementName,
  elementNames,
  isValueMember,
  memberName,
  nameBesideValue,
  nameBySiblings,
  type PathPosition,
  stepInto,
  type Table,
  tableOf,
  type ValueRedactor,
} from '../redaction/index.ts';
import { type BlobPart, blobPartJson, isBlobPart, payloadJson } from './blob-part.ts';
import { isVector } from './blobs.ts';
import type { ContentLimits } from './content-limits.ts';
import { embeddedData } from './embedded-data.ts';
import { EncodingBudget } from './encoding-budget.ts';
import { binaryBytes, builtInJson, CIRCULAR_JSON, OMITTED_JSON, readProperty, UNREADABLE_JSON } from './host-values.ts';
import { arrayJson, isStringJson, joinJson, type Json, type JsonNode, type Member, toJson } from './json.ts';
import { messageJson, referenceJson } from './message-json.ts';
import { ObjectJson, plainKeyJson } from './object-json.ts';
import { PathWalk } from './path-walk.ts';
import { revealedObject } from './revealed-object.ts';
import { ContentTextEncoder } from './text-encoder.ts';

/**
 * Encodes values as JSON, bounded in depth, length and total work. Never throws. Every text passes the redactor first.
 * Arrays are walked from their end, so that the newest messages remain of a conversation that is too long. Messages
 * stay pieces of their own, because they may become references.
 */
export class JsonEncoder {
  readonly #limits: ContentLimits;
  readonly #budget: EncodingBudget;
  readonly #texts: ContentTextEncoder;
  readonly #paths: PathWalk;
  readonly #ancestors: object[] = [];
  /** True if the last node is an array. */
  #isArray = false;
  /** The list that the walk is in, if it is a table. */
  #table: Table | undefined;

  constructor(limits: ContentLimits, redactor: ValueRedactor) {
    this.#limits = limits;
    this.#budget = new EncodingBudget(limits.stringBytes);
    this.#texts = new ContentTextEncoder(redactor, this.#budget);
    this.#paths = new PathWalk(redactor);
  }

  /** The redactor of the next values. */
  set redactor(redactor: ValueRedactor) {
    this.#texts.redactor = redactor;
    this.#paths.redactor = redactor;
  }

  /** UTF-8 bytes of all texts of the last value, before redaction and truncation. */
  get bytes(): number {
    return this.#budget.bytes;
  }

  /** True if something of the last value was left out. */
  get truncated(): boolean {
    return this.#budget.truncated;
  }

  /**
   * JSON of `value`; `undefined` for what JSON leaves out. `bytes` and `truncated` then describe this value.
   *
   * @param key - the record's key
   * @param position - where the user's paths are at the value
   */
  encode(value: unknown, key = '', position?: PathPosition): Json | undefined {
    this.#budget.restart();
    const node = position === undefined ? this.#node(value, undefined) : this.#entered(position, key, value, undefined);
    return node === undefined ? undefined : toJson(node);
  }

  /** A text for a field that holds text, not JSON. A payload still becomes the JSON that describes it. */
  encodeText(text: string): string {
    this.#budget.restart();
    return this.#texts.plain(text);
  }

  #node(value: unknown, name: string | undefined): JsonNode | undefined {
    this.#isArray = false;
    if (--this.#budget.nodes < 0) {
      this.#budget.truncated = true;
      return OMITTED_JSON;
    }
    if (typeof value === 'string') {
      return (this.#paths.position === undefined ? undefined : this.#embedded(value)) ?? this.#texts.json(value, name);
    }
    if (typeof value !== 'object') return this.#texts.primitive(value, name);
    return value === null ? 'null' : this.#guarded(value, name);
  }

  /** A value that the user's paths may lead to. */
  #entered(position: PathPosition, step: string, value: unknown, name: string | undefined): JsonNode | undefined {
    return this.#paths.enter(position, step, value, name, (inner, own) => this.#node(inner, own));
  }

  /** A text that is the JSON of an object, if one of the user's paths leads to a value in that. */
  #embedded(text: string): string | undefined {
    const data = embeddedData(text);
    if (data === undefined) return undefined;
    const [spent, censored] = [this.#budget.spent(), this.#paths.censored];
    const node = this.#guarded(data, undefined);
    this.#isArray = false;
    if (node !== undefined && this.#paths.censored > censored) return JSON.stringify(joinJson(toJson(node)));
    this.#budget.restore(spent);
    return undefined;
  }

  /** JSON of an object, unless it is part of itself, too deep, or one too many. */
  #guarded(value: object, name: string | undefined): JsonNode | undefined {
    if (this.#ancestors.includes(value)) return CIRCULAR_JSON;
    if (this.#ancestors.length >= this.#limits.depth) {
      this.#budget.truncated = true;
      return OMITTED_JSON;
    }
    const table = this.#table;
    this.#ancestors.push(value);
    try {
      if (Array.isArray(value)) return this.#array(value, name);
      return isPlainObject(value) ? this.#objectOrToJson(value, name) : this.#builtIn(value, name);
    } catch {
      this.#isArray = false;
      return UNREADABLE_JSON;
    } finally {
      this.#ancestors.pop();
      this.#table = table;
    }
  }

  #builtIn(value: object, name: string | undefined): JsonNode | undefined {
    const isCollection = types.isMap(value) || types.isSet(value);
    if (isCollection) this.#budget.list(value.size);
    const revealed = revealedObject(value);
    if (revealed !== undefined) return this.#object(revealed, name);
    if (isCollection) return this.#array([...value], name);
    if (types.isBoxedPrimitive(value)) return this.#node(value.valueOf(), name);
    this.#budget.bytes += binaryBytes(value);
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

  #array(values: readonly unknown[], name: string | undefined): Json {
    if (isVector(values)) return JSON.stringify({ vector_dimensions: values.length });
    const position = this.#paths.position;
    const { length } = values;
    const skipped = Math.max(0, length - this.#limits.arrayLength);
    const first = skipped > 0 ? 1 - skipped : 0;
    const nodes = Array<JsonNode>(length + first);
    const holder = this.#ancestors.at(-2);
    const names = elementNames(values, holder, this.#table);
    this.#table = tableOf(values, holder);
    for (let index = length - 1; index >= skipped; index--) {
      const own = names?.get(index) ?? elementName(values, index, name);
      const value = values[index];
      const node = position === undefined ? this.#node(value, own) : this.#member(position, String(index), value, own);
      nodes[index + first] = node ?? 'null';
    }
    if (skipped > 0) {
      this.#budget.truncated = true;
      nodes[0] = `"…[+${skipped} elements]"`;
    }
    this.#isArray = true;
    return arrayJson(nodes);
  }

  #object(value: object, name: string | undefined): JsonNode {
    const keys = Object.keys(value);
    const position = this.#paths.position;
    this.#budget.list(keys.length);
    const blob = keys.includes('type') && isBlobPart(value) ? this.#blobPart(value, position) : undefined;
    if (blob !== undefined) return blob;
    if (keys.length === 2 && position === undefined && this.#budget.nodes >= 2) {
      const node = this.#textPart(value, keys) ?? this.#bareMessage(value, keys);
      if (node !== undefined) return node;
    }
    const taken = keys.length > this.#limits.objectKeys ? keys.slice(0, this.#limits.objectKeys) : keys;
    const object = new ObjectJson();
    const bareMembers: Member[] | undefined = keys.includes('finish_reason') ? [] : undefined;
    let [hasRole, hasParts] = [false, false];
    let unusual: Set<string> | undefined;
    const named = keys.some(isValueMember) ? nameBesideValue(value, taken) : undefined;
    for (const key of taken) {
      const inner = readProperty(value, key);
      const beside = named !== undefined && isValueMember(key) ? named : nameBySiblings(key, keys, inner);
      const own = beside ?? memberName(key, name);
      const payload = position === undefined ? payloadJson(value, key, inner, this.#budget) : undefined;
      const node = payload ?? this.#member(position, key, inner, own);
      const keyJson = node && (plainKeyJson(key) ?? this.#texts.key(key, (unusual ??= new Set())));
      if (node === undefined || keyJson === undefined) continue;
      if (key === 'role') hasRole = isStringJson(node);
      else if (key === 'parts') hasParts = this.#isArray;
      object.add(keyJson, node);
      if (key !== 'finish_reason') bareMembers?.push([keyJson, node]);
    }
    if (taken !== keys) {
      this.#budget.truncated = true;
      const keyJson = this.#texts.key('…', (unusual ??= new Set()));
      const node = `"[+${keys.length - taken.length} keys]"`;
      if (keyJson !== undefined) object.add(keyJson, node);
      if (keyJson !== undefined) bareMembers?.push([keyJson, node]);
    }
    this.#isArray = false;
    const json = object.finish();
    if (hasRole && hasParts) return messageJson(json, bareMembers);
    return (keys.includes('ref') ? referenceJson(json) : undefined) ?? json;
  }

  #blobPart(part: BlobPart, position: PathPosition | undefined): string | undefined {
    return blobPartJson(part, this.#budget, (key, text) => this.#member(position, key, text, key));
  }

  /** JSON of a part that is a text, as most are. No name of its members decides on a text. */
  #textPart(value: object, keys: readonly string[]): string | undefined {
    if (keys[0] !== 'type' || keys[1] !== 'content') return undefined;
    const type = readProperty(value, 'type');
    const content = readProperty(value, 'content');
    if (typeof type !== 'string' || typeof content !== 'string') return undefined;
    this.#budget.nodes -= 2;
    this.#isArray = false;
    return `{"type":${this.#texts.json(type, undefined)},"content":${this.#texts.json(content, undefined)}}`;
  }

  /** JSON of a message with a role and parts alone, as most are. */
  #bareMessage(value: object, keys: readonly string[]): JsonNode | undefined {
    if (keys[0] !== 'role' || keys[1] !== 'parts') return undefined;
    const role = readProperty(value, 'role');
    const parts = readProperty(value, 'parts');
    if (typeof role !== 'string' || !Array.isArray(parts)) return undefined;
    this.#budget.nodes -= 2;
    const roleJson = this.#texts.json(role, undefined);
    const partsJson = joinJson(toJson(this.#guarded(parts, undefined) ?? 'null'));
    const hasParts = this.#isArray;
    this.#isArray = false;
    const json = `{"role":${roleJson},"parts":${partsJson}}`;
    return hasParts ? messageJson(json, undefined) : json;
  }

  #member(position: PathPosition | undefined, key: string, value: unknown, name?: string): JsonNode | undefined {
    return position === undefined ? this.#node(value, name) : this.#entered(stepInto(position, key), key, value, name);
  }
}
