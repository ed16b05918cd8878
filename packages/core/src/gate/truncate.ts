import { splitTruncated, truncationMarker } from '@spanline/record';

/** A UTF-16 code unit takes at most this many bytes of UTF-8. */
export const MAX_UTF8 = 3;

/** UTF-8 bytes of a string. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

/** Strings up to this many characters are counted whole. */
const MAX_COUNTED = 1_048_576;
const SAMPLES = 16;
const SAMPLE = MAX_COUNTED / SAMPLES;

/**
 * UTF-8 bytes of a string of any size, in bounded time: exact up to 1,048,576 characters. For a longer string, 16
 * evenly spread samples of 65,536 characters are counted, which is exact for text of one script, such as ASCII.
 */
export function boundedByteLength(text: string): number {
  if (text.length <= MAX_COUNTED) return byteLength(text);
  const step = (text.length - SAMPLE) / (SAMPLES - 1);
  let bytes = 0;
  for (let index = 0; index < SAMPLES; index++) {
    const start = Math.floor(index * step);
    bytes += byteLength(text.slice(start, start + SAMPLE));
  }
  return Math.round((bytes / MAX_COUNTED) * text.length);
}

/** The first `maxBytes` UTF-8 bytes of `text`, without half a character at the end. */
function utf8Prefix(text: string, maxBytes: number): string {
  if (maxBytes <= 0) return '';
  const bytes = Buffer.from(text.slice(0, maxBytes));
  let end = Math.min(bytes.length, maxBytes);
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

/**
 * Truncates a string to `maxBytes` UTF-8 bytes, including the marker `…[+N bytes]` at its end. A string that was
 * truncated before keeps one marker, with the sum.
 *
 * @param lostBytes - bytes that were already left out of `text`
 */
export function truncate(text: string, maxBytes: number, lostBytes = 0): string {
  if (lostBytes === 0 && (text.length * MAX_UTF8 <= maxBytes || byteLength(text) <= maxBytes)) return text;
  const { kept: whole, missingBytes } = splitTruncated(text);
  const gone = lostBytes + missingBytes;
  const total = byteLength(whole);
  const kept = utf8Prefix(whole, Math.min(total, maxBytes - truncationMarker(total + gone).length - 2));
  const missing = total - byteLength(kept) + gone;
  return missing === 0 ? kept : kept + truncationMarker(missing);
}
