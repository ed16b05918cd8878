/** The parts of each file that go. */

import { type LogFile, type LogLine, readLines, toRecord } from '@spanline/query/internal';
import { isPlainObject, type ParsedLine, parseLine } from '@spanline/record';
import { createRanges, type Range } from './cut.ts';
import type { SourceFile } from './files.ts';

/** Decides about lines. */
export interface Criterion {
  /** Whether a line goes. */
  goes(parsed: ParsedLine): boolean;
  /** Whether a broken line goes, such as half of one that a killed process left. It begins like a JSON object. */
  goesBroken(text: string): boolean;
  /** Whether a line that stays in any case holds what is being removed. */
  mentions(text: string): boolean;
}

/** The plan of one file. */
export interface FilePlan extends SourceFile {
  readonly ranges: readonly Range[];
  readonly lines: number;
  readonly bytes: number;
  /** Nothing stays. */
  readonly isAll: boolean;
  /** Lines of text, without any record, that hold what is being removed. They stay. */
  readonly mentions: number;
}

/** A line and its record; `undefined` if it is none. */
interface VisitedLine {
  readonly line: LogLine;
  readonly parsed: ParsedLine | undefined;
}

/** A line of dead letters has the line that was refused as text. */
function letterOf(file: LogFile, line: LogLine): ParsedLine | undefined {
  try {
    const letter: unknown = JSON.parse(line.bytes.toString('utf8'));
    const refused = isPlainObject(letter) ? letter['line'] : undefined;
    if (typeof refused === 'string') return parseLine(refused) ?? toRecord(file, line);
  } catch {
    // Half of a letter.
  }
  return toRecord(file, line);
}

const HAS_LETTERS: ReadonlySet<SourceFile['kind']> = new Set(['letters', 'retried']);

/** Reads every line of a file. @throws the system's error, the error of the compression, the reason of the signal */
export async function eachLine(
  { file, kind }: SourceFile,
  signal: AbortSignal,
  visit: (visited: VisitedLine) => void,
): Promise<number> {
  let end = 0;
  for await (const batch of readLines(file, { signal })) {
    for (const line of batch.lines)
      visit({ line, parsed: HAS_LETTERS.has(kind) ? letterOf(file, line) : toRecord(file, line) });
    end = Math.max(end, batch.end, ...batch.lines.map(({ offset, length }) => offset + length));
  }
  return end;
}

const BRACE = 0x7b;

/** Stored parts of a line: one, or several that a container runtime wrote. */
const partsOf = (line: LogLine): readonly { readonly offset: number; readonly length: number }[] =>
  line.parts ?? [line];

/** Plans one file. It is only read. */
export async function planFile(source: SourceFile, criterion: Criterion, signal: AbortSignal): Promise<FilePlan> {
  const ranges = createRanges();
  let lines = 0;
  let mentions = 0;
  const end = await eachLine(source, signal, ({ line, parsed }) => {
    const text = (): string => line.bytes.toString('utf8');
    const isBroken = parsed === undefined && line.bytes[0] === BRACE;
    const goes = parsed === undefined ? isBroken && criterion.goesBroken(text()) : criterion.goes(parsed);
    if (!goes) {
      if (parsed === undefined && criterion.mentions(text())) mentions++;
      return;
    }
    lines++;
    // A line that has no line feed yet is not longer than it is.
    for (const { offset, length } of partsOf(line))
      ranges.add(offset, offset + length + (line.fault === 'torn' ? 0 : 1));
  });
  const found = ranges.read();
  const bytes = found.reduce((sum, { from, to }) => sum + Math.min(to, end) - from, 0);
  return { ...source, ranges: found, lines, bytes, mentions, isAll: end > 0 && bytes >= end };
}
