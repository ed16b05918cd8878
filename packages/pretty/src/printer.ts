/** Prints records: spans as trees, when their traces end, other lines at once. */

import { option, type ParsedLine, type Shape } from '@spanline/record';
import { drawLogLine, drawPlainLine } from './log-line.ts';
import { drawTrace } from './render.ts';
import { glyphsOf } from './style.ts';
import {
  describeTerminal,
  type PrettyOutput,
  type Terminal,
  TERMINAL_SHAPE,
  type TerminalOptions,
} from './terminal.ts';
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

/** Rules of {@link PrettyStreamOptions}. */
export const PRETTY_SHAPE: Shape<PrettyStreamOptions> = {
  ...TERMINAL_SHAPE,
  output: option.like<PrettyOutput>('a stream', (value) => typeof (value as PrettyOutput).write === 'function'),
  maxTraces: option.number({ min: 1 }),
  maxSpans: option.number({ min: 1 }),
};

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

/** Prints records for people. */
export interface Printer {
  /** Prints a line that was read. Spans are kept until their trace ends. */
  print(line: ParsedLine): void;
  /** Prints a text that is no JSON, without its control characters. */
  printText(text: string): void;
  /** Prints all unfinished traces. */
  flush(): void;
}

/** Creates a printer. It throws what its output throws. */
export function createPrinter(options: PrettyStreamOptions = {}): Printer {
  const output: PrettyOutput = options.output ?? process.stdout;
  const buffer = createTraceBuffer({
    maxTraces: Math.floor(options.maxTraces ?? DEFAULT_MAX_TRACES),
    maxSpans: Math.floor(options.maxSpans ?? DEFAULT_MAX_SPANS),
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

  return {
    print(line) {
      const terminal = describeTerminal(output, options);
      const glyphs = glyphsOf(terminal.unicode);
      if (line.kind === 'stats') return printStats(line, terminal);
      if (line.kind !== 'span') return printText(drawLogLine(line, terminal.color, glyphs));
      if (line.record['event.name'] !== 'span.end') return;
      const view = viewOf(line.record, glyphs);
      if (view === undefined) printText(drawLogLine(line, terminal.color, glyphs));
      else printTrees(buffer.add(view), terminal);
    },
    printText: (text) => printText(drawPlainLine(text)),
    flush: () => printTrees(buffer.flush(), describeTerminal(output, options)),
  };
}
