import type { ContentAttributes, ContentKey, Plain } from '@spanline/record';
import {
  ContentCounter,
  fitField,
  joinJson,
  type Json,
  JsonEncoder,
  MessageIndex,
  UNLIMITED,
} from '../content/index.ts';
import { byteLength, MAX_UTF8 } from '../gate/index.ts';
import { isPathEnd, NO_REDACTION } from '../redaction/index.ts';
import type { CapturedLine, CaptureParts } from './captured-line.ts';
import { contentCount, type ContentRule, contentSet, firstRule, withoutFirst } from './content-set.ts';

/** A content field. */
export interface ContentField {
  readonly rule: ContentRule;
  /** As the line has it: JSON, or plain text. */
  value: Json;
}

/** A byte of content takes two on the line if it is a quote or a backslash. */
const MAX_QUOTED = 2;
/** Quotes, colon and comma of a key, and the quotes of its value. */
const KEY_BYTES = 6;
/** Counting the bytes of a shorter text costs more than it gains. */
const SHORT_TEXT = 2048;

function textOf({ isText }: ContentRule, plain: Plain): string {
  return isText && typeof plain === 'string' ? plain : JSON.stringify(plain);
}

function parse({ isText }: ContentRule, text: string): Plain {
  return isText ? text : (JSON.parse(text) as Plain);
}

/** The application's value as text, before redaction and truncation. The evidence is made from it. */
function rawText(value: unknown): string {
  try {
    return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  } catch {
    return '';
  }
}

/**
 * The content of one record on its way to the line: encoded, measured, written as the mode demands, and shortened until
 * the line fits.
 */
export class ContentCapture {
  readonly #line: CapturedLine;
  readonly #parts: CaptureParts;
  #bytes = 0;
  /** UTF-8 bytes of the texts of the application's values. */
  #inputBytes: number | undefined;
  #outputBytes: number | undefined;
  #evidence = '';
  /** The fields that were written. Their values are the texts. */
  #written: readonly ContentField[] = [];

  constructor(line: CapturedLine, parts: CaptureParts) {
    this.#line = line;
    this.#parts = parts;
  }

  /** Writes the size of content that is not written itself. */
  count(content: ContentAttributes): void {
    const counter = new ContentCounter(this.#parts.limits);
    for (let rest = contentSet(content); rest !== 0; rest = withoutFirst(rest)) {
      const rule = firstRule(rest);
      const value: unknown = content[rule.key];
      this.#measured(rule, value, counter.count(value), counter);
    }
    this.#writeSize();
  }

  /** Encodes content and writes its size. */
  encode(content: ContentAttributes): ContentField[] {
    const set = contentSet(content);
    const fields = Array<ContentField>(contentCount(set));
    const { encoders } = this.#parts;
    const encoder = encoders.lend(this.#line);
    let size = 0;
    for (let rest = set; rest !== 0; rest = withoutFirst(rest)) {
      const rule = firstRule(rest);
      const value: unknown = content[rule.key];
      const json = this.#encodeField(encoder, rule, value);
      this.#measured(rule, value, json !== undefined, encoder);
      if (json !== undefined) fields[size++] = { rule, value: json };
    }
    encoders.takeBack(encoder);
    fields.length = size;
    this.#writeSize();
    return fields;
  }

  /** @param isJson - false for a value that JSON leaves out */
  #measured(
    { key, isOutput }: ContentRule,
    value: unknown,
    isJson: boolean,
    { bytes, truncated }: ContentCounter | JsonEncoder,
  ): void {
    if (isOutput) this.#outputBytes = (this.#outputBytes ?? 0) + bytes;
    else this.#inputBytes = (this.#inputBytes ?? 0) + bytes;
    if (!isJson) return;
    if (!isOutput && this.#parts.hasher !== undefined) this.#evidence += rawText(value);
    if (truncated) this.#line.markTruncated(key);
  }

  #writeSize(): void {
    const { record } = this.#line;
    const { hasher } = this.#parts;
    if (this.#inputBytes !== undefined) record['spanline.content.input_bytes'] = this.#inputBytes;
    if (this.#outputBytes !== undefined) record['spanline.content.output_bytes'] = this.#outputBytes;
    if (hasher === undefined || this.#evidence === '') return;
    record['spanline.content.input_hmac'] = hasher.hash(this.#evidence);
    record['spanline.hash.key_id'] = hasher.keyId;
  }

  #encodeField(encoder: JsonEncoder, { key, isText }: ContentRule, value: unknown): Json | undefined {
    const position = this.#parts.paths?.enterContent(key);
    if (!isText || typeof value !== 'string') return encoder.encode(value, key, position);
    const given = position !== undefined && isPathEnd(position) ? this.#line.censor(value, [key]) : value;
    return typeof given === 'string' ? encoder.encodeText(given) : encoder.encode(given);
  }

  /** Writes the fields, each within the limit of a field. */
  write(fields: readonly ContentField[]): void {
    this.#written = fields;
    for (const field of fields) {
      const text = this.#withReferences(field);
      field.value = text;
      this.#writeField(field.rule, text, this.#parts.limits.fieldBytes);
    }
  }

  /** Upper bound of the content's bytes on the line. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The content that was written, as data. */
  written(): Map<ContentKey, Plain> {
    return new Map(this.#written.map((field) => [field.rule.key, fieldData(field)]));
  }

  /** Writes a field again, shortened to `maxBytes`. */
  rewrite(key: ContentKey, plain: Plain, maxBytes: number): void {
    const rule = this.#written.find((field) => field.rule.key === key)?.rule;
    if (rule !== undefined) this.#writeField(rule, textOf(rule, plain), maxBytes);
  }

  /** Writes messages that an earlier line of the trace has as references to it. */
  #withReferences({ rule, value: json }: ContentField): string {
    if (typeof json === 'string') return json;
    const { record, mode, memory } = this.#line;
    const { deltas } = this.#parts;
    const side = rule.referableSide;
    const spanId = record['span_id'];
    const isReferable = side !== undefined && typeof spanId === 'string' && deltas !== 'none';
    if (!isReferable || mode === 'hashed') return joinJson(json);
    const index = (memory.messages ??= new MessageIndex());
    const isModelCall = record['span.type'] === 'llm';
    if (!isModelCall || (deltas === 'all' && side === 'i')) return index.refer(json, spanId, side);
    index.remember(json, spanId, side);
    return joinJson(json);
  }

  #writeField(rule: ContentRule, whole: string, maxBytes: number): void {
    const { key, isText } = rule;
    const { hasher } = this.#parts;
    const { record, mode } = this.#line;
    let text = whole;
    if (text.length * MAX_UTF8 > maxBytes && byteLength(text) > maxBytes) {
      this.#line.markTruncated(key);
      text = textOf(rule, fitField(key, parse(rule, whole), maxBytes));
    }
    let written = text;
    if (mode === 'hashed' && hasher !== undefined) {
      const hmac = hasher.hash(text);
      written = isText ? `hmac:${hmac}` : JSON.stringify({ hmac, bytes: byteLength(text) });
      record['spanline.hash.key_id'] = hasher.keyId;
    }
    record[key] = written;
    this.#bytes += key.length + KEY_BYTES;
    this.#bytes += written.length < SHORT_TEXT ? written.length * MAX_UTF8 : byteLength(written) * MAX_QUOTED;
  }
}

/** A field that asynchronous detectors have seen. */
export function detectedField(rule: ContentRule, plain: Plain): ContentField {
  if (rule.isText && typeof plain === 'string') return { rule, value: plain };
  return { rule, value: new JsonEncoder(UNLIMITED, NO_REDACTION).encode(plain) ?? 'null' };
}

/** A field as the data that asynchronous detectors see. */
export function fieldData({ rule, value }: ContentField): Plain {
  return parse(rule, joinJson(value));
}
