/**
 * Reads some keys of a line without parsing the rest. It knows the lines that a tracer writes in the profile `otel`:
 * one flat object whose keys are those of the record. Any other line is left to `parseLine`, and the answers are the
 * same. Strings that nobody asks for are skipped, whatever is in them.
 */

import {
  type AttributeKey,
  attributeRow,
  correlationKeys,
  isOpenKey,
  PROFILE_NAMES,
  type SpanRecord,
} from '@spanline/record';
import { columnOf } from '../filter/index.ts';
import { COMMA, type LineBytes } from './json-bytes.ts';
import { createKeyFinder } from './known-keys.ts';
import {
  ID,
  isNumeric,
  slotKindOf,
  OPEN,
  type Read,
  readSlot,
  REFUSED,
  SKIPPED,
  type Slot,
  slotOf,
  TIME,
} from './value-slots.ts';

/** Reads keys. */
export interface KeyReader {
  /** One record shows all lines, the last one at a time. */
  readonly isReused: boolean;
  /**
   * Reads a line of a chunk.
   *
   * @param end - index of the line feed
   * @returns `undefined` for a line that has to be parsed whole
   */
  read(bytes: Buffer, from: number, end: number): SpanRecord | undefined;
}

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** Bytes that are read beyond the end of a line, at most. */
const BEYOND = 3;

/** Keys by which `parseLine` recognises other profiles, or that it reads as another key. */
export const OTHER_PROFILES: readonly string[] = [
  'ddsource',
  'ecs.version',
  'log.level',
  'status',
  ...PROFILE_NAMES.flatMap((profile) => Object.values(correlationKeys(profile))),
].filter((key) => attributeRow(key) === undefined);
const ALWAYS: readonly AttributeKey[] = ['spanline.schema', '@timestamp', 'event.name'];
/** If one of these is asked for and is not there, `parseLine` looks for other fields. */
const NEEDED: ReadonlySet<string> = new Set<AttributeKey>(['spanline.schema', '@timestamp', 'level', 'message']);
const LEVELS: ReadonlySet<unknown> = new Set(['trace', 'debug', 'info', 'warn', 'error', 'fatal']);

/** Options of {@link createKeyReader}. */
interface KeyReaderOptions {
  /** Read all open keys, too. @defaultValue false */
  readonly hasOpenKeys?: boolean;
  /** Use one record for all lines, which shows the last one. It has all keys. @defaultValue false */
  readonly isReused?: boolean;
  /**
   * Keys whose values are numbers in the record: see `compact-values.ts`.
   *
   * @defaultValue none
   */
  readonly compact?: readonly AttributeKey[];
}

/** Creates a reader of keys. */
export function createKeyReader(
  keys: readonly string[],
  { hasOpenKeys = false, isReused = false, compact = [] }: KeyReaderOptions = {},
): KeyReader {
  const wanted = new Map<string, Slot>();
  for (const key of [...ALWAYS, ...keys]) {
    const isCompact = (compact as readonly string[]).includes(key);
    wanted.set(key, slotOf(key, isCompact ? (columnOf(key)?.type === 'time' ? TIME : ID) : slotKindOf(key)));
  }
  const slots = [...wanted.values()];
  const refused = new Set(OTHER_PROFILES.filter((key) => !wanted.has(key)));
  const needed = slots.filter(({ key }) => NEEDED.has(key));
  const level = wanted.get('level');
  const finder = createKeyFinder((key): Slot => {
    const isOpen = hasOpenKeys && isOpenKey(key);
    return wanted.get(key) ?? slotOf(key, refused.has(key) ? REFUSED : isOpen ? OPEN : SKIPPED);
  });
  const none = Buffer.alloc(0);
  const line: LineBytes = { bytes: none, view: new DataView(none.buffer), at: 0, end: 0 };
  /** Lines that were read. */
  let count = 0;

  const valueOf = (slot: Slot): Read | undefined => {
    if (slot.line !== count) return undefined;
    return isNumeric(slot.kind) ? slot.number : slot.value;
  };
  const reused = {};
  for (const slot of slots)
    Object.defineProperty(reused, slot.key, { enumerable: true, get: (): Read | undefined => valueOf(slot) });

  /** Reads all members. @returns whether the line is one flat object */
  function readMembers(record: Record<string, Read | undefined> | undefined): boolean {
    const { view, end } = line;
    for (let known = finder.start; ;) {
      // At the brace or the comma before a key.
      line.at++;
      const found = finder.find(line, known);
      if (found === undefined || !readSlot(line, found.role, count)) return false;
      if (record !== undefined && found.role.kind !== SKIPPED) record[found.key] = valueOf(found.role);
      known = found;
      const next = view.getUint8(line.at);
      if (next === COMMA) continue;
      return next === CLOSE_BRACE && line.at + 1 === end;
    }
  }

  return {
    isReused,
    read(bytes, from, end) {
      if (end + BEYOND >= bytes.length) return undefined;
      if (line.bytes !== bytes) {
        line.bytes = bytes;
        line.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      }
      line.at = from;
      line.end = end;
      count++;
      const record: Record<string, Read | undefined> | undefined = isReused ? undefined : {};
      if (line.view.getUint8(from) !== OPEN_BRACE || !readMembers(record)) return undefined;
      for (const slot of needed) if (slot.line !== count) return undefined;
      if (level !== undefined && !LEVELS.has(level.value)) return undefined;
      return record ?? reused;
    },
  };
}
