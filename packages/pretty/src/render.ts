import { allNodes, buildForest, type TreeNode } from '@spanline/record';
import { drawBar } from './bar.ts';
import { collapse } from './collapse.ts';
import { type Columns, DURATION, FULL_TYPES, GAP, GUTTER, maxName, shareWidth } from './columns.ts';
import { formatDuration } from './format.ts';
import { fitWidth, displayWidth, padding } from './printable.ts';
import { type Row, rowsOf } from './rows.ts';
import { type Glyphs, glyphsOf, paint, type Piece, toneOfType } from './style.ts';
import { summarize } from './summary.ts';
import type { Terminal } from './terminal.ts';
import { type Axis, axisOf, slowestStep } from './timing.ts';
import type { SpanView } from './view.ts';

/** Options of {@link drawTrace}. */
export interface DrawOptions {
  /** Heading above spans whose parent is missing. */
  readonly orphansHeading?: string;
  /** More pieces of the summary. */
  readonly extra?: readonly Piece[];
}

interface Pencil {
  readonly terminal: Terminal;
  readonly glyphs: Glyphs;
  readonly columns: Columns;
  readonly axis: Axis;
  readonly slowest: TreeNode<SpanView> | undefined;
}

const GAP_TEXT = ' '.repeat(GAP);
const MIN_CUT_DETAIL = 6;
const SHORT_TYPES: Readonly<Record<string, string>> = {
  embedding: 'embed',
  retriever: 'retr',
  reranker: 'rank',
  prompt: 'prmpt',
  parser: 'parse',
  guardrail: 'guard',
  evaluator: 'eval',
};
const MAX_TYPE = 9;

function typeText(type: string, width: number): string {
  return width >= FULL_TYPES ? type : ((Object.hasOwn(SHORT_TYPES, type) ? SHORT_TYPES[type] : undefined) ?? type);
}

function markOf(status: string, glyphs: Glyphs): Piece {
  if (status === 'ok') return { text: ' ', tone: 'plain' };
  return status === 'error' ? { text: glyphs.error, tone: 'red' } : { text: glyphs.warn, tone: 'yellow' };
}

function detailsWidth(details: readonly Piece[], glyphs: Glyphs): number {
  return details.reduce((sum, { text }) => sum + displayWidth(text) + glyphs.dot.length, -glyphs.dot.length);
}

/** Draws as many whole details as fit. The first one is truncated if not even that fits. */
function drawDetails(details: readonly Piece[], { columns, glyphs, terminal }: Pencil): string {
  let drawn = '';
  let room = columns.details;
  for (const detail of details) {
    const separator = drawn === '' ? '' : glyphs.dot;
    const width = separator.length + displayWidth(detail.text);
    if (width > room && (drawn !== '' || room < MIN_CUT_DETAIL)) break;
    drawn +=
      paint(separator, terminal.color, 'dim') +
      paint(fitWidth(detail.text, room, glyphs.ellipsis), terminal.color, detail.tone);
    room -= width;
  }
  return drawn;
}

function drawName(row: Row, bold: boolean, { columns, glyphs, terminal }: Pencil): string {
  const guides = fitWidth(row.guides, columns.name, '');
  const name = fitWidth(row.name, columns.name - guides.length, glyphs.ellipsis);
  const failed = row.node?.item.status === 'error';
  const painted = paint(name, terminal.color, failed ? 'red' : 'plain', bold ? 'bold' : 'plain');
  return paint(guides, terminal.color, 'dim') + painted + padding(guides + name, columns.name);
}

function drawSpan(row: Row, span: SpanView, pencil: Pencil): string {
  const { terminal, glyphs, columns, axis } = pencil;
  const { color } = terminal;
  const mark = markOf(span.status, glyphs);
  const slowest = row.node === pencil.slowest;
  const tone = toneOfType(span.type);
  let line = `${paint(mark.text, color, mark.tone)} ${drawName(row, row.guides === '', pencil)}`;
  if (columns.type > 0) {
    const type = fitWidth(typeText(span.type, terminal.width), columns.type, glyphs.ellipsis);
    line += GAP_TEXT + paint(type, color, tone) + padding(type, columns.type);
  }
  const duration = formatDuration(span.durationMs);
  line += GAP_TEXT + ' '.repeat(Math.max(0, DURATION - duration.length));
  line += paint(duration, color, slowest ? 'yellow' : 'plain', slowest ? 'bold' : 'plain');
  line += slowest ? ` ${paint(glyphs.slowest, color, 'yellow')} ` : GAP_TEXT + ' '.repeat(columns.slowest);
  if (columns.bar > 0) {
    line += drawBar(span, axis, columns.bar, glyphs, color, span.status === 'error' ? 'red' : tone);
  }
  if (columns.bar > 0 && columns.details > 0) line += GAP_TEXT;
  if (columns.details > 0) line += drawDetails(span.details, pencil);
  return line.trimEnd();
}

function drawUnder(row: Row, text: string, tones: readonly Piece['tone'][], { terminal, glyphs }: Pencil): string {
  const under = fitWidth(row.under, terminal.width - GUTTER - MIN_CUT_DETAIL, '');
  const kept = fitWidth(text, terminal.width - GUTTER - under.length, glyphs.ellipsis);
  return `${' '.repeat(GUTTER)}${paint(under, terminal.color, 'dim')}${paint(kept, terminal.color, ...tones)}`;
}

function drawRow(row: Row, pencil: Pencil): string[] {
  const span = row.node?.item;
  if (span === undefined) return [drawUnder(row, row.name, ['dim'], pencil)];
  const lines = [drawSpan(row, span, pencil)];
  if (span.error !== '') lines.push(drawUnder(row, `${pencil.glyphs.error} ${span.error}`, ['red'], pencil));
  if (span.frame !== '') lines.push(drawUnder(row, `  ${span.frame}`, ['dim'], pencil));
  return lines;
}

function worst(spans: readonly SpanView[], roots: readonly TreeNode<SpanView>[], glyphs: Glyphs): Piece {
  const statuses = roots.length > 0 ? roots.map(({ item }) => item.status) : spans.map(({ status }) => status);
  const bad = statuses.find((status) => status === 'error') ?? statuses.find((status) => status !== 'ok');
  if (bad !== undefined) return markOf(bad, glyphs);
  return roots.length > 0 ? { text: glyphs.ok, tone: 'green' } : { text: glyphs.warn, tone: 'yellow' };
}

function widest<T>(items: readonly T[], width: (item: T) => number): number {
  return items.reduce((most, item) => Math.max(most, width(item)), 0);
}

/**
 * Draws the spans of one trace as a tree with a summary. Every line fits the terminal. Returns an empty text without
 * spans.
 */
export function drawTrace(spans: readonly SpanView[], terminal: Terminal, options: DrawOptions = {}): string {
  if (spans.length === 0) return '';
  const { width } = terminal;
  const glyphs = glyphsOf(terminal.unicode);
  const forest = buildForest(spans);
  const nodes = allNodes([...forest.roots, ...forest.orphans]);
  const items = nodes.map(({ item }) => item);
  const tops = new Set(forest.roots);
  const slow = slowestStep(nodes.filter((node) => !tops.has(node)));
  collapse(forest, glyphs);
  const rows = rowsOf(forest, maxName(width), glyphs, options.orphansHeading);
  const shown = rows.flatMap(({ node }) => node?.item ?? []);
  const columns = shareWidth(width, {
    name: widest(rows, ({ node, guides, name }) => (node === undefined ? 0 : guides.length + displayWidth(name))),
    type: Math.min(
      MAX_TYPE,
      widest(shown, ({ type }) => displayWidth(typeText(type, width))),
    ),
    slowest: slow !== undefined,
    details: widest(shown, ({ details }) => detailsWidth(details, glyphs)),
  });
  const axis = axisOf(items);
  const pencil: Pencil = { terminal, glyphs, columns, axis, slowest: slow?.node };
  const parts = {
    spans: items,
    totalMs: axis.toMs - axis.fromMs,
    slowest: slow === undefined ? undefined : { name: slow.node.item.name, selfMs: slow.selfMs },
    extra: options.extra ?? [],
  };
  const summary = summarize(parts, worst(items, forest.roots, glyphs), terminal, glyphs);
  return [...rows.flatMap((row) => drawRow(row, pencil)), ...summary].join('\n');
}
