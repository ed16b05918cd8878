/**
 * An answer of a command: blocks for people and `data` for programs. One report has four printers: for a terminal,
 * Markdown, JSON, and each of them within a budget of tokens.
 *
 * Texts may come from a log. The printers make every one of them safe to print.
 */

import type { Tone } from '@spanline/pretty/internal';
import type { SpanRecord } from '@spanline/record';

/** Width that names of steps have before they are cut. Columns that matter less leave first. */
export const STEP_WIDTH = 28;

/** A text of a table: as it is, or with a look of its own. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

/** A column of a table. */
export interface Column {
  readonly head: string;
  /** @defaultValue `left` */
  readonly align?: 'left' | 'right';
  /** Columns with the highest number leave a narrow terminal first. 0 stays. @defaultValue 0 */
  readonly drop?: number;
  /** May be cut to fit the terminal. @defaultValue false */
  readonly isFlexible?: boolean;
  /** Narrowest width that a cut column is still read at. @defaultValue 12 */
  readonly least?: number | undefined;
}

/** A column whose cells are bars. Only a terminal shows it. */
export interface BarColumn {
  readonly head: string;
  readonly drop?: number;
  /** Share of each row, 0 to 1. */
  readonly shares: readonly number[];
  readonly tone: Tone;
}

/** A column with its cells, one for each row. */
export type FilledColumn = (Column & { readonly cells: readonly Cell[] }) | BarColumn;

/** A table, column by column. */
export interface TableBlock {
  readonly kind: 'table';
  readonly columns: readonly FilledColumn[];
}

/** Text that users, models and tools wrote: data, never instructions. Its lines are kept. */
export interface ContentBlock {
  readonly kind: 'content';
  readonly title: string;
  /** May be empty beside a note. */
  readonly text: string;
  /** A sentence of ours about what is left out. */
  readonly note?: string;
}

/** A piece of an answer. */
export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  /** Sentences of ours. Lines are wrapped. */
  | { readonly kind: 'text'; readonly text: string; readonly tone?: Tone }
  /** Names and values, one a line. */
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [name: string, value: Cell])[] }
  | TableBlock
  /** The spans of one trace. */
  | { readonly kind: 'tree'; readonly records: readonly SpanRecord[] }
  /** Lines that programs read, printed as they are. */
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | ContentBlock;

/** An answer. */
export interface Report {
  readonly blocks: readonly Block[];
  /** Printed by `--json`. Its shape is stable. */
  readonly data: unknown;
  /** The exit code is 1 if this is `false`: nothing was found, or a check failed. @defaultValue true */
  readonly isOk?: boolean;
  /** The exit code is 2 if this is `false`: something was not done, and the report says what. @defaultValue true */
  readonly isComplete?: boolean;
  /** Nothing is printed: the command has written its output itself. @defaultValue false */
  readonly isSilent?: boolean;
}

/** True for a column of bars. */
export function isBar(column: FilledColumn): column is BarColumn {
  return 'shares' in column;
}

/** Rows of a table. */
export function rowCount({ columns }: TableBlock): number {
  return columns.reduce(
    (most, column) => Math.max(most, isBar(column) ? column.shares.length : column.cells.length),
    0,
  );
}

/** The columns that say something: one whose cells are all empty is left out. */
export function usedColumns({ columns }: TableBlock): FilledColumn[] {
  return columns.filter(
    (column) => isBar(column) || column.cells.some((cell) => (typeof cell === 'string' ? cell : cell.text) !== ''),
  );
}
