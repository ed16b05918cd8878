import { checkOptions, type SpanRecord } from '@spanline/record';
import { printable } from './printable.ts';
import { drawTrace } from './render.ts';
import { glyphsOf, type Piece } from './style.ts';
import { describeTerminal, TERMINAL_SHAPE, type TerminalOptions } from './terminal.ts';
import { viewOf } from './view.ts';

/** Options of {@link renderTrace}. The default of each is read from `process.stdout`. */
export type RenderOptions = TerminalOptions;

const SCORE_LIMIT = 60;
const MAX_SCORES = 20;

function scoreOf(record: SpanRecord): Piece[] {
  if (record['event.name'] !== 'gen_ai.evaluation.result') return [];
  const value = record['gen_ai.evaluation.score.value'];
  const shown =
    value === undefined ? printable(record['spanline.evaluation.label'], SCORE_LIMIT) : Number(value.toPrecision(4));
  return [{ text: `score ${printable(record['gen_ai.evaluation.name'], SCORE_LIMIT)} ${shown}`, tone: 'cyan' }];
}

/**
 * Renders one trace as a tree for the terminal: name, type, duration, position on the time axis, model, tokens, cost,
 * documents, errors, the slowest step, and a summary with sums and ids.
 *
 * - Takes the canonical records of a trace (`parseLine`) in any order. Scores are part of the summary; other records
 *   are skipped.
 * - Prints no prompts and no answers. Removes control characters and bidi overrides.
 * - No line is wider than `width`. Several local roots are printed below one another.
 *
 * @returns lines joined by newlines, without one at the end; an empty text if no record is a finished span
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { parseLine } from '@spanline/record';
 * import { renderTrace } from '@spanline/pretty';
 *
 * const ids = { trace_id: '4bf92f3577b34da6a3ce929d0e0e4736', span_id: '00f067aa0ba902b7' };
 * const lines = [{ 'event.name': 'span.end', 'spanline.schema': '1.0', ...ids, 'span.name': 'work' }];
 * console.log(renderTrace(lines.flatMap((line) => parseLine(line)?.record ?? []), { width: 80, color: false }));
 * ```
 */
export function renderTrace(records: readonly SpanRecord[], options: RenderOptions = {}): string {
  checkOptions(TERMINAL_SHAPE, options);
  const terminal = describeTerminal(process.stdout, options);
  const glyphs = glyphsOf(terminal.unicode);
  const spans = records
    .filter((record) => record['event.name'] === 'span.end')
    .flatMap((record) => viewOf(record, glyphs) ?? []);
  return drawTrace(spans, terminal, { extra: records.flatMap(scoreOf).slice(0, MAX_SCORES) });
}
