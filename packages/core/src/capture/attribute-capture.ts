import { boundedByteLength, safeText, truncate, verifiedText } from '../content/index.ts';
import type { CapturedLine, CaptureParts } from './captured-line.ts';
import { isContentText, MAX_BYTES, OWN_KEYS } from './keys.ts';

/** Maximum size of an attribute in UTF-8 bytes, where the attribute table has none. */
const DEFAULT_MAX_BYTES = 1024;

const LABEL_PREFIX = 'labels.';

/**
 * Makes the texts among a record's attributes safe to log: redacted, hashed or removed as the mode and the options
 * demand, and truncated. Only the keys that the record has are visited; looking for keys that it does not have would
 * cost more than everything else here (50 ns and 48 bytes a key).
 */
export class AttributeCapture {
  readonly #record: Record<string, unknown>;
  readonly #parts: CaptureParts;
  readonly #line: CapturedLine;

  constructor(line: CapturedLine, parts: CaptureParts) {
    this.#record = line.record;
    this.#parts = parts;
    this.#line = line;
  }

  /** @returns how many characters of text there are now */
  run(): number {
    const record = this.#record;
    if (this.#hidesText) this.#removeErrorText();
    const { message, 'span.name': name } = record;
    let characters = 0;
    for (const key in record) {
      if (key === 'message') continue;
      const value = record[key];
      if (typeof value === 'string') {
        if (!OWN_KEYS.has(key)) characters += this.#text(key, value);
      } else if (Array.isArray(value) && !OWN_KEYS.has(key)) characters += this.#list(key, value);
    }
    return typeof message === 'string' ? characters + this.#message(message, name) : characters;
  }

  get #hidesText(): boolean {
    const { mode } = this.#line;
    return mode === 'metadata' || mode === 'hashed';
  }

  /** The message of a span is its name and numbers. If the name needed no redaction, neither does the message. */
  #message(message: string, name: unknown): number {
    const hasName = typeof name === 'string' && name !== '' && message.startsWith(name);
    const isSafe = hasName && this.#record['span.name'] === name && !this.#parts.hashed.has('message');
    return isSafe ? message.length : this.#text('message', message);
  }

  #text(key: string, value: string): number {
    const text = this.#parts.protected.has(key) ? this.#truncated(value, key) : this.#captured(key, value);
    if (text !== value) this.#record[key] = text;
    return text?.length ?? 0;
  }

  #list(key: string, values: readonly unknown[]): number {
    const isProtected = this.#parts.protected.has(key);
    const texts = values.map((entry) =>
      isProtected ? this.#truncated(String(entry), key) : this.#redacted(String(entry), key),
    );
    this.#record[key] = texts;
    return texts.reduce((sum, text) => sum + text.length, 0);
  }

  /** Texts that are never redacted are truncated all the same. */
  #truncated(value: string, key: string): string {
    const kept = truncate(value, DEFAULT_MAX_BYTES);
    if (kept !== value) this.#line.markTruncated(key);
    return kept;
  }

  #captured(key: string, value: string): string | undefined {
    const { hashed, hasher } = this.#parts;
    // Content on a line that is no span, such as `gen_ai.evaluation.explanation`, is an attribute like any other.
    if (this.#hidesText && isContentText(key)) {
      return this.#line.mode === 'hashed' && hasher !== undefined ? `hmac:${hasher.hash(value)}` : undefined;
    }
    if (hasher !== undefined && hashed.has(key)) {
      this.#record['spanline.hash.key_id'] = hasher.keyId;
      return hasher.hash(value);
    }
    return this.#redacted(value, key, key.startsWith(LABEL_PREFIX) ? key.slice(LABEL_PREFIX.length) : undefined);
  }

  #redacted(text: string, key: string, name?: string): string {
    const line = this.#line;
    const maxBytes = Math.min(MAX_BYTES.get(key) ?? DEFAULT_MAX_BYTES, this.#parts.limits.fieldBytes);
    if (verifiedText(text, name, maxBytes, line) !== undefined) return text;
    const safe = safeText(text, name, { size: boundedByteLength(text), maxBytes }, line);
    if (safe.isTruncated) line.markTruncated(key);
    return safe.text;
  }

  /** Messages of errors quote prompts; the frames of a stack do not. */
  #removeErrorText(): void {
    this.#record['error.message'] = undefined;
    const stack = this.#record['error.stack'];
    if (typeof stack !== 'string') return;
    const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
    this.#record['error.stack'] = frames.length === 0 ? undefined : frames.join('\n');
  }
}
