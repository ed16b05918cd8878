/** A growing buffer whose memory is reused. */
export interface Bytes {
  readonly length: number;
  /** Appends bytes, or a text in UTF-8. */
  add(part: string | Uint8Array): void;
  /** The bytes between two offsets, not copied. Valid until `clear`. */
  view(from: number, to: number): Buffer;
  clear(): void;
}

const FIRST_BYTES = 65_536;
/** `clear` releases memory above this size, which one long line may have needed. */
const MAX_KEPT_BYTES = 8_388_608;

/** UTF-8 bytes of one UTF-16 code unit, at most. */
export const MAX_BYTES_PER_UNIT = 3;

/** Creates an empty buffer. */
export function createBytes(): Bytes {
  let memory = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let length = 0;

  function reserve(bytes: number): void {
    if (length + bytes <= memory.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(memory.length * 2, length + bytes));
    memory.copy(grown, 0, 0, length);
    memory = grown;
  }

  return {
    get length() {
      return length;
    },
    add(part) {
      if (typeof part === 'string') {
        const most = part.length * MAX_BYTES_PER_UNIT;
        reserve(length + most <= memory.length ? most : Buffer.byteLength(part));
        length += memory.write(part, length);
      } else {
        reserve(part.length);
        memory.set(part, length);
        length += part.length;
      }
    },
    view: (from, to) => memory.subarray(from, to),
    clear() {
      length = 0;
      if (memory.length > MAX_KEPT_BYTES) memory = Buffer.allocUnsafeSlow(FIRST_BYTES);
    },
  };
}
