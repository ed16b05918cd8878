import { type ParsedLine, parseLine } from '@spanline/record';
import { drawLogLine, drawPlainLine } from './log-line.ts';
import { drawTrace } from './render.ts';
import { glyphsOf } from './style.ts';
import { describeTerminal, type PrettyOutput, type Terminal, type TerminalOptions } from './terminal.ts';
import { type Batch, createTraceBuffer } from './trace-buffer.ts';
import { viewOf } from './view.ts';

/** Options of {@link createPrettyStream}. */
export interface PrettyStreamOptions extends TerminalOptions {
  /** Destination of the text. @defaultValue `process.stdout` */
  output?: PrettyOutput;
  /** Maximum number of unfinished traces. Beyond it the oldest is printed as it is. @defaultValue 200 */
  maxTraces?: number;
  /** Maximum number of spans in all unfinished traces. @defaultValue 10000 */
  maxSpans?: number;
}

/** Reads JSON lines and prints them for people. */
export interface PrettyStream {
  /** Prints a line, or several lines separated by newlines. Never throws. */
  write(line: string): void;
  /** Prints all unfinished traces, then calls `done`, as pino's `logger.flush` expects of a stream. Never throws. */
  flush(done?: () => void): void;
}

const DEFAULT_MAX_TRACES = 200;
const DEFAULT_MAX_SPANS = 10_000;
const LATE = '(ended after its trace was printed)';

function lossOf({ record }: ParsedLine): string {
  const lost = [
    [record['spanline.stats.filtered'], 'lines held back by the log level'],
    [record['spanline.stats.unfinished'], 'spans never ended'],
    [record['spanline.stats.internal_errors'], 'internal errors'],
  ] as const;
  return lost.flatMap(([count, what]) => (count !== undefined && count > 0 ? [`${count} ${what}`] : [])).join(', ');
}

function positive(value: number | undefined, fallback: number): number {
  return value !== undefined && value >= 1 ? Math.floor(value) : fallback;
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
 * @example
 * ```ts
 * import pino from 'pino';
 * import { createPrettyStream } from '@spanline/pretty';
 *
 * const logger = pino({}, createPrettyStream());
 * ```
 */
export function createPrettyStream(options: PrettyStreamOptions = {}): PrettyStream {
  const output: PrettyOutput = options.output ?? process.stdout;
  const buffer = createTraceBuffer({
    maxTraces: positive(options.maxTraces, DEFAULT_MAX_TRACES),
    maxSpans: positive(options.maxSpans, DEFAULT_MAX_SPANS),
  });
  let lastLoss = '';
  let afterTree = true;

  function printText(text: string): void {
    afterTree = false;
    output.write(`${text}\n`);
  }

  function printTrees(batches: readonly Batch[], terminal: Terminal): void {
    for (const { kind, spans } of batches) {
      const heading = kind === 'late' ? { orphansHeading: LATE } : {};
      const text = drawTrace(spans, terminal, heading);
      output.write(`${afterTree ? '' : '\n'}${text}\n\n`);
      afterTree = true;
    }
  }

  function printStats(line: ParsedLine, terminal: Terminal): void {
    const loss = lossOf(line);
    if (loss !== '' && loss !== lastLoss) {
      const record = { ...line.record, level: 'warn', message: `spanline: ${loss}` };
      const shown = { '@timestamp': record['@timestamp'], level: record.level, message: record.message };
      printText(drawLogLine({ kind: 'log', record: shown, rest: {} }, terminal.color, glyphsOf(terminal.unicode)));
    }
    lastLoss = loss;
  }

  function take(text: string): void {
    const terminal = describeTerminal(output, options);
    const glyphs = glyphsOf(terminal.unicode);
    const line = parseLine(text);
    if (line === undefined) return printText(drawPlainLine(text));
    if (line.kind === 'stats') return printStats(line, terminal);
    if (line.kind !== 'span') return printText(drawLogLine(line, terminal.color, glyphs));
    if (line.record['event.name'] !== 'span.end') return;
    const view = viewOf(line.record, glyphs);
    if (view === undefined) printText(drawLogLine(line, terminal.color, glyphs));
    else printTrees(buffer.add(view), terminal);
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
      guarded(() => printTrees(buffer.flush(), describeTerminal(output, options)));
      done?.();
    },
  };
}
