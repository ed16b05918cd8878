import { lazy } from '@spanline/record';
import type { Range } from '../rule.ts';
import { cellsUnder } from '../tables.ts';
import { isPhoneName, PHONE_NAMES } from './phone-words.ts';

const END_OF_NAME = lazy(
  () => new RegExp(`(?:${PHONE_NAMES.join('|')})["'\`*]{0,3}[ \\t\\r]{0,16}(?=[,;|\\t\\n])`, 'gi'),
);
const NUMBER = /^[+(]?\d[\d ()./-]{5,24}\d$/;

function* endsIn(text: string): Generator<number> {
  for (const { 0: name, index } of text.matchAll(END_OF_NAME())) yield index + name.length;
}

/** The numbers in those columns of tables that are named like phone numbers. */
export function* phoneColumns(text: string): Generator<Range> {
  for (const cell of cellsUnder(text, endsIn(text), isPhoneName)) {
    if (NUMBER.test(text.slice(cell.start, cell.end))) yield cell;
  }
}
