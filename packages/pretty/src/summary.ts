import { tokensText } from './details.ts';
import { type CostBound, formatAmount, formatBoundedCost, formatDuration } from './format.ts';
import { fitWidth, displayWidth } from './printable.ts';
import { type Glyphs, paint, type Piece } from './style.ts';
import type { Terminal } from './terminal.ts';
import type { SpanView } from './view.ts';

/** Data of the summary. */
export interface SummaryParts {
  readonly spans: readonly SpanView[];
  readonly totalMs: number;
  readonly slowest: { readonly name: string; readonly selfMs: number } | undefined;
  /** More pieces, such as scores. */
  readonly extra: readonly Piece[];
}

interface Sums {
  spans: number;
  open: number;
  errors: number;
  llmCalls: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
}

const NAME_WIDTH = 40;

function addUp(spans: readonly SpanView[]): Sums {
  const sums: Sums = {
    spans: spans.length,
    open: 0,
    errors: 0,
    llmCalls: 0,
    inputTokens: 0,
    outputTokens: 0,
    costUsd: 0,
  };
  for (const span of spans) {
    if (span.error !== '') sums.errors++;
    if (span.type === 'llm') sums.llmCalls++;
    sums.inputTokens += span.inputTokens ?? 0;
    sums.outputTokens += span.outputTokens ?? 0;
    sums.costUsd += span.costUsd ?? 0;
  }
  return sums;
}

/**
 * Sums of the spans, and of the roll-ups on their lines. Both are lower bounds: spans may be open or filtered out here,
 * and may have ended late there. The higher one is nearer.
 */
function sumsOf(spans: readonly SpanView[]): Sums {
  const seen = addUp(spans);
  const reported: Sums = { spans: 0, open: 0, errors: 0, llmCalls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 };
  for (const { rollup } of spans) {
    if (rollup === undefined) continue;
    for (const key of Object.keys(reported) as (keyof Sums)[]) reported[key] += rollup[key];
  }
  const sums = { ...seen };
  for (const key of Object.keys(sums) as (keyof Sums)[]) sums[key] = Math.max(seen[key], reported[key]);
  return sums;
}

/** A sum is as exact as the least exact of its parts. */
function worstBound(spans: readonly SpanView[]): CostBound {
  let worst: CostBound = 'exact';
  for (const { costBound } of spans) {
    if (costBound === 'about') return 'about';
    if (costBound === 'least') worst = 'least';
  }
  return worst;
}

function sumPieces(parts: SummaryParts, sums: Sums, glyphs: Glyphs): Piece[] {
  const pieces: Piece[] = [{ text: formatDuration(parts.totalMs), tone: 'bold' }];
  const add = (text: string, tone: Piece['tone'] = 'plain'): void => void pieces.push({ text, tone });
  if (sums.errors > 0) add(formatAmount(sums.errors, 'error'), 'red');
  if (sums.open > 0) add(`${sums.open} still open`, 'yellow');
  if (sums.llmCalls > 0) add(formatAmount(sums.llmCalls, 'llm call'));
  if (sums.inputTokens + sums.outputTokens > 0) add(tokensText(sums.inputTokens, sums.outputTokens, glyphs));
  if (sums.costUsd > 0) add(formatBoundedCost(sums.costUsd, worstBound(parts.spans), glyphs));
  if (parts.slowest !== undefined) {
    const { name, selfMs } = parts.slowest;
    const step = fitWidth(name, NAME_WIDTH, glyphs.ellipsis);
    add(`${glyphs.slowest} slowest ${step} ${formatDuration(selfMs)} self time`, 'yellow');
  }
  return pieces;
}

function wrap(pieces: readonly Piece[], mark: Piece, terminal: Terminal, glyphs: Glyphs): string[] {
  const room = terminal.width - 2;
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const piece of pieces) {
    const text = fitWidth(piece.text, room, glyphs.ellipsis);
    const width = displayWidth(text);
    if (used > 0 && used + glyphs.dot.length + width > room) {
      lines.push(line);
      line = '';
      used = 0;
    }
    if (used > 0) {
      line += paint(glyphs.dot, terminal.color, 'dim');
      used += glyphs.dot.length;
    }
    line += paint(text, terminal.color, piece.tone);
    used += width;
  }
  lines.push(line);
  return lines.map((text, index) =>
    index === 0 ? `${paint(mark.text, terminal.color, mark.tone)} ${text}` : `  ${text}`,
  );
}

/**
 * The lines below a tree: total, errors, model calls, tokens, cost, slowest step, scores, request and trace id. Lines
 * break between pieces, never inside of one.
 */
export function summarize(parts: SummaryParts, mark: Piece, terminal: Terminal, glyphs: Glyphs): string[] {
  const pieces = [...sumPieces(parts, sumsOf(parts.spans), glyphs), ...parts.extra];
  const requestIds = new Set(parts.spans.map((span) => span.requestId).filter((id) => id !== ''));
  for (const id of [...requestIds].slice(0, 2)) pieces.push({ text: `request ${id}`, tone: 'dim' });
  const traceId = parts.spans[0]?.traceId;
  if (traceId !== undefined) pieces.push({ text: `trace ${traceId}`, tone: 'dim' });
  return wrap(pieces, mark, terminal, glyphs);
}
