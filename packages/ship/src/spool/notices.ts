/** What was lost since the last line that said so. */
export interface Losses {
  /** Counts lines that were dropped since the spool, or the disk, is full. */
  dropped(lines: number): void;
  /** Counts a line that could not be written for another reason. */
  failed(error: unknown): void;
  /** The line to write now, at most one every ten seconds; `undefined` when there is nothing to say. */
  notice(atOnce: boolean): string | undefined;
  /** The last notice is in the file, or could not be written. */
  noticed(isWritten: boolean): void;
  readonly droppedLines: number;
  readonly failedLines: number;
}

const INTERVAL_MS = 10_000;
const NEVER = -INTERVAL_MS;

/** One line of the log, by the spool itself. */
export function noticeLine(level: string, message: string, fields: Readonly<Record<string, unknown>>): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ '@timestamp': time, level, message, 'event.name': 'spanline.ship', ...fields })}\n`;
}

/** Counts what a spool lost, and says it in words. */
export function createLosses(whenFull: string): Losses {
  let droppedLines = 0;
  let failedLines = 0;
  let said = 0;
  let saidAt = NEVER;
  let reason = '';
  return {
    dropped(lines) {
      droppedLines += lines;
    },
    failed(error) {
      failedLines++;
      reason = (error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown';
    },
    notice(atOnce) {
      const lost = droppedLines + failedLines - said;
      if (lost === 0 || (!atOnce && performance.now() - saidAt < INTERVAL_MS)) return undefined;
      return noticeLine(
        'warn',
        `${lost} log ${lost === 1 ? 'line' : 'lines'} lost: the spool was full or could not be written`,
        {
          'spanline.ship.lost_lines': lost,
          'spanline.ship.when_full': whenFull,
          'spanline.ship.dropped_total': droppedLines,
          'spanline.ship.failed_total': failedLines,
          ...(reason === '' ? {} : { 'spanline.ship.error': reason }),
        },
      );
    },
    noticed(isWritten) {
      saidAt = performance.now();
      if (isWritten) said = droppedLines + failedLines;
    },
    get droppedLines() {
      return droppedLines;
    },
    get failedLines() {
      return failedLines;
    },
  };
}
