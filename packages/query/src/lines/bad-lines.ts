/** Lines that are no records, counted by reason; the first of each reason are named. */

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
}

/** Counts bad lines. */
export interface BadLineCounter {
  add(line: BadLine): void;
  /** Adds what was counted elsewhere. */
  addAll(lines: BadLines): void;
  read(): BadLines;
}

const MAX_EXAMPLES = 10;

/** Creates a counter. */
export function createBadLineCounter(): BadLineCounter {
  const reasons = new Map<BadLineReason, number>();
  const examples: BadLine[] = [];
  let count = 0;

  function name(line: BadLine): void {
    if (examples.filter(({ reason }) => reason === line.reason).length < MAX_EXAMPLES) examples.push(line);
  }

  return {
    add(line) {
      const before = reasons.get(line.reason) ?? 0;
      count++;
      reasons.set(line.reason, before + 1);
      if (before < MAX_EXAMPLES) name(line);
    },
    addAll(lines) {
      for (const [reason, added = 0] of Object.entries(lines.reasons) as [BadLineReason, number | undefined][])
        reasons.set(reason, (reasons.get(reason) ?? 0) + added);
      count += lines.count;
      lines.examples.forEach(name);
    },
    read: () => ({ count, reasons: Object.fromEntries(reasons), examples: [...examples] }),
  };
}
