import { lazy } from '@spanline/record';
import type { Range } from '../rule.ts';
import { cellsUnder, END_OF_COLUMN } from '../tables.ts';
import { isPhoneName, PHONE_NAMES } from './phone-words.ts';

const END_OF_NAME = lazy(() => new RegExp(`(?:${PHONE_NAMES.join('|')})${END_OF_COLUMN}`, 'gi'));
const NUMBER = /^[+(]?\d[\d ()./-]{5,24}\d$/;

function* endsIn(text: string): Generator<number> {
  for (const { 0: name, index } of text.matchAll(END_OF_NAME())) yield index + name.length - 1;
}

/** The numbers in those columns of tables that are named like phone numbers. */
export function* phoneColumns(text: string): Generator<Range> {
  for (const cell of cellsUnder(text, endsIn(text), isPhoneName)) {
    if (NUMBER.test(text.slice(cell.start, cell.end))) yield cell;
  }
}
