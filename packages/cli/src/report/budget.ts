/**
 * Fits a report into a budget of tokens. Everything long is cut to one level: contents and texts to as many characters,
 * tables, lists and trees to as many entries. The highest level that fits is used, so that no block starves another.
 */

import type { Block, Report, TableBlock } from './report.ts';
import { isBar, rowCount } from './report.ts';

/** Bytes of UTF-8 in a token, about: the measure of a budget. */
const BYTES_PER_TOKEN = 4;
/** Characters that stand for one entry of a list. */
const CHARACTERS_PER_ENTRY = 40;
const MIN_ENTRIES = 1;
/** No text is longer. */
const HIGHEST = 1 << 24;
const MAX_DEPTH = 50;

const tokensOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
const entriesAt = (level: number): number => Math.max(MIN_ENTRIES, Math.floor(level / CHARACTERS_PER_ENTRY));

/** Cuts the middle of a text out: beginnings and ends say most. */
function cutText(text: string, level: number): string {
  if (text.length <= level) return text;
  const head = Math.ceil(level * 0.7);
  const tail = level - head;
  const left = text.length - head - tail;
  return `${text.slice(0, head)}[… ${left} characters …]${tail > 0 ? text.slice(-tail) : ''}`.toWellFormed();
}

function cutTable(block: TableBlock, entries: number): Block[] {
  const rows = rowCount(block);
  if (rows <= entries) return [block];
  const columns = block.columns.map((column) =>
    isBar(column)
      ? { ...column, shares: column.shares.slice(0, entries) }
      : { ...column, cells: column.cells.slice(0, entries) },
  );
  return [
    { kind: 'table', columns },
    { kind: 'text', text: `${rows - entries} more rows`, tone: 'dim' },
  ];
}

function cutLines(lines: readonly string[], level: number): Block[] {
  const entries = entriesAt(level);
  const kept: Block = { kind: 'lines', lines: lines.slice(0, entries).map((line) => cutText(line, level)) };
  if (lines.length <= entries) return [kept];
  return [kept, { kind: 'text', text: `${lines.length - entries} more lines`, tone: 'dim' }];
}

function cutBlock(block: Block, level: number): Block[] {
  const entries = entriesAt(level);
  switch (block.kind) {
    case 'table':
      return cutTable(block, entries);
    case 'facts':
      return [{ kind: 'facts', facts: block.facts.slice(0, entries) }];
    case 'tree': {
      const { records } = block;
      if (records.length <= entries) return [block];
      const left = records.length - entries;
      const text = `${left} more spans`;
      return [
        // Roots end last.
        { kind: 'tree', records: records.slice(-entries) },
        { kind: 'text', text, tone: 'dim' },
      ];
    }
    case 'content':
      return [{ ...block, text: cutText(block.text, level) }];
    case 'lines':
      return cutLines(block.lines, level);
    case 'text':
      return [{ ...block, text: cutText(block.text, level) }];
    default:
      return [block];
  }
}

/** Cuts texts and lists of data. A list that was cut ends with how many entries are left out. */
function cutData(value: unknown, level: number, depth = 0): unknown {
  if (typeof value === 'string') return cutText(value, level);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return cutText(JSON.stringify(value) ?? '', level);
  if (Array.isArray(value)) {
    const entries = entriesAt(level);
    const kept = value.slice(0, entries).map((entry) => cutData(entry, level, depth + 1));
    return value.length > entries ? [...kept, `[… ${value.length - entries} more …]`] : kept;
  }
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, cutData(entry, level, depth + 1)]));
}

function cutReport(report: Report, level: number): Report {
  return {
    ...report,
    blocks: report.blocks.flatMap((block) => cutBlock(block, level)),
    data: cutData(report.data, level),
  };
}

/**
 * Prints a report within a budget of tokens; a token is about four bytes.
 *
 * @param print - the printer
 */
export function fitBudget(report: Report, budget: number, print: (report: Report) => string): string {
  const whole = print(report);
  if (tokensOf(whole) <= budget) return whole;
  let low = 0;
  let high = Math.min(HIGHEST, whole.length);
  while (low < high) {
    const level = Math.ceil((low + high) / 2);
    if (tokensOf(print(cutReport(report, level))) <= budget) low = level;
    else high = level - 1;
  }
  return print(cutReport(report, low));
}
