import { tokensText } from './facts.ts';
import { formatAmount, formatCost, formatDuration } from './format.ts';
import { type Glyphs, paint, type Piece } from './style.ts';
import type { Terminal } from './terminal.ts';
import { cut, displayWidth } from './text.ts';
import type { SpanView } from './view.ts';

/** What the summary is about. */
export interface SummaryParts {
  readonly spans: readonly SpanView[];
  readonly totalMs: number;
  readonly slowest: { readonly name: string; readonly selfMs: number } | undefined;
  /** Further pieces, such as scores. */
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

/** Spans may be missing here (still open, filtered) and there (ended late): of two lower bounds the higher one is nearer. */
function sumsOf(spans: readonly SpanView[]): Sums {
  const seen = addUp(spans);
  const told: Sums = { spans: 0, open: 0, errors: 0, llmCalls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 };
  for (const { rollup } of spans) {
    if (rollup === undefined) continue;
    for (const key of Object.keys(told) as (keyof Sums)[]) told[key] += rollup[key];
  }
  const sums = { ...seen };
  for (const key of Object.keys(sums) as (keyof Sums)[]) sums[key] = Math.max(seen[key], told[key]);
  return sums;
}

function factPieces(parts: SummaryParts, sums: Sums, glyphs: Glyphs): Piece[] {
  const pieces: Piece[] = [{ text: formatDuration(parts.totalMs), tone: 'bold' }];
  const add = (text: string, tone: Piece['tone'] = 'plain'): void => void pieces.push({ text, tone });
  if (sums.errors > 0) add(formatAmount(sums.errors, 'error'), 'red');
  if (sums.open > 0) add(`${sums.open} still open`, 'yellow');
  if (sums.llmCalls > 0) add(formatAmount(sums.llmCalls, 'llm call'));
  if (sums.inputTokens + sums.outputTokens > 0) add(tokensText(sums.inputTokens, sums.outputTokens, glyphs));
  if (sums.costUsd > 0) add(formatCost(sums.costUsd));
  if (parts.slowest !== undefined) {
    const { name, selfMs } = parts.slowest;
    add(`${glyphs.slowest} slowest ${cut(name, NAME_WIDTH, glyphs.ellipsis)} ${formatDuration(selfMs)}`, 'yellow');
  }
  return pieces;
}

function flow(pieces: readonly Piece[], mark: Piece, terminal: Terminal, glyphs: Glyphs): string[] {
  const room = terminal.width - 2;
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const piece of pieces) {
    const text = cut(piece.text, room, glyphs.ellipsis);
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

/** The lines below a tree: total, errors, model calls, tokens, cost, slowest step, scores, request and trace id. Breaks between facts, never within one. */
export function summarize(parts: SummaryParts, mark: Piece, terminal: Terminal, glyphs: Glyphs): string[] {
  const pieces = [...factPieces(parts, sumsOf(parts.spans), glyphs), ...parts.extra];
  const requestIds = new Set(parts.spans.map((span) => span.requestId).filter((id) => id !== ''));
  for (const id of [...requestIds].slice(0, 2)) pieces.push({ text: `request ${id}`, tone: 'dim' });
  const traceId = parts.spans[0]?.traceId;
  if (traceId !== undefined) pieces.push({ text: `trace ${traceId}`, tone: 'dim' });
  return flow(pieces, mark, terminal, glyphs);
}
