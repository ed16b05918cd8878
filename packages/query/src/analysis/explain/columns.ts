/** Facts of all cases as columns of small integers, and the sets of cases that a column can pick. */

import { attributeRow } from '@spanline/record';
import { SHORT_NAMES } from '../../filter/index.ts';
import { type Case, MADE, type Relation, type Subject } from './case.ts';
import { type FactValue, roleOf } from './facts.ts';

/** A condition that picks cases. */
export type Condition =
  | { readonly is: 'above' | 'at_most'; readonly limit: number; readonly next: number }
  | { readonly is: 'equal'; readonly value: FactValue }
  | { readonly is: 'missing' };

/** A set of the codes of a column: those from one to another. */
export interface Split {
  readonly column: Column;
  readonly from: number;
  readonly to: number;
  readonly condition: Condition;
}

/** A subject, with a code for each case. */
export interface Column {
  readonly subject: Subject;
  readonly codes: Uint16Array;
  /** Number of different codes. */
  readonly size: number;
  readonly splits: readonly Split[];
}

const MAX_BINS = 1000;
/** The columns that the most cases have. */
const MAX_COLUMNS = 500;

/** Boundaries of bins: all values if there are few; else quantiles, and ever smaller tails on both sides. */
function boundaries(sorted: readonly number[]): number[] {
  const distinct = sorted.filter((value, index) => value !== sorted[index - 1]);
  if (distinct.length <= MAX_BINS) return distinct;
  const count = sorted.length;
  const places = new Set<number>([0]);
  for (let part = 1; part < 100; part++) places.add(Math.floor((part * count) / 100));
  for (let tail = 2; tail < count / 100; tail = Math.ceil(tail * 1.3)) places.add(tail).add(count - tail);
  return [...new Set([...places].map((place) => sorted[place] ?? 0))].toSorted((a, b) => a - b);
}

/** Index of the last boundary that a value reaches. */
function binOf(value: number, bounds: readonly number[]): number {
  let low = 0;
  let high = bounds.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((bounds[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function numberColumn(subject: Subject, values: readonly (number | undefined)[]): Column {
  const sorted = values.filter((value) => value !== undefined).toSorted((a, b) => a - b);
  const bounds = boundaries(sorted);
  const size = bounds.length;
  const codes = Uint16Array.from(values, (value) => (value === undefined ? size : binOf(value, bounds)));
  /** The largest value of each bin. */
  const tops = bounds.map(() => 0);
  for (const value of sorted) tops[binOf(value, bounds)] = value;
  const column: Column = { subject, codes, size: size + 1, splits: [] };
  const splits = bounds.slice(1).flatMap((next, index): Split[] => {
    const limit = tops[index] ?? 0;
    return [
      { column, from: index + 1, to: size, condition: { is: 'above', limit, next } },
      { column, from: 0, to: index + 1, condition: { is: 'at_most', limit, next } },
    ];
  });
  return Object.assign(column, { splits: [...splits, ...missing(column, size)] });
}

function valueColumn(subject: Subject, values: readonly (FactValue | undefined)[]): Column {
  const counts = new Map<FactValue, number>();
  for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  const known = [...counts].toSorted(([a, one], [b, other]) => other - one || (String(a) < String(b) ? -1 : 1));
  const codeOf = new Map(known.slice(0, MAX_BINS).map(([value], code) => [value, code]));
  const size = codeOf.size + 1;
  const codes = Uint16Array.from(values, (value) => (value === undefined ? size : (codeOf.get(value) ?? size - 1)));
  const column: Column = { subject, codes, size: size + 1, splits: [] };
  const splits = [...codeOf].map(([value, code]): Split => ({
    column,
    from: code,
    to: code + 1,
    condition: { is: 'equal', value },
  }));
  return Object.assign(column, { splits: [...splits, ...missing(column, size)] });
}

/** A result is missing where its step failed, and every fact where it did not run, which other columns say better. */
function missing(column: Column, code: number): Split[] {
  const { relation, key } = column.subject;
  const role = roleOf(key);
  if (relation === 'step' || (role !== 'input' && role !== 'context')) return [];
  return [{ column, from: code, to: code + 1, condition: { is: 'missing' } }];
}

const RELATIONS: readonly Relation[] = ['request', 'above', 'step', 'own'];
const SHORT: ReadonlySet<string> = new Set(Object.values(SHORT_NAMES).flat());

/** Of columns that pick the same cases, the first is named: what happened first, in the words that people know. */
function rank({ relation, key }: Subject): number {
  const made = Object.values<string>(MADE).includes(key) ? 2 : 0;
  return made * 10 + RELATIONS.indexOf(relation) * 2 + (SHORT.has(key) || attributeRow(key) === undefined ? 0 : 1);
}

/** The columns of cases, in the order in which they are named. */
export function columnsOf(cases: readonly Case[]): Column[] {
  const counts = new Map<Subject, number>();
  for (const { facts } of cases)
    for (const subject of facts.keys()) counts.set(subject, (counts.get(subject) ?? 0) + 1);
  const subjects = [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MAX_COLUMNS)
    .map(([subject]) => subject)
    .toSorted((a, b) => rank(a) - rank(b));
  return subjects.map((subject) => {
    const isCount = subject.key === MADE.runs;
    const values = cases.map(({ facts }) => facts.get(subject) ?? (isCount ? 0 : undefined));
    const isNumeric = values.every((value) => value === undefined || typeof value === 'number');
    return isNumeric ? numberColumn(subject, values) : valueColumn(subject, values);
  });
}
