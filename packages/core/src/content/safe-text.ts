import { byteLength, truncate } from '../gate/index.ts';
import { decidesByName, type ValueRedactor, type VerifiedText } from '../redaction/index.ts';
import { blobBytes } from './blobs.ts';

/**
 * The entry of a text in the cache of verified texts, if it fits; `undefined` for the value of a field whose name says
 * what it is.
 */
export function verifiedText(
  text: string,
  name: string | undefined,
  maxBytes: number,
  redactor: ValueRedactor,
): VerifiedText | undefined {
  const verified = redactor.verified?.get(text);
  if (verified === undefined || verified.bytes > maxBytes) return undefined;
  return decidesByName(name) ? undefined : verified;
}

/** A text that may be logged. */
export interface SafeText {
  readonly text: string;
  readonly isTruncated: boolean;
}

/**
 * Makes a text safe to log: well-formed, redacted and truncated to `maxBytes`. A text that needs no change is added to
 * the cache of verified texts.
 *
 * @param size - UTF-8 bytes of the text
 */
export function safeText(
  text: string,
  name: string | undefined,
  { size, maxBytes }: { size: number; maxBytes: number },
  redactor: ValueRedactor,
): SafeText {
  const end = maxBytes + redactor.lookahead;
  const seen = text.length > end ? text.slice(0, end) : text;
  const unseenBytes = seen === text ? 0 : size - byteLength(seen);
  const isAscii = seen === text && size === text.length;
  const redacted = redactor.redact(isAscii || seen.isWellFormed() ? seen : seen.toWellFormed(), name);
  const kept = truncate(redacted, maxBytes, unseenBytes);
  // An attribute may hold a payload as it is; content describes it.
  if (kept === text && !decidesByName(name) && blobBytes(text) === undefined)
    redactor.verified?.add(text, { json: undefined, bytes: size });
  return { text: kept, isTruncated: kept !== redacted };
}
