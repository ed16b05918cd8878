import type { EncodedLine, SinkEntry, SinkLimits } from '../contracts/sink.ts';
import type { SourceLine } from '../contracts/source.ts';
import { type Bytes, createBytes, MAX_BYTES_PER_UNIT } from './bytes.ts';

/** A line that goes to the dead-letter file. */
export interface Rejected {
  readonly entry: BatchEntry;
  readonly reason: string;
}

/**
 * An entry whose bytes are in its batch. Lines are kept as bytes in memory that is reused: memory stays within the
 * limits of the sink, and the garbage collector does not have to follow thousands of strings that live as long as a
 * request.
 */
export class BatchEntry implements SinkEntry {
  source = '';
  file = '';
  offset = 0;
  /** Time of the line's wrapper, for a line without one. */
  time: string | undefined = undefined;
  meta: unknown = undefined;
  lineFrom = 0;
  lineTo = 0;
  bodyFrom = 0;
  bodyTo = 0;

  private readonly lines: Bytes;
  private readonly bodies: Bytes;

  constructor(lines: Bytes, bodies: Bytes) {
    this.lines = lines;
    this.bodies = bodies;
  }

  get line(): string {
    return this.lines.view(this.lineFrom, this.lineTo).toString('utf8');
  }

  get body(): Buffer {
    return this.bodies.view(this.bodyFrom, this.bodyTo);
  }

  /** The bodies of several entries, one after another. Adjacent bodies are not copied. */
  static join(entries: readonly BatchEntry[]): Buffer {
    const [first] = entries;
    const last = entries.at(-1);
    if (first === undefined || last === undefined) return Buffer.alloc(0);
    const areAdjacent = entries.every(({ bodyFrom }, index) => index === 0 || bodyFrom === entries[index - 1]?.bodyTo);
    if (areAdjacent) return first.bodies.view(first.bodyFrom, last.bodyTo);
    return Buffer.concat(entries.map(({ body }) => body));
  }
}

/** Lines that are sent together. */
export interface Batch {
  readonly entries: readonly BatchEntry[];
  /** Lines that are not sent. */
  readonly rejected: readonly Rejected[];
  readonly isEmpty: boolean;
  /** When the first line was added, on the clock of `performance.now`. */
  readonly since: number;
  /** Whether a line would exceed the limits, raw or encoded. */
  isFullFor(line: SourceLine, encoded: EncodedLine): boolean;
  add(line: SourceLine, encoded: Exclude<EncodedLine, { kind: 'skip' }>): void;
  clear(): void;
}

function sizeOf(parts: readonly (string | Uint8Array)[], available: number): number {
  const most = parts.reduce((sum, part) => sum + part.length * (typeof part === 'string' ? MAX_BYTES_PER_UNIT : 1), 0);
  return most <= available ? most : parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}

/** Creates an empty batch. */
export function createBatch(limits: Pick<SinkLimits, 'bytes' | 'entries'>): Batch {
  const lines = createBytes();
  const bodies = createBytes();
  const entries: BatchEntry[] = [];
  const rejected: Rejected[] = [];
  /** Entries are reused like the memory. */
  const slots: BatchEntry[] = [];
  let since = 0;

  return {
    entries,
    rejected,
    get since() {
      return since;
    },
    get isEmpty() {
      return entries.length + rejected.length === 0;
    },
    isFullFor(line, encoded) {
      if (entries.length + rejected.length === 0) return false;
      if (Math.max(entries.length, rejected.length) >= limits.entries) return true;
      if (lines.length + line.bytes.length > limits.bytes) return true;
      const available = limits.bytes - bodies.length;
      return encoded.kind === 'entry' && sizeOf(encoded.parts, available) > available;
    },
    add(line, encoded) {
      const index = entries.length + rejected.length;
      if (index === 0) since = performance.now();
      const slot = (slots[index] ??= new BatchEntry(lines, bodies));
      slot.source = line.source;
      slot.file = line.file;
      slot.offset = line.offset;
      slot.time = line.time;
      slot.meta = encoded.kind === 'entry' ? encoded.meta : undefined;
      slot.lineFrom = lines.length;
      slot.bodyFrom = bodies.length;
      lines.add(line.bytes);
      if (encoded.kind === 'entry') for (const part of encoded.parts) bodies.add(part);
      slot.lineTo = lines.length;
      slot.bodyTo = bodies.length;
      if (encoded.kind === 'entry') entries.push(slot);
      else rejected.push({ entry: slot, reason: encoded.reason });
    },
    clear() {
      entries.length = 0;
      rejected.length = 0;
      lines.clear();
      bodies.clear();
    },
  };
}
