import { safeText, verifiedText } from '../content/index.ts';
import { boundedByteLength, MAX_UTF8, truncate } from '../gate/index.ts';
import { mayBePersonal } from '../redaction/index.ts';
import type { CapturedLine, CaptureParts } from './captured-line.ts';
import { DEFAULT_MAX_BYTES, type KeyRule, labelName, OWN } from './key-rules.ts';

/** A character of a text takes up to six bytes on the line: `\u001b`. */
const MAX_ESCAPED = 6;
/** Quotes, colon and comma of a key, and the quotes of its value. */
const KEY_BYTES = 6;
/** The longest number: `-2.2250738585072014e-308`. */
const NUMBER_BYTES = 24;

/** How much of a line the attributes take. */
export interface AttributeSize {
  readonly keys: number;
  /** Upper bound of the UTF-8 bytes. */
  readonly bytes: number;
}

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

  /** @returns the size of the attributes, which is no larger than this */
  run(): AttributeSize {
    const record = this.#record;
    if (this.#hidesText) this.#removeErrorText();
    const { message, 'span.name': name } = record;
    const { keys: rules } = this.#parts;
    let position = 0;
    let keys = 0;
    let bytes = 0;
    let characters = 0;
    for (const key in record) {
      const value = record[key];
      const at = position++;
      if (value === undefined) continue;
      keys++;
      bytes += key.length + KEY_BYTES;
      if (key === 'message') continue;
      if (typeof value === 'string') {
        const rule = rules.at(at, key);
        if (rule === OWN) bytes += value.length;
        else characters += this.#text(key, rule, value);
      } else if (!Array.isArray(value)) {
        bytes += NUMBER_BYTES;
        if (typeof value === 'number') this.#number(key, value);
      } else {
        const rule = rules.at(at, key);
        if (rule !== OWN) characters += this.#list(key, rule, value);
      }
    }
    if (typeof message === 'string') characters += this.#message(message, name);
    return { keys, bytes: bytes + characters * MAX_ESCAPED };
  }

  get #hidesText(): boolean {
    const { mode } = this.#line;
    return mode === 'metadata' || mode === 'hashed';
  }

  /** The message of a span is its name and numbers. If the name needed no redaction, neither does the message. */
  #message(message: string, name: unknown): number {
    const hasName = typeof name === 'string' && name !== '' && message.startsWith(name);
    const rule = this.#parts.keys.of('message');
    const isSafe = hasName && this.#record['span.name'] === name && !rule.isHashed;
    return isSafe ? message.length : this.#text('message', rule, message);
  }

  /** A label such as `pin` is a secret even if it is a number. */
  #number(key: string, value: number): void {
    const name = labelName(key);
    if (name === undefined || !mayBePersonal(value, name)) return;
    const rule = this.#parts.keys.of(key);
    if (rule.isProtected) return;
    const text = String(value);
    const redacted = this.#redacted(text, key, rule, name);
    if (redacted !== text) this.#record[key] = redacted;
  }

  #text(key: string, rule: KeyRule, value: string): number {
    const text = rule.isProtected ? this.#truncated(value, key) : this.#captured(key, rule, value);
    if (text !== value) this.#record[key] = text;
    return text?.length ?? 0;
  }

  #list(key: string, rule: KeyRule, values: readonly unknown[]): number {
    const maxCharacters = this.#parts.limits.fieldBytes / MAX_UTF8;
    const texts: string[] = [];
    let characters = 0;
    for (const entry of values) {
      const given = String(entry);
      const text = rule.isProtected ? this.#truncated(given, key) : this.#redacted(given, key, rule, undefined);
      characters += text.length + 1;
      if (characters > maxCharacters) {
        this.#line.markTruncated(key);
        break;
      }
      texts.push(text);
    }
    this.#record[key] = texts;
    return characters;
  }

  /** Texts that are never redacted are truncated all the same. */
  #truncated(value: string, key: string): string {
    const kept = truncate(value, DEFAULT_MAX_BYTES);
    if (kept !== value) this.#line.markTruncated(key);
    return kept;
  }

  #captured(key: string, rule: KeyRule, value: string): string | undefined {
    const { hasher } = this.#parts;
    // Content on a line that is no span, such as `gen_ai.evaluation.explanation`, is an attribute like any other.
    if (rule.isContent && this.#hidesText) {
      return this.#line.mode === 'hashed' && hasher !== undefined ? `hmac:${hasher.hash(value)}` : undefined;
    }
    if (rule.isHashed && hasher !== undefined) {
      this.#record['spanline.hash.key_id'] = hasher.keyId;
      return hasher.hash(value);
    }
    return this.#redacted(value, key, rule, rule.name);
  }

  #redacted(text: string, key: string, { maxBytes }: KeyRule, name: string | undefined): string {
    const line = this.#line;
    if (verifiedText(text, name, maxBytes, line) !== undefined) return text;
    const safe = safeText(text, name, { size: boundedByteLength(text), maxBytes }, line);
    if (safe.isTruncated) line.markTruncated(key);
    return safe.text;
  }

  /** Messages of errors quote prompts; the frames of a stack do not. */
  #removeErrorText(): void {
    this.#record['error.message'] = undefined;
    if (this.#record['error.cause'] !== undefined) this.#record['error.cause'] = undefined;
    const stack = this.#record['error.stack'];
    if (typeof stack !== 'string') return;
    const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
    this.#record['error.stack'] = frames.length === 0 ? undefined : frames.join('\n');
  }
}
