import type { CleanText } from './clean-texts.ts';
import type { TextReader } from './plain.ts';
import { isSecretName } from './rules.ts';
import { byteLength, cut } from './text.ts';

/** A redaction rule sees no more of a text than its limit and this: nothing longer than this could be missed at the cut. */
const OVERLAP = 1024;

/** A text that was found clean before and fits; under the name of a secret none is. */
export function knownText(
  text: string,
  name: string | undefined,
  maxBytes: number,
  reader: TextReader,
): CleanText | undefined {
  const known = reader.clean?.get(text);
  if (known === undefined || known.bytes > maxBytes) return undefined;
  return name !== undefined && isSecretName(name) ? undefined : known;
}

/** A text as a line may hold it. */
export interface ReadText {
  readonly text: string;
  readonly isCut: boolean;
}

/**
 * Brings a text that is not known into the form in which it may be logged: well-formed, read and cut to `maxBytes`. One that stays as it is is remembered.
 *
 * @param size - UTF-8 bytes of the text
 */
export function readText(
  text: string,
  name: string | undefined,
  { size, maxBytes }: { size: number; maxBytes: number },
  reader: TextReader,
): ReadText {
  const seen = text.length > maxBytes + OVERLAP ? text.slice(0, maxBytes + OVERLAP) : text;
  const unseen = seen === text ? 0 : size - byteLength(seen);
  const isAscii = seen === text && size === text.length;
  const read = reader.read(isAscii || seen.isWellFormed() ? seen : seen.toWellFormed(), name);
  const kept = cut(read, maxBytes, unseen);
  if (kept === text) reader.clean?.add(text, { json: JSON.stringify(text), bytes: size });
  return { text: kept, isCut: kept !== read };
}
