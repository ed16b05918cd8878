import { types } from 'node:util';
import { isPlainObject } from '@spanline/record';
import { boundedByteLength } from '../gate/index.ts';
import { NO_REDACTION } from '../redaction/index.ts';
import { countBlobPart, countPayload, isBlobPart } from './blob-part.ts';
import { blobBytes, isVector } from './blobs.ts';
import type { ContentLimits } from './content-limits.ts';
import { EncodingBudget } from './encoding-budget.ts';
import { binaryBytes, isBuiltIn, readProperty } from './host-values.ts';
import { revealedObject } from './revealed-object.ts';
import { safeText } from './safe-text.ts';
import { boundedKey } from './text-encoder.ts';

/** Characters of texts whose size is exact, and no longer than the count of their bytes. */
const MAX_COUNTED = 65_536;

/**
 * Counts the texts of content that is not written: as {@link JsonEncoder} counts them, within the same limits, and
 * without the JSON. Never throws.
 */
export class ContentCounter {
  readonly #limits: ContentLimits;
  readonly #budget: EncodingBudget;
  readonly #ancestors: object[] = [];

  constructor(limits: ContentLimits) {
    this.#limits = limits;
    this.#budget = new EncodingBudget(limits.stringBytes);
  }

  /** UTF-8 bytes of all texts of the last value, before truncation. */
  get bytes(): number {
    return this.#budget.bytes;
  }

  /** True if something of the last value would be left out. */
  get truncated(): boolean {
    return this.#budget.truncated;
  }

  /** Counts a value. Returns false for what JSON leaves out. */
  count(value: unknown): boolean {
    this.#budget.restart();
    return this.#value(value, '');
  }

  /** @param name - name of the member that `value` is */
  #value(value: unknown, name: string): boolean {
    if (--this.#budget.nodes < 0) {
      this.#budget.truncated = true;
      return true;
    }
    if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'object' && value !== null) return this.#guarded(value, name);
    return value !== undefined;
  }

  #text(text: string): void {
    const budget = this.#budget;
    const payload = blobBytes(text);
    if (payload !== undefined) {
      budget.bytes += payload;
      return;
    }
    const size = boundedByteLength(text);
    const maxBytes = budget.maxTextBytes;
    if (size <= maxBytes && text.length <= MAX_COUNTED) return budget.addText(size, text.length);
    const safe = safeText(text, undefined, { size, maxBytes }, NO_REDACTION);
    budget.addText(size, safe.text.length);
    if (safe.isTruncated) budget.truncated = true;
  }

  /** Counts an object, unless it is part of itself, too deep, or one too many. */
  #guarded(value: object, name: string): boolean {
    const ancestors = this.#ancestors;
    if (ancestors.includes(value)) return true;
    if (ancestors.length >= this.#limits.depth) {
      this.#budget.truncated = true;
      return true;
    }
    ancestors.push(value);
    try {
      if (Array.isArray(value)) return this.#array(value);
      return isPlainObject(value) ? this.#objectOrToJson(value, name) : this.#builtIn(value, name);
    } catch {
      return true;
    } finally {
      ancestors.pop();
    }
  }

  #builtIn(value: object, name: string): boolean {
    const isCollection = types.isMap(value) || types.isSet(value);
    if (isCollection) this.#budget.list(value.size);
    const revealed = revealedObject(value);
    if (revealed !== undefined) return this.#object(revealed);
    if (isCollection) return this.#array([...value]);
    if (types.isBoxedPrimitive(value)) return this.#value(value.valueOf(), name);
    this.#budget.bytes += binaryBytes(value);
    return isBuiltIn(value) || this.#objectOrToJson(value, name);
  }

  #objectOrToJson(value: object, name: string): boolean {
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') {
      const json: unknown = Reflect.apply(toJSON, value, [name]);
      if (json !== value) return this.#value(json, name);
    }
    return this.#object(value);
  }

  /** The last elements count first: of a conversation that is too long the newest messages remain. */
  #array(values: readonly unknown[]): boolean {
    if (isVector(values)) return true;
    const skipped = Math.max(0, values.length - this.#limits.arrayLength);
    for (let index = values.length - 1; index >= skipped; index--) this.#value(values[index], '');
    if (skipped > 0) this.#budget.truncated = true;
    return true;
  }

  #object(value: object): boolean {
    const keys = Object.keys(value);
    this.#budget.list(keys.length);
    if (keys.includes('type') && isBlobPart(value)) {
      const isCounted = countBlobPart(value, this.#budget, (key, text) => this.#value(text, key));
      if (isCounted) return true;
    }
    const { objectKeys } = this.#limits;
    const taken = keys.length > objectKeys ? keys.slice(0, objectKeys) : keys;
    let hasUnusual = false;
    for (const key of taken) {
      const inner = readProperty(value, key);
      if (!countPayload(value, key, inner, this.#budget)) this.#value(inner, key);
      hasUnusual ||= boundedKey(key) !== key;
    }
    if (taken !== keys || (hasUnusual && new Set(taken.map(boundedKey)).size < taken.length)) {
      this.#budget.truncated = true;
    }
    return true;
  }
}
