/** Bytes that can be cut without a copy, such as a `Buffer`. */
interface Bytes<Self> {
  readonly length: number;
  readonly [index: number]: number;
  subarray(start: number, end: number): Self;
}

const CARRIAGE_RETURN = 13;

/**
 * Removes what is no text from the bytes of a line: the zero bytes that a file system leaves after a power cut, and the
 * carriage return before the line feed. The same memory is used.
 */
export function trimLine<Self extends Bytes<Self>>(line: Self): Self {
  let start = 0;
  let end = line.length;
  while (start < end && line[start] === 0) start++;
  if (end > start && line[end - 1] === CARRIAGE_RETURN) end--;
  return start === 0 && end === line.length ? line : line.subarray(start, end);
}
