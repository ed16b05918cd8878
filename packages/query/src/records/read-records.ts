/** Records of lines: what `parseLine` makes of each, and where it stands. Bad lines are counted. */

import { kindOfEvent, type ParsedLine, parseLine, readTime } from '@spanline/record';
import {
  type BadLine,
  type BadLineCounter,
  type BadLineReason,
  type LogFile,
  type LogLine,
  readLines,
  type TakeLine,
} from '../lines/index.ts';
import type { KeyReader } from './key-reader.ts';

/** A line, read back, and its place. */
export interface ReadRecord extends ParsedLine {
  readonly file: LogFile;
  /** Bytes before the line. */
  readonly offset: number;
  readonly length: number;
}

/** How far reading is. */
export interface Progress {
  /** Path of the file that is being read. */
  readonly file: string;
  /** Bytes of the files that were read, as they are stored. For a compressed file they count at its end. */
  readonly bytes: number;
  /** Bytes of all files. 0 for the standard input. */
  readonly totalBytes: number;
  readonly lines: number;
  /** Lines that were no records, of this question. */
  readonly badLines: number;
}

/** Records that were read at once. */
interface RecordBatch {
  readonly records: readonly ReadRecord[];
  readonly file: LogFile;
  /** Bytes before the first line that is not read yet. */
  readonly end: number;
}

const BRACE = 0x7b;

/** Why a line that was read is no record. */
export function badReason({ bytes, fault }: LogLine): BadLineReason {
  return fault ?? (bytes[0] === BRACE ? 'json' : 'text');
}

/** Reads a line back. A line that has no time gets the one of its wrapper. */
export function readRecord(file: LogFile, line: LogLine): ReadRecord | undefined {
  const { bytes, offset, length, time, fault } = line;
  const parsed = fault === 'long' ? undefined : parseLine(bytes.toString('utf8'));
  if (parsed === undefined) return undefined;
  if (time !== undefined && parsed.record['@timestamp'] === undefined) {
    const iso = readTime(time, Date.now());
    if (iso !== undefined) parsed.record['@timestamp'] = iso;
  }
  return { kind: parsed.kind, record: parsed.record, rest: parsed.rest, file, offset, length };
}

/** Options of {@link readRecords}. */
interface ReadRecordsOptions {
  readonly bad: BadLineCounter;
  readonly signal?: AbortSignal | undefined;
  /** Called after each megabyte or so. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Where to begin in a file. @defaultValue its start */
  readonly from?: (file: LogFile) => number;
  /** Leave the text after the last line feed of a file out. @defaultValue false */
  readonly isGrowing?: boolean;
  /** Skip lines without reading them. Those are not counted as bad. @defaultValue none */
  readonly skips?: ((line: LogLine, file: LogFile) => boolean) | undefined;
  /**
   * Reads only some keys of the lines that it knows. Their records have no other keys, and `rest` is empty.
   *
   * @defaultValue lines are read whole
   */
  readonly keys?: KeyReader | undefined;
  /** Called with each record that `keys` read; those are not in the batches. @defaultValue they are */
  readonly visit?: ((read: ReadRecord) => void) | undefined;
}

const NO_REST: Record<string, unknown> = Object.freeze({});

/** Reads keys of lines where they stand in a chunk. Where one record shows all lines, so does what is visited. */
function takeKeys(file: LogFile, keys: KeyReader, visit: (read: ReadRecord) => void): TakeLine {
  const none: { -readonly [Key in keyof ReadRecord]: ReadRecord[Key] } = {
    kind: 'log',
    record: {},
    rest: NO_REST,
    file,
    offset: 0,
    length: 0,
  };
  return (bytes, from, end, offset) => {
    const record = keys.read(bytes, from, end);
    if (record === undefined) return false;
    const read = keys.isReused ? none : { ...none };
    read.kind = kindOfEvent(record['event.name']);
    read.record = record;
    read.offset = offset;
    read.length = end - from;
    visit(read);
    return true;
  };
}

/** Both kinds of lines, in their order. */
function inOrder(taken: ReadRecord[], parsed: ReadRecord[]): ReadRecord[] {
  if (parsed.length === 0 || taken.length === 0) return taken.length === 0 ? parsed : taken;
  return [...taken, ...parsed].sort((a, b) => a.offset - b.offset);
}

/**
 * Reads the records of files, in the order of files and lines.
 *
 * @throws the system's error, or the reason of the signal
 */
export async function* readRecords(
  files: readonly LogFile[],
  options: ReadRecordsOptions,
): AsyncGenerator<RecordBatch> {
  const { bad, signal, onProgress, from = () => 0, isGrowing = false, skips = () => false, keys, visit } = options;
  const totalBytes = files.reduce((sum, file) => sum + file.size(), 0);
  let done = 0;
  let lines = 0;
  let badLines = 0;
  const addBad = (line: BadLine): void => {
    badLines++;
    bad.add(line);
  };
  for (const file of files) {
    try {
      const taken: ReadRecord[] = [];
      const add = (read: ReadRecord): void => {
        lines++;
        if (visit === undefined) taken.push(read);
        else visit(read);
      };
      const take = keys && takeKeys(file, keys, add);
      for await (const batch of readLines(file, { from: from(file), isGrowing, signal, take })) {
        const parsed = batch.lines.flatMap((line) => {
          lines++;
          if (skips(line, file)) return [];
          const record = readRecord(file, line);
          if (record === undefined) addBad({ reason: badReason(line), file: file.path, offset: line.offset });
          return record ?? [];
        });
        const records = inOrder(taken.splice(0), parsed);
        const bytes = file.isCompressed ? done : done + batch.end;
        onProgress?.({ file: file.path, bytes, totalBytes, lines, badLines });
        yield { records, file, end: batch.end };
      }
    } catch (error) {
      signal?.throwIfAborted();
      // A compressed file that is damaged or still being written: its lines up to there were read.
      if (!file.isCompressed) throw error;
      bad.addDamage(file.path);
    }
    done += file.size();
  }
}
