/** JSON of one flat object, as bytes. */
import { memoize } from '@spanline/record';

const INITIAL_BYTES = 65_536;
/** A buffer that grows gets more than it needs. */
const GROWTH = 1.25;
/** A larger buffer is not kept for the next object. */
const MAX_KEPT_BYTES = 1_048_576;
/** Up to this many characters, a text is read faster by its characters than by its bytes. */
const SHORT_TEXT = 48;
/** The buffer has room for the longest JSON of a text. Longer texts take a detour. */
const LONG_TEXT = 32_768;
/** A UTF-16 code unit takes at most this many bytes of UTF-8, and a byte at most this many of JSON: `\u001f`. */
const MAX_UTF8 = 3;
const MAX_ESCAPED = 6;
/** Room for the signs around a value. */
const SIGNS = 8;
/** Keys whose bytes are kept. They are those of the attribute table, and labels. */
const MAX_KEYS = 2000;
const MAX_KEY = 128;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SPACE = 0x20;
const DELETE = 0x7f;

/** 1 for a UTF-16 code unit that is one byte of JSON. */
const PLAIN_UNIT = new Uint8Array(0x1_0000).fill(1, SPACE, DELETE + 1);
/** 1 for a byte of UTF-8 that is itself in JSON. */
const PLAIN_BYTE = new Uint8Array(0x1_00).fill(1, SPACE);
for (const sign of [QUOTE, BACKSLASH]) PLAIN_UNIT[sign] = PLAIN_BYTE[sign] = 0;

const keyBytes = memoize(MAX_KEYS, (key: string) => Buffer.from(`${JSON.stringify(key)}:`), MAX_KEY);

const escapeOf = (byte: number): string => JSON.stringify(String.fromCharCode(byte)).slice(1, -1);

/**
 * Writes the JSON of an object into one buffer, byte by byte. `JSON.stringify` makes a text of pieces, which is copied
 * to one piece before it is encoded; if one character is not ASCII, that has two bytes for each.
 */
export interface JsonBytes {
  /** The last object. Valid until the next one. */
  bytes(): Buffer;
  /** Begins an object. */
  begin(): void;
  /** Adds a member. Its value is a scalar, or a list of them. */
  member(key: string, value: unknown): void;
  /** Adds members that are JSON already. */
  members(json: string): void;
  /**
   * Ends the object.
   *
   * @param end - follows it
   * @returns the number of bytes
   */
  finish(end: string): number;
}

/** Creates a writer with a buffer of its own. */
export function createJsonBytes(): JsonBytes {
  let bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  /** The bytes of a text are here before they become JSON. */
  let utf8: Buffer | undefined;
  let length = 0;

  /** Makes room for a number of bytes and the signs around them. */
  function reserve(room: number): void {
    const needed = length + room + SIGNS;
    if (needed <= bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.ceil(GROWTH * needed));
    bytes.copy(larger, 0, 0, length);
    bytes = larger;
  }

  /** Text that is JSON already. */
  function raw(json: string): void {
    reserve(json.length > LONG_TEXT ? Buffer.byteLength(json) : json.length * MAX_UTF8);
    length += bytes.write(json, length);
  }

  function longText(text: string): void {
    utf8 ??= Buffer.allocUnsafe(LONG_TEXT * MAX_UTF8);
    const source = utf8;
    const size = text.length > LONG_TEXT ? -1 : source.write(text);
    // A surrogate without its pair has no bytes in UTF-8, but it has JSON.
    if (size < 0 || (size !== text.length && !text.isWellFormed())) return raw(JSON.stringify(text));
    reserve(size * MAX_ESCAPED);
    const target = bytes;
    let at = length;
    target[at++] = QUOTE;
    for (let index = 0; index < size; index++) {
      const byte = source[index] ?? 0;
      if (PLAIN_BYTE[byte] === 1) target[at++] = byte;
      else if (byte === QUOTE || byte === BACKSLASH) {
        target[at++] = BACKSLASH;
        target[at++] = byte;
      } else at += target.write(escapeOf(byte), at);
    }
    target[at++] = QUOTE;
    length = at;
  }

  function text(value: string): void {
    const characters = value.length;
    if (characters > SHORT_TEXT) return longText(value);
    reserve(characters);
    const target = bytes;
    let at = length;
    target[at++] = QUOTE;
    for (let index = 0; index < characters; index++) {
      const unit = value.charCodeAt(index);
      if (PLAIN_UNIT[unit] !== 1) return longText(value);
      target[at++] = unit;
    }
    target[at++] = QUOTE;
    length = at;
  }

  function ascii(json: string): void {
    const characters = json.length;
    reserve(characters);
    for (let index = 0; index < characters; index++) bytes[length++] = json.charCodeAt(index);
  }

  function list(values: readonly unknown[]): void {
    reserve(0);
    bytes[length++] = OPEN_LIST;
    for (let index = 0; index < values.length; index++) {
      reserve(0);
      if (index > 0) bytes[length++] = COMMA;
      scalarOrList(values[index]);
    }
    reserve(0);
    bytes[length++] = CLOSE_LIST;
  }

  function scalarOrList(value: unknown): void {
    if (typeof value === 'string') text(value);
    else if (typeof value === 'number') ascii(Number.isFinite(value) ? String(value) : 'null');
    else if (typeof value === 'boolean') ascii(value ? 'true' : 'false');
    else if (Array.isArray(value)) list(value);
    else raw(JSON.stringify(value) ?? 'null');
  }

  return {
    bytes: () => bytes,
    begin(): void {
      if (bytes.length > MAX_KEPT_BYTES) bytes = Buffer.allocUnsafe(INITIAL_BYTES);
      bytes[0] = OPEN_OBJECT;
      length = 1;
    },
    member(key, value): void {
      const name = keyBytes(key);
      reserve(name.length);
      if (length > 1) bytes[length++] = COMMA;
      bytes.set(name, length);
      length += name.length;
      scalarOrList(value);
    },
    members(json): void {
      reserve(0);
      if (length > 1) bytes[length++] = COMMA;
      raw(json);
    },
    finish(end): number {
      reserve(0);
      bytes[length++] = CLOSE_OBJECT;
      raw(end);
      return length;
    },
  };
}
