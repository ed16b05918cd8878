import { truncationMarker } from '@spanline/record';
import { boundedByteLength } from './truncate.ts';

/**
 * Longest text that the gate lets through, in characters: more than any field but content keeps, and what redaction
 * looks at beyond. A text that is longer is cut, so that nothing behind the gate works on megabytes.
 */
const MAX_TEXT = 16_384;
/** A larger number has no use as text, and takes long to become one. */
const MAX_BIGINT = 2n ** 128n;

function cut(text: string): string {
  const last = text.charCodeAt(MAX_TEXT - 1);
  const end = last >= 0xd800 && last < 0xdc00 ? MAX_TEXT - 1 : MAX_TEXT;
  return text.slice(0, end) + truncationMarker(boundedByteLength(text.slice(end)));
}

/**
 * A text, or a number or boolean as text; `undefined` for every other value. A long text is cut and ends in a marker.
 */
export function admitText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value.length <= MAX_TEXT ? value : cut(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : undefined;
    case 'boolean':
      return String(value);
    case 'bigint':
      return value < MAX_BIGINT && value > -MAX_BIGINT ? String(value) : undefined;
    default:
      return undefined;
  }
}
