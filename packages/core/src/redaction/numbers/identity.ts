import { lazy } from '@spanline/record';
import { matching, type Range, type Rule } from '../rule.ts';
import { cellsUnder, END_OF_COLUMN } from '../tables.ts';
import { A_NUMBER } from './digits.ts';

const NUMBER = String.raw`(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![A-Za-z0-9-]|_[A-Za-z0-9])`;
const UNSEPARATED = String.raw`(?!000|666|9\d\d)\d{3}(?<separator>[ .-]?)(?!00)\d{2}\k<separator>(?!0000)\d{4}(?![\w-])`;
const ANNOUNCED = String.raw`(?<=\b(?:ssn|social[ _-]security(?:[ _-](?:number|no\.?))?)["']?(?: is| was)?[ :#=]{1,3}["']?)`;

const written = matching(lazy(() => new RegExp(String.raw`(?=\d)(?<![A-Za-z0-9-]|[A-Za-z0-9]_)${NUMBER}`, 'g')));
const announced = matching(lazy(() => new RegExp(String.raw`(?=\d)${ANNOUNCED}${UNSEPARATED}`, 'gi')));
const alone = matching(lazy(() => new RegExp(`^${UNSEPARATED}$`, 'g')));

/** True for the name of a field that holds a social security number. */
export function isSsnName(name: string): boolean {
  return (
    /(?:^|[_. -])ssn$|social[_ -]?security(?:[_ -]?(?:number|no\.?|#))?$/i.test(name) || /[a-z]S(?:sn|SN)$/.test(name)
  );
}

const NAME = 'ssn|social[ _-]?security(?:[ _-]?(?:number|no\\.?|#))?';
const END_OF_NAME = lazy(() => new RegExp(`(?:${NAME})${END_OF_COLUMN}`, 'gi'));

function* endsIn(text: string): Generator<number> {
  for (const { 0: name, index } of text.matchAll(END_OF_NAME())) yield index + name.length - 1;
}

/** The numbers in those columns of tables that are named like social security numbers. */
function* inColumns(text: string): Generator<Range> {
  for (const cell of cellsUnder(text, endsIn(text), isSsnName))
    for (const _ of alone(text.slice(cell.start, cell.end))) yield cell;
}

/** Social security numbers of the United States: with hyphens, or where the text or the name of the field says so. */
export const SSN: Rule = {
  name: 'SSN',
  credential: false,
  hints: () => [A_NUMBER],
  *find(text, name): Generator<Range> {
    yield* written(text);
    yield* announced(text);
    yield* inColumns(text);
    if (name !== undefined && isSsnName(name)) yield* alone(text);
  },
};

/** Off by default, because too many ids look like one. */
export const PASSPORT: Rule = {
  name: 'PASSPORT',
  credential: false,
  on: false,
  hints: () => [A_NUMBER, { on: '\\d', then: '\\d{5}' }],
  find: matching(lazy(() => /(?<![A-Za-z0-9])(?:[A-Z]{1,2}\d{6,8}|\d{9})(?![A-Za-z0-9])/g)),
};
