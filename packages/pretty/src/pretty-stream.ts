import { checkOptions, parseLine } from '@spanline/record';
import { createPrinter, PRETTY_SHAPE, type PrettyStreamOptions } from './printer.ts';

/** Reads JSON lines and prints them for people. */
export interface PrettyStream {
  /** Prints a line, or several lines separated by newlines. Never throws. */
  write(line: string): void;
  /** Prints all unfinished traces, then calls `done`, as pino's `logger.flush` expects of a stream. Never throws. */
  flush(done?: () => void): void;
}

/**
 * Creates a stream for `pino(options, stream)` that prints JSON lines of every profile for a person at a terminal.
 *
 * - A trace is printed as one tree when its local root ends.
 * - Lines of the application, scores and alerts are printed at once, in order.
 * - Text that is no JSON is printed without its control characters.
 *
 * Memory is limited by `maxTraces` and `maxSpans`. A trace without a root is printed when it has to make room, or by
 * `flush()`.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import pino from 'pino';
 * import { createPrettyStream } from '@spanline/pretty';
 *
 * const logger = pino({}, createPrettyStream());
 * ```
 */
export function createPrettyStream(options: PrettyStreamOptions = {}): PrettyStream {
  checkOptions(PRETTY_SHAPE, options);
  const printer = createPrinter(options);

  function take(text: string): void {
    const line = parseLine(text);
    if (line === undefined) printer.printText(text);
    else printer.print(line);
  }

  function guarded(run: () => void): void {
    try {
      run();
    } catch {
      // The output is gone or cannot be written; a log line must not break the application.
    }
  }

  return {
    write(text): void {
      for (const line of String(text).split('\n')) if (line.trim() !== '') guarded(() => take(line));
    },
    flush(done): void {
      guarded(printer.flush);
      done?.();
    },
  };
}
