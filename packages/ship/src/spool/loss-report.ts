/** Counts lost lines, and reports them in lines of the log. */
export interface LossReport {
  /** Counts lines that were dropped because the spool or the disk is full. */
  dropped(lines: number): void;
  /** Counts a line that could not be written for another reason. */
  failed(error: unknown): void;
  /**
   * The line that reports the losses since the last report; `undefined` when there are none.
   * @param atOnce - also within ten seconds of the last report
   */
  nextLine(atOnce: boolean): string | undefined;
  /** Called after an attempt to write the line. Losses that were not written appear in the next report. */
  attempted(isWritten: boolean): void;
  readonly droppedLines: number;
  readonly failedLines: number;
}

const INTERVAL_MS = 10_000;
const NEVER = -INTERVAL_MS;

/** Formats a log line by the spool itself, `event.name` being `spanline.ship`. */
export function shipLine(level: string, message: string, fields: Readonly<Record<string, unknown>>): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ '@timestamp': time, level, message, 'event.name': 'spanline.ship', ...fields })}\n`;
}

/** Creates the report of one spool. */
export function createLossReport(whenFull: string): LossReport {
  let droppedLines = 0;
  let failedLines = 0;
  let reportedLines = 0;
  let attemptedAt = NEVER;
  let reason = '';
  return {
    dropped(lines) {
      droppedLines += lines;
    },
    failed(error) {
      failedLines++;
      reason = (error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown';
    },
    nextLine(atOnce) {
      const lost = droppedLines + failedLines - reportedLines;
      if (lost === 0 || (!atOnce && performance.now() - attemptedAt < INTERVAL_MS)) return undefined;
      return shipLine(
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
    attempted(isWritten) {
      attemptedAt = performance.now();
      if (isWritten) reportedLines = droppedLines + failedLines;
    },
    get droppedLines() {
      return droppedLines;
    },
    get failedLines() {
      return failedLines;
    },
  };
}
