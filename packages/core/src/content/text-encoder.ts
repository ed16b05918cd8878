import { boundedByteLength, truncate } from '../gate/index.ts';
import { mayBePersonal, type ValueRedactor } from '../redaction/index.ts';
import { describeBlob } from './blobs.ts';
import type { EncodingBudget } from './encoding-budget.ts';
import { primitiveJson } from './host-values.ts';
import { safeText, verifiedText } from './safe-text.ts';

const MAX_KEY = 256;

/** A key of an object, well-formed and not too long. */
export function boundedKey(key: string): string {
  const bounded = key.length > MAX_KEY ? truncate(key, MAX_KEY) : key;
  return bounded.isWellFormed() ? bounded : bounded.toWellFormed();
}

/** Encodes texts, keys and primitive values as JSON. Each passes the redactor first. */
export class ContentTextEncoder {
  redactor: ValueRedactor;
  readonly #budget: EncodingBudget;

  constructor(redactor: ValueRedactor, budget: EncodingBudget) {
    this.redactor = redactor;
    this.#budget = budget;
  }

  /** @param name - name of the field that `text` is the value of */
  json(text: string, name: string | undefined): string {
    return this.#verified(text, name) ?? this.#payload(text) ?? JSON.stringify(this.#safe(text, name));
  }

  /** A text for a field that holds text, not JSON. A payload still becomes the JSON that describes it. */
  plain(text: string): string {
    if (this.#verified(text, undefined) !== undefined) return text;
    return this.#payload(text) ?? this.#safe(text, undefined);
  }

  /** A value that is neither a text nor an object. */
  primitive(value: unknown, name: string | undefined): string | undefined {
    if ((typeof value === 'number' || typeof value === 'bigint') && mayBePersonal(value, name)) {
      const text = String(value);
      const redacted = this.redactor.redact(text, name);
      if (redacted !== text) return JSON.stringify(redacted);
    }
    return primitiveJson(value);
  }

  /**
   * JSON of a key that has to be redacted, with its colon; `undefined` if redaction made it equal to another one.
   *
   * @param seen - such keys of the same object
   */
  key(key: string, seen: Set<string>): string | undefined {
    const text = this.redactor.redact(boundedKey(key), undefined);
    if (seen.has(text)) {
      this.#budget.truncated = true;
      return undefined;
    }
    seen.add(text);
    return `${JSON.stringify(text)}:`;
  }

  #payload(text: string): string | undefined {
    const blob = describeBlob(text);
    if (blob === undefined) return undefined;
    this.#budget.bytes += blob.bytes;
    return JSON.stringify(blob);
  }

  #verified(text: string, name: string | undefined): string | undefined {
    const verified = verifiedText(text, name, this.#budget.maxTextBytes, this.redactor);
    if (verified === undefined) return undefined;
    this.#budget.addText(verified.bytes, text.length);
    return (verified.json ??= JSON.stringify(text));
  }

  #safe(text: string, name: string | undefined): string {
    const size = boundedByteLength(text);
    const safe = safeText(text, name, { size, maxBytes: this.#budget.maxTextBytes }, this.redactor);
    this.#budget.addText(size, safe.text.length);
    if (safe.isTruncated) this.#budget.truncated = true;
    return safe.text;
  }
}
