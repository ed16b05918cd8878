/** JSON of one flat object, as bytes. */
import { createJsonKeys, KEY_ROOM } from './json-keys.ts';
import { NUMBER_ROOM, writeNumber } from './json-number.ts';
import { MAX_UNIT, writeBytes, writeUnits } from './json-text.ts';

const INITIAL_BYTES = 65_536;
/** A buffer that grows gets more than it needs. */
const GROWTH = 1.25;
/** A larger buffer is not kept for the next object. */
const MAX_KEPT_BYTES = 1_048_576;
/** Up to this many characters, a text is read faster by its characters than by its bytes. */
const SHORT_TEXT = 128;
/** The buffer has room for the longest JSON of a text. Longer texts take a detour. */
const LONG_TEXT = 32_768;
/** A byte of UTF-8 is at most this many of JSON, unless it is `\u001f`. */
const MAX_ESCAPED = 2;
/** Room for the signs around a value. */
const SIGNS = 8;

/** Room for a key, and for a value that takes no room of its own. */
const MEMBER_ROOM = KEY_ROOM + NUMBER_ROOM;

const LINE_FEED = 0x0a;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

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
  /** Adds members that are JSON in UTF-8 already. */
  members(json: Uint8Array): void;
  /**
   * Ends the object.
   *
   * @param end - follows it
   * @returns the number of bytes
   */
  finish(end: string): number;
}

const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** Creates a writer with a buffer of its own. */
export function createJsonBytes(): JsonBytes {
  const keys = createJsonKeys();
  let bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  let view = viewOf(bytes);
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
    view = viewOf(larger);
  }

  function sign(byte: number): void {
    reserve(0);
    bytes[length++] = byte;
  }

  /** Text that is JSON already. */
  function raw(json: string): void {
    reserve(json.length > LONG_TEXT ? Buffer.byteLength(json) : json.length * MAX_UNIT);
    length += bytes.write(json, length);
  }

  /** The same, short and of ASCII. */
  function ascii(json: string): void {
    const characters = json.length;
    reserve(characters);
    for (let index = 0; index < characters; index++) bytes[length++] = json.charCodeAt(index);
  }

  function longText(text: string): void {
    utf8 ??= Buffer.allocUnsafe(LONG_TEXT * MAX_UNIT);
    const size = text.length > LONG_TEXT ? -1 : utf8.write(text);
    // A surrogate without its pair has no bytes in UTF-8, but it has JSON.
    if (size < 0 || (size !== text.length && !text.isWellFormed())) return raw(JSON.stringify(text));
    reserve(size * MAX_ESCAPED);
    const end = writeBytes(bytes, length, utf8, size);
    if (end === length) return raw(JSON.stringify(text));
    length = end;
  }

  function text(value: string): void {
    const units = value.length;
    if (units > SHORT_TEXT) return longText(value);
    reserve(units * MAX_UNIT);
    const end = writeUnits(bytes, length, value, units);
    if (end === length) return raw(JSON.stringify(value));
    length = end;
  }

  /** A number. Room was made for it. */
  function number(value: number): void {
    const end = writeNumber(bytes, length, value);
    if (end === length) return ascii(Number.isFinite(value) ? String(value) : 'null');
    length = end;
  }

  function list(values: readonly unknown[]): void {
    sign(OPEN_LIST);
    for (let index = 0; index < values.length; index++) {
      if (index > 0) sign(COMMA);
      reserve(NUMBER_ROOM);
      scalarOrList(values[index]);
    }
    sign(CLOSE_LIST);
  }

  function scalarOrList(value: unknown): void {
    if (typeof value === 'string') text(value);
    else if (typeof value === 'number') number(value);
    else if (typeof value === 'boolean') ascii(value ? 'true' : 'false');
    else if (Array.isArray(value)) list(value);
    else raw(JSON.stringify(value) ?? 'null');
  }

  return {
    bytes: () => bytes,
    begin(): void {
      if (bytes.length > MAX_KEPT_BYTES) {
        bytes = Buffer.allocUnsafe(INITIAL_BYTES);
        view = viewOf(bytes);
      }
      length = 0;
      keys.begin();
    },
    member(key, value): void {
      reserve(MEMBER_ROOM);
      const end = keys.write(view, length, key);
      if (end > length) length = end;
      else {
        raw(`,${JSON.stringify(key)}:`);
        reserve(NUMBER_ROOM);
      }
      scalarOrList(value);
    },
    members(json): void {
      sign(COMMA);
      reserve(json.length);
      bytes.set(json, length);
      length += json.length;
    },
    finish(end): number {
      // Each member began with a comma. The first one's is where the object opens.
      if (length === 0) length = 1;
      bytes[0] = OPEN_OBJECT;
      sign(CLOSE_OBJECT);
      if (end === '\n') sign(LINE_FEED);
      else raw(end);
      return length;
    },
  };
}
