/** Reads the values of keys, each as its kind says. */

import { attributeRow, isOpenKey } from '@spanline/record';
import { readId, readTime } from './compact-values.ts';
import {
  type LineBytes,
  QUOTE,
  readNumber,
  readStrings,
  readText,
  readWord,
  skipString,
  skipStrings,
  type Texts,
} from './json-bytes.ts';

const OPEN_BRACKET = 0x5b;

/** A value of a record. */
export type Read = string | number | boolean | readonly string[];

/** A key, and its value in the line that was read last. */
export interface Slot {
  readonly key: string;
  readonly kind: Kind;
  readonly texts: Texts;
  /** Number of the line that had the key last, and its value there: one of these. */
  line: number;
  number: number;
  value: Read | undefined;
}

/** Kinds of values. Numbers are compared faster than texts. */
export const SKIPPED = 0;
const TEXT = 1;
export const ID = 2;
export const TIME = 3;
const NUMBER = 4;
const INTEGER = 5;
const BOOLEAN = 6;
const TEXTS = 7;
/** A key of an open family, whose values are scalars. */
export const OPEN = 8;
/** The line has to be parsed whole. */
export const REFUSED = 9;
export type Kind = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

const KINDS = {
  string: TEXT,
  text: TEXT,
  json: TEXT,
  int: INTEGER,
  double: NUMBER,
  boolean: BOOLEAN,
  strings: TEXTS,
} as const;

/** A slot without a value. */
export function slotOf(key: string, kind: Kind): Slot {
  return { key, kind, texts: [], line: 0, number: Number.NaN, value: undefined };
}

/** The kind of a key of the record. */
export const slotKindOf = (key: string): Kind => (isOpenKey(key) ? OPEN : KINDS[attributeRow(key)?.kind ?? 'string']);
/** True if the value of a slot is in `number`. */
export const isNumeric = (kind: Kind): boolean => kind >= ID && kind <= INTEGER;

/** Skips a value. @returns whether it is a scalar or a list of strings */
function skip(line: LineBytes): boolean {
  const first = line.view.getUint8(line.at);
  if (first === QUOTE) return skipString(line);
  if (first === OPEN_BRACKET) return skipStrings(line);
  return !Number.isNaN(readNumber(line)) || readWord(line) !== undefined;
}

function readBoolean(line: LineBytes): boolean | undefined {
  const word = readWord(line);
  return word === undefined || word === 'null' ? undefined : word === 'true';
}

/** Reads the value of an open key: a text, a number or a boolean. */
function readOpen(line: LineBytes, texts: Texts): Read | undefined {
  if (line.view.getUint8(line.at) === QUOTE) return readText(line, texts);
  const number = readNumber(line);
  return Number.isNaN(number) ? readBoolean(line) : number;
}

/** Reads a number; not finite if the line has to be parsed whole. */
function readNumeric(line: LineBytes, kind: Kind): number {
  if (kind === ID) return readId(line);
  if (kind === TIME) return readTime(line);
  const number = readNumber(line);
  return kind === NUMBER || Number.isInteger(number) ? number : Number.NaN;
}

/** Reads a value that is no number. `undefined`: the line has to be parsed whole. */
function readValue(line: LineBytes, { kind, texts }: Slot): Read | undefined {
  switch (kind) {
    case TEXT:
      return readText(line, texts);
    case BOOLEAN:
      return readBoolean(line);
    case TEXTS:
      return line.view.getUint8(line.at) === OPEN_BRACKET ? readStrings(line) : undefined;
    case OPEN:
      return readOpen(line, texts);
    default:
      return undefined;
  }
}

/** Reads a value into its slot. @returns whether it could be read */
export function readSlot(line: LineBytes, slot: Slot, count: number): boolean {
  const { kind } = slot;
  slot.line = count;
  if (kind === SKIPPED) return skip(line);
  if (isNumeric(kind)) {
    slot.number = readNumeric(line, kind);
    return !Number.isNaN(slot.number);
  }
  slot.value = readValue(line, slot);
  return slot.value !== undefined;
}
