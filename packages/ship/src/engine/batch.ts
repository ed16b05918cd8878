import { type Bytes, createBytes } from './bytes.ts';
import type { Encoded, SinkLimits, SourceLine } from './types.ts';

/** A line on its way to a sink. Its bytes are its batch's, and valid until that is cleared. */
export interface Entry {
  readonly source: string;
  readonly file: string;
  readonly offset: number;
  /** When it was logged, in milliseconds since the epoch, where the sink must know. */
  readonly time: number | undefined;
  readonly lines: Bytes;
  readonly lineFrom: number;
  readonly lineTo: number;
  readonly bodies: Bytes;
  readonly bodyFrom: number;
  readonly bodyTo: number;
}

/** A line that a target does not take. */
export interface Refused {
  readonly entry: Entry;
  readonly reason: string;
}

/**
 * Lines that travel together. They are kept as bytes in memory that is used again: thousands of strings that live as long as a request does are what a collector is slowest at, and
 * memory stays what the limits of the sink make it.
 */
export interface Batch {
  readonly entries: readonly Entry[];
  /** Lines that are not sent. */
  readonly refused: readonly Refused[];
  readonly isEmpty: boolean;
  /** When its first line came, on the clock of `performance.now`. */
  readonly since: number;
  /** True when a line would exceed the limits, as it stands or as it is sent. */
  isFullFor(line: SourceLine, encoded: Encoded): boolean;
  add(line: SourceLine, source: string, encoded: Exclude<Encoded, { kind: 'skip' }>): void;
  clear(): void;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

const EMPTY = { source: '', file: '', offset: 0, time: undefined, lineFrom: 0, lineTo: 0, bodyFrom: 0, bodyTo: 0 };
const MAX_BYTES_A_UNIT = 3;

function sizeOf(parts: readonly (string | Uint8Array)[], room: number): number {
  const most = parts.reduce((sum, part) => sum + part.length * (typeof part === 'string' ? MAX_BYTES_A_UNIT : 1), 0);
  return most <= room ? most : parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}

/** An empty batch. */
export function createBatch(limits: Pick<SinkLimits, 'bytes' | 'entries'>): Batch {
  const lines = createBytes();
  const bodies = createBytes();
  const entries: Entry[] = [];
  const refused: Refused[] = [];
  /** Used again like the memory. */
  const slots: Writable<Entry>[] = [];
  let since = 0;

  return {
    entries,
    refused,
    get since() {
      return since;
    },
    get isEmpty() {
      return entries.length + refused.length === 0;
    },
    isFullFor(line, encoded) {
      if (entries.length + refused.length === 0) return false;
      if (Math.max(entries.length, refused.length) >= limits.entries) return true;
      if (lines.length + line.bytes.length > limits.bytes) return true;
      const room = limits.bytes - bodies.length;
      return encoded.kind === 'entry' && sizeOf(encoded.parts, room) > room;
    },
    add(line, source, encoded) {
      const index = entries.length + refused.length;
      if (index === 0) since = performance.now();
      const slot = (slots[index] ??= { ...EMPTY, lines, bodies });
      slot.source = source;
      slot.file = line.file;
      slot.offset = line.offset;
      slot.time = encoded.kind === 'entry' ? encoded.time : undefined;
      slot.lineFrom = lines.length;
      slot.bodyFrom = bodies.length;
      lines.add(line.bytes);
      if (encoded.kind === 'entry') for (const part of encoded.parts) bodies.add(part);
      slot.lineTo = lines.length;
      slot.bodyTo = bodies.length;
      if (encoded.kind === 'entry') entries.push(slot);
      else refused.push({ entry: slot, reason: encoded.reason });
    },
    clear() {
      entries.length = 0;
      refused.length = 0;
      lines.clear();
      bodies.clear();
    },
  };
}

/** A line as it stands in its file. */
export const lineOf = ({ lines, lineFrom, lineTo }: Entry): string => lines.view(lineFrom, lineTo).toString('utf8');

/** The bodies of lines one after another; not copied where they stand so already. */
export function joinBodies(entries: readonly Entry[]): Buffer {
  const [first] = entries;
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return Buffer.alloc(0);
  const isOne = entries.every(({ bodyFrom }, index) => index === 0 || bodyFrom === entries[index - 1]?.bodyTo);
  if (isOne) return first.bodies.view(first.bodyFrom, last.bodyTo);
  return Buffer.concat(entries.map(({ bodies, bodyFrom, bodyTo }) => bodies.view(bodyFrom, bodyTo)));
}
