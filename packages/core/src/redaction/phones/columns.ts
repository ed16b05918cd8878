import { lazy } from '@spanline/record';
import type { Range } from '../rule.ts';
import { isPhoneName } from './phone-words.ts';

const MAX_HEADER = 1024;
const DELIMITERS = [',', ';', '\t'];
const NAME = lazy(() => new RegExp(String.raw`^["']?(?<name>[\p{L}\p{N} _-]{1,64})["']?$`, 'u'));
const CELL = /^["']?(?<number>[+(]?\d[\d ()./-]{5,24}\d)["']?$/;

const nameIn = (cell: string): string => NAME().exec(cell.trim())?.groups?.['name'] ?? '';

/** The numbers in those columns of a table with a header (RFC 4180) that are named like phone numbers. */
export function* phoneColumns(text: string): Generator<Range> {
  const endOfHeader = text.slice(0, MAX_HEADER).indexOf('\n');
  const header = text.slice(0, Math.max(0, endOfHeader)).trim();
  const delimiter = DELIMITERS.find((some) => header.includes(some));
  if (delimiter === undefined) return;
  const columns = header.split(delimiter).map((cell) => isPhoneName(nameIn(cell)));
  if (!columns.includes(true)) return;
  let start = endOfHeader + 1;
  for (const line of text.slice(start).split('\n')) {
    let at = start;
    for (const [column, cell] of line.split(delimiter, columns.length).entries()) {
      const number = columns[column] === true ? CELL.exec(cell.trim())?.groups?.['number'] : undefined;
      const from = at + cell.indexOf(number ?? '');
      if (number !== undefined) yield { start: from, end: from + number.length };
      at += cell.length + 1;
    }
    start += line.length + 1;
  }
}
