/** Draws a table for a terminal of a given width. */

import { displayWidth, fitWidth, type Glyphs, padding, paint, type Terminal } from '@spanline/pretty/internal';
import {
  type BarColumn,
  type Column,
  type FilledColumn,
  isBar,
  rowCount,
  type TableBlock,
  usedColumns,
} from './report.ts';
import { cellText, lineText } from './safe-text.ts';

/** A column with the width that it gets. */
interface Placed {
  readonly column: FilledColumn;
  readonly texts: readonly string[];
  /** Narrowest width. */
  readonly least: number;
  width: number;
}

const GAP = 2;
const MIN_FLEXIBLE = 12;
const MIN_BAR = 6;
const MAX_BAR = 24;

function place(column: FilledColumn): Placed {
  const head = displayWidth(lineText(column.head));
  if (isBar(column)) return { column, texts: [], least: Math.max(head, MIN_BAR), width: Math.max(head, MAX_BAR) };
  const texts = column.cells.map(cellText);
  const width = texts.reduce((most, text) => Math.max(most, displayWidth(text)), head);
  const least = column.isFlexible === true ? Math.min(width, Math.max(head, column.least ?? MIN_FLEXIBLE)) : width;
  return { column, texts, least, width };
}

const sum = (columns: readonly Placed[], width: (column: Placed) => number): number =>
  columns.reduce((total, column) => total + width(column) + GAP, -GAP);

/** Leaves columns out until the others fit; the ones that matter least go first. */
function dropColumns(columns: readonly Placed[], room: number): Placed[] {
  const kept = [...columns];
  while (sum(kept, ({ least }) => least) > room) {
    const most = Math.max(...kept.map(({ column }) => column.drop ?? 0));
    if (most <= 0) break;
    kept.splice(
      kept.findLastIndex(({ column }) => (column.drop ?? 0) === most),
      1,
    );
  }
  return kept;
}

/** Cuts the widest columns that may be cut, bars first, until all fit. */
function shrink(columns: readonly Placed[], room: number): void {
  let over = sum(columns, ({ width }) => width) - room;
  for (const placed of columns.filter(({ column }) => isBar(column))) {
    const cut = Math.min(Math.max(over, 0), placed.width - placed.least);
    placed.width -= cut;
    over -= cut;
  }
  while (over > 0) {
    const widest = columns.reduce<Placed | undefined>(
      (found, one) => (one.width > one.least && one.width > (found?.width ?? 0) ? one : found),
      undefined,
    );
    if (widest === undefined) return;
    widest.width--;
    over--;
  }
}

function drawBar({ shares, tone }: BarColumn, row: number, width: number, glyphs: Glyphs, color: boolean): string {
  const share = Math.min(Math.max(shares[row] ?? 0, 0), 1);
  const halves = Math.max(Math.round(share * width * 2), share > 0 ? 1 : 0);
  const bar = glyphs.bar.repeat(Math.floor(halves / 2)) + (halves % 2 === 1 ? glyphs.barEnd : '');
  return paint(bar, color, tone) + ' '.repeat(width - bar.length);
}

function drawCell(placed: Placed, row: number, terminal: Terminal, glyphs: Glyphs): string {
  const { column, width, texts } = placed;
  if (isBar(column)) return drawBar(column, row, width, glyphs, terminal.color);
  const text = fitWidth(texts[row] ?? '', width, glyphs.ellipsis);
  const cell = column.cells[row];
  const painted = paint(text, terminal.color, typeof cell === 'object' ? cell.tone : 'plain');
  return align(painted, padding(text, width), column);
}

function align(text: string, blanks: string, column: Pick<Column, 'align'> | BarColumn): string {
  return 'align' in column && column.align === 'right' ? blanks + text : text + blanks;
}

/** Draws the lines of a table. None is wider than the terminal if the columns allow it. */
export function drawTable(block: TableBlock, terminal: Terminal, glyphs: Glyphs): string[] {
  const columns = dropColumns(usedColumns(block).map(place), terminal.width);
  shrink(columns, terminal.width);
  const gap = ' '.repeat(GAP);
  const heads = columns.map(({ column, width }) => {
    const text = fitWidth(lineText(column.head), width, glyphs.ellipsis);
    return align(paint(text, terminal.color, 'dim'), padding(text, width), column);
  });
  const lines = [heads.join(gap)];
  for (let row = 0; row < rowCount(block); row++)
    lines.push(columns.map((placed) => drawCell(placed, row, terminal, glyphs)).join(gap));
  return lines.map((line) => line.trimEnd());
}
