/** Texts of a log, made safe: for a terminal, for Markdown, for JSON. */

import { printable } from '@spanline/pretty/internal';
import type { Cell } from './report.ts';

/** Longest text of a cell that is looked at, in UTF-16 units. */
const MAX_CELL = 2000;
/** Longest line of content. */
const MAX_LINE = 1_000_000;

/** The text of a cell in one line. */
export function cellText(cell: Cell): string {
  return printable(typeof cell === 'string' ? cell : cell.text, MAX_CELL);
}

/** One line of ours or of a log. */
export function lineText(text: string): string {
  return printable(text, MAX_CELL);
}

/** The lines of a content. */
export function contentLines(text: string): string[] {
  return text.split(/\r\n|[\n\r\u2028\u2029]/).map((line) => printable(line.replaceAll('\t', '  '), MAX_LINE));
}

/** Characters of JSON that a terminal might act on, or that hide or reorder text. JSON escapes the others itself. */
const ACTIVE = /[\u007f-\u009f]|[\u2028\u2029]|\p{Cf}|\p{Co}/gu;

function escapeUnits(text: string): string {
  let escaped = '';
  for (let index = 0; index < text.length; index++)
    escaped += `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`;
  return escaped;
}

/** JSON that means the same and is safe to print. */
export function safeJson(json: string): string {
  return json.replaceAll(ACTIVE, escapeUnits);
}
