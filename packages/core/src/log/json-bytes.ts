/** JSON of one flat object, as bytes. */
import { createJsonKeys, KEY_ROOM } from './json-keys.ts';
import { NUMBER_ROOM, writeNumber } from './json-number.ts';
import { MAX_UNIT, viewed, type ViewedBytes, writeBytes, writeUnits } from './json-text.ts';

const INITIAL_BYTES = 65_536;
/** A buffer that grows gets more than it needs. */
const GROWTH = 1.25;
/** A larger buffer is not kept for the next object. Pages of fresh memory cost more than the bytes written to them. */
const MAX_KEPT_BYTES = 4 * 1_048_576;
/** Up to this many characters, a text is read faster by its characters than by its bytes. */
const SHORT_TEXT = 128;
/** Longer texts are written in pieces of this length, whose bytes stay in the caches of the processor. */
const LONG_TEXT = 32_768;
/** A byte of UTF-8 is at most this many of JSON, unless it is `\u001f`. */
const MAX_ESCAPED = 2;
/** Room for the signs around a value. */
const SIGNS = 8;

/** Room for a key, and for a value that takes no room of its own. */
const MEMBER_ROOM = KEY_ROOM + NUMBER_ROOM;

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
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

/** Where a piece of a text ends that is to end at `end`: it parts no pair of surrogates. */
function endOfPiece(text: string, end: number): number {
  if (end >= text.length) return text.length;
  return (text.charCodeAt(end - 1) & 0xfc00) === 0xd800 ? end - 1 : end;
}

/** Creates a writer with a buffer of its own. */
export function createJsonBytes(): JsonBytes {
  const keys = createJsonKeys();
  let target = viewed(Buffer.allocUnsafe(INITIAL_BYTES));
  let { bytes, view } = target;
  /** The bytes of a text are here before they become JSON. */
  let utf8: ViewedBytes | undefined;
  let length = 0;

  function use(buffer: Buffer): void {
    target = viewed(buffer);
    ({ bytes, view } = target);
  }

  /** Makes room for a number of bytes and the signs around them. */
  function reserve(room: number): void {
    const needed = length + room + SIGNS;
    if (needed <= bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.ceil(GROWTH * needed));
    bytes.copy(larger, 0, 0, length);
    use(larger);
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

  /** A piece of a text, without quotes. */
  function piece(text: string): void {
    utf8 ??= viewed(Buffer.allocUnsafe(LONG_TEXT * MAX_UNIT));
    const size = utf8.bytes.write(text);
    reserve(size * MAX_ESCAPED);
    // A surrogate without its pair has no bytes in UTF-8, but it has JSON.
    const hasBytes = size === text.length || text.isWellFormed();
    const end = hasBytes ? writeBytes(target, length, utf8, size) : -1;
    if (end < 0) raw(JSON.stringify(text).slice(1, -1));
    else length = end;
  }

  function longText(text: string): void {
    if (text.length > LONG_TEXT) reserve(Buffer.byteLength(text));
    sign(QUOTE);
    for (let from = 0, to = 0; from < text.length; from = to) {
      to = endOfPiece(text, from + LONG_TEXT);
      piece(text.slice(from, to));
    }
    sign(QUOTE);
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
      if (bytes.length > MAX_KEPT_BYTES) use(Buffer.allocUnsafe(INITIAL_BYTES));
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
