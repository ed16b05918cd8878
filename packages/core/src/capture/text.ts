const MARKER = /…\[\+(\d+) bytes\]$/;

/** UTF-8 bytes of a string. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

/** Strings up to this many characters are counted whole. */
const COUNTED = 1_048_576;
const SAMPLES = 16;
const SAMPLE = COUNTED / SAMPLES;

/**
 * UTF-8 bytes of a string of any size in bounded time: exact up to 1,048,576 characters; of a longer one 16 evenly spread
 * samples of 65,536 characters are counted, which is exact for text of one script, ASCII among them.
 */
export function sizeOf(text: string): number {
  if (text.length <= COUNTED) return byteLength(text);
  const step = (text.length - SAMPLE) / (SAMPLES - 1);
  let bytes = 0;
  for (let index = 0; index < SAMPLES; index++) {
    const start = Math.floor(index * step);
    bytes += byteLength(text.slice(start, start + SAMPLE));
  }
  return Math.round((bytes / COUNTED) * text.length);
}

/** The first `maxBytes` UTF-8 bytes of `text`, never half a character. */
function head(text: string, maxBytes: number): string {
  if (maxBytes <= 0) return '';
  const bytes = Buffer.from(text.slice(0, maxBytes));
  let end = Math.min(bytes.length, maxBytes);
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

/**
 * Cuts a string to `maxBytes` UTF-8 bytes, its end `…[+N bytes]` telling how much is gone; a string that was cut before keeps one marker with the sum.
 *
 * @param lost - bytes that were left out before already
 */
export function cut(text: string, maxBytes: number, lost = 0): string {
  if (lost === 0 && (text.length * 3 <= maxBytes || byteLength(text) <= maxBytes)) return text;
  const marked = MARKER.exec(text);
  const plain = marked === null ? text : text.slice(0, marked.index);
  const gone = lost + Number(marked?.[1] ?? 0);
  const total = byteLength(plain);
  const kept = head(plain, Math.min(total, maxBytes - `…[+${total + gone} bytes]`.length - 2));
  const missing = total - byteLength(kept) + gone;
  return missing === 0 ? kept : `${kept}…[+${missing} bytes]`;
}
