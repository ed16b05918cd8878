import { matching, type Rule } from '../rule.ts';
import { A_NUMBER } from './digits.ts';

/** Social security numbers of the United States. */
export const SSN: Rule = {
  name: 'SSN',
  credential: false,
  hints: [A_NUMBER],
  find: matching(/(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/g),
};

/** Off by default, because too many ids look like one. */
export const PASSPORT: Rule = {
  name: 'PASSPORT',
  credential: false,
  on: false,
  hints: [A_NUMBER, { on: '\\d', then: '\\d{5}' }],
  find: matching(/(?<![A-Za-z0-9])(?:[A-Z]{1,2}\d{6,8}|\d{9})(?![A-Za-z0-9])/g),
};
