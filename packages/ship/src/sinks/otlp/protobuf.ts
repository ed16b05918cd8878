/** Wire types of protobuf (protobuf.dev, Encoding). */
const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

const FIRST_BYTES = 16_384;
/** `clear` releases memory above this size. */
const MAX_KEPT_BYTES = 1_048_576;
/** UTF-8 bytes of one UTF-16 code unit, at most. */
const MAX_BYTES_PER_UNIT = 3;
/** Longer texts are measured before memory is reserved for them. */
const SHORT_TEXT = 1024;
/** A length below this takes one byte. */
const ONE_BYTE = 128;
const MAX_VARINT_BYTES = 10;

/** Writes the fields of a protobuf message into memory that is reused. */
export interface ProtobufWriter {
  /** An int64, uint32, bool or enum: a whole number that a double represents exactly. */
  varint(field: number, value: number): void;
  double(field: number, value: number): void;
  /** @param value - decimal digits */
  fixed64(field: number, value: string): void;
  fixed32(field: number, value: number): void;
  string(field: number, value: string): void;
  /** Bytes given as hexadecimal digits. */
  hex(field: number, digits: string): void;
  /** A nested message, whose fields are written by `write`. */
  message(field: number, write: () => void): void;
  copy(): Buffer;
  clear(): void;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= ONE_BYTE; rest = Math.floor(rest / ONE_BYTE)) bytes++;
  return bytes;
}

function maxBytesOf(text: string): number {
  return text.length > SHORT_TEXT ? Buffer.byteLength(text) : text.length * MAX_BYTES_PER_UNIT;
}

/** @returns the offset behind it */
function putVarint(memory: Buffer, value: number, offset: number): number {
  let at = offset;
  let rest = value;
  for (; rest >= ONE_BYTE; rest = Math.floor(rest / ONE_BYTE)) memory[at++] = (rest % ONE_BYTE) | ONE_BYTE;
  memory[at++] = rest;
  return at;
}

function putNegative(memory: Buffer, value: number, offset: number): number {
  let rest = BigInt.asUintN(64, BigInt(value));
  let at = offset;
  for (; rest >= 128n; rest >>= 7n) memory[at++] = Number(rest & 127n) | ONE_BYTE;
  memory[at++] = Number(rest);
  return at;
}

/** Creates an empty writer. */
export function createProtobufWriter(): ProtobufWriter {
  let memory = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let length = 0;

  function reserve(bytes: number): void {
    if (length + bytes <= memory.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(memory.length * 2, length + bytes));
    memory.copy(grown, 0, 0, length);
    memory = grown;
  }

  function tag(field: number, wireType: number, bytes: number): void {
    reserve(MAX_VARINT_BYTES + bytes);
    length = putVarint(memory, field * 8 + wireType, length);
  }

  /**
   * Writes the length in front of what was written since `start`. One byte is reserved for it; longer content moves.
   */
  function finish(start: number): void {
    const size = length - start;
    const extra = varintBytes(size) - 1;
    if (extra > 0) {
      reserve(extra);
      memory.copyWithin(start + extra, start, length);
      length += extra;
    }
    putVarint(memory, size, start - 1);
  }

  return {
    varint(field, value) {
      tag(field, VARINT, MAX_VARINT_BYTES);
      length = value < 0 ? putNegative(memory, value, length) : putVarint(memory, value, length);
    },
    double(field, value) {
      tag(field, FIXED64, 8);
      length = memory.writeDoubleLE(value, length);
    },
    fixed64(field, value) {
      tag(field, FIXED64, 8);
      length = memory.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), length);
    },
    fixed32(field, value) {
      tag(field, FIXED32, 4);
      length = memory.writeUInt32LE(value, length);
    },
    string(field, value) {
      tag(field, DELIMITED, 1 + maxBytesOf(value));
      const start = ++length;
      length += memory.write(value, start);
      finish(start);
    },
    hex(field, digits) {
      tag(field, DELIMITED, 1 + digits.length);
      const start = ++length;
      length += memory.write(digits, start, 'hex');
      finish(start);
    },
    message(field, write) {
      tag(field, DELIMITED, 1);
      const start = ++length;
      write();
      finish(start);
    },
    copy: () => Buffer.from(memory.subarray(0, length)),
    clear() {
      length = 0;
      if (memory.length > MAX_KEPT_BYTES) memory = Buffer.allocUnsafeSlow(FIRST_BYTES);
    },
  };
}

/** A length-delimited field made of parts that are encoded already. */
export function delimited(field: number, parts: readonly Buffer[]): Buffer[] {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const header = Buffer.allocUnsafe(2 * MAX_VARINT_BYTES);
  const end = putVarint(header, size, putVarint(header, field * 8 + DELIMITED, 0));
  return [header.subarray(0, end), ...parts];
}

/** Reads a varint. @returns its value and the offset behind it @throws RangeError when the bytes end in it */
function readVarint(bytes: Uint8Array, offset: number): [value: number, end: number] {
  let value = 0;
  for (let at = offset, factor = 1; ; at++, factor *= ONE_BYTE) {
    const byte = bytes[at];
    if (byte === undefined) throw new RangeError('the message is truncated');
    value += (byte % ONE_BYTE) * factor;
    if (byte < ONE_BYTE) return [value, at + 1];
  }
}

/**
 * Reads the last value of a field: a number for a varint, bytes for a length-delimited field, else `undefined`.
 *
 * @throws RangeError for a message that is truncated or malformed
 */
export function readField(message: Uint8Array, field: number): number | Uint8Array | undefined {
  let found: number | Uint8Array | undefined;
  for (let at = 0; at < message.length;) {
    const [tag, afterTag] = readVarint(message, at);
    const wireType = tag % 8;
    let value: number | Uint8Array | undefined;
    if (wireType === VARINT) [value, at] = readVarint(message, afterTag);
    else if (wireType === DELIMITED) {
      const [size, start] = readVarint(message, afterTag);
      at = start + size;
      if (at > message.length) throw new RangeError('the message is truncated');
      value = message.subarray(start, at);
    } else if (wireType === FIXED64 || wireType === FIXED32) at = afterTag + (wireType === FIXED64 ? 8 : 4);
    else throw new RangeError('unknown wire type');
    if (Math.floor(tag / 8) === field) found = value;
  }
  return found;
}
