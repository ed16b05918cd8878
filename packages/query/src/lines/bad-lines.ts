/** Lines that are no records, counted by file and reason; the first of each reason are named. */

/**
 * Why a line is no record:
 *
 * - `text`: it is no JSON object, such as a line that another program printed.
 * - `json`: it begins like a JSON object and is none.
 * - `torn`: its end is missing, where the file ends or a part of it never came.
 * - `long`: it is longer than 64 MiB.
 * - `gone`: the file does not hold it any more where an index says that it is.
 */
export type BadLineReason = 'text' | 'json' | 'torn' | 'long' | 'gone';

/** One line that is no record. */
export interface BadLine {
  readonly reason: BadLineReason;
  /** Path of the file, `-` for the standard input. */
  readonly file: string;
  /** Bytes before the line; of a compressed file, bytes of its content. */
  readonly offset: number;
}

/** Lines that are no records. */
export interface BadLines {
  readonly count: number;
  readonly reasons: Readonly<Partial<Record<BadLineReason, number>>>;
  /** The first ones of each reason, at most ten. */
  readonly examples: readonly BadLine[];
  /** Compressed files that are cut or damaged. Their lines up to there were read. */
  readonly damagedFiles: readonly string[];
}

/** Counts bad lines of one reading. */
export interface BadLineCounter {
  add(line: BadLine): void;
  /** Notes that a compressed file is cut or damaged. */
  addDamage(file: string): void;
  /** Adds what was counted in a file elsewhere. */
  addFile(file: string, lines: BadLines): void;
  /** Takes over another reading. Of a file that both read, the one that found more counts. */
  keepLarger(other: BadLineCounter): void;
  /** Counts by file. */
  readonly files: ReadonlyMap<string, FileTally>;
  read(): BadLines;
}

/** Counts of one file. */
interface FileTally {
  count: number;
  readonly reasons: Map<BadLineReason, number>;
  readonly examples: BadLine[];
  isDamaged: boolean;
}

const MAX_EXAMPLES = 10;

function addExample(examples: BadLine[], line: BadLine): void {
  if (examples.filter(({ reason }) => reason === line.reason).length < MAX_EXAMPLES) examples.push(line);
}

function addReason(reasons: Map<BadLineReason, number>, reason: BadLineReason, added: number): number {
  const before = reasons.get(reason) ?? 0;
  reasons.set(reason, before + added);
  return before;
}

const reasonsOf = ({ reasons }: BadLines): [BadLineReason, number][] =>
  Object.entries(reasons) as [BadLineReason, number][];

/** Creates a counter. */
export function createBadLineCounter(): BadLineCounter {
  const files = new Map<string, FileTally>();

  function tallyOf(file: string): FileTally {
    const known = files.get(file);
    if (known !== undefined) return known;
    const tally: FileTally = { count: 0, reasons: new Map(), examples: [], isDamaged: false };
    files.set(file, tally);
    return tally;
  }

  return {
    files,
    add(line) {
      const tally = tallyOf(line.file);
      tally.count++;
      if (addReason(tally.reasons, line.reason, 1) < MAX_EXAMPLES) addExample(tally.examples, line);
    },
    addDamage(file) {
      tallyOf(file).isDamaged = true;
    },
    addFile(file, lines) {
      const tally = tallyOf(file);
      tally.count += lines.count;
      for (const [reason, added] of reasonsOf(lines)) addReason(tally.reasons, reason, added);
      for (const line of lines.examples) addExample(tally.examples, { ...line, file });
      tally.isDamaged ||= lines.damagedFiles.length > 0;
    },
    keepLarger(other) {
      for (const [file, tally] of other.files) {
        const own = files.get(file);
        if (own === undefined || tally.count >= own.count) files.set(file, tally);
        else own.isDamaged ||= tally.isDamaged;
      }
    },
    read() {
      const reasons = new Map<BadLineReason, number>();
      const examples: BadLine[] = [];
      let count = 0;
      for (const tally of files.values()) {
        count += tally.count;
        for (const [reason, added] of tally.reasons) addReason(reasons, reason, added);
        for (const line of tally.examples) addExample(examples, line);
      }
      const damagedFiles = [...files].flatMap(([file, { isDamaged }]) => (isDamaged ? [file] : []));
      return { count, reasons: Object.fromEntries(reasons), examples, damagedFiles };
    },
  };
}
