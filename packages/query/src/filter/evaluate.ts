/** Filters over records in memory. The other engines give the same answers. */

import type { SpanRecord } from '@spanline/record';
import type { Value } from './fields/column.ts';
import { DECIMAL } from './fields/decimal.ts';
import { fieldValues } from './fields/resolve.ts';
import { patternTest } from './pattern.ts';
import type { Bounds, Filter, Test } from './tree.ts';
import { phraseTest } from './words.ts';

function decimalOf(text: string): number | undefined {
  const number = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

function rangeTest({ gt, gte, lt, lte }: Bounds): (value: number) => boolean {
  return (value) =>
    (gt === undefined || value > gt) &&
    (gte === undefined || value >= gte) &&
    (lt === undefined || value < lt) &&
    (lte === undefined || value <= lte);
}

function valueTest(test: Test): (value: Value) => boolean {
  switch (test.kind) {
    case 'exists':
      return () => true;
    case 'equal': {
      const values = new Set(test.values);
      return (value) => values.has(value);
    }
    case 'pattern': {
      const fits = patternTest(test.pattern);
      return (value) => typeof value === 'string' && fits(value);
    }
    case 'range': {
      const isWithin = rangeTest(test.bounds);
      return (value) => {
        const number = typeof value === 'string' ? decimalOf(value) : Number(value);
        return number !== undefined && isWithin(number);
      };
    }
    default: {
      const has = phraseTest(test.words);
      return (value) => typeof value === 'string' && has(value);
    }
  }
}

/** Makes the test of a filter. It never throws, whatever the record. */
export function toTest(filter: Filter): (record: SpanRecord) => boolean {
  switch (filter.kind) {
    case 'all':
      return () => true;
    case 'not': {
      const passes = toTest(filter.filter);
      return (record) => !passes(record);
    }
    case 'test': {
      const { field, test } = filter;
      const passes = valueTest(test);
      return (record) => fieldValues(field, record).some(passes);
    }
    default: {
      const tests = filter.filters.map(toTest);
      return filter.kind === 'and'
        ? (record) => tests.every((passes) => passes(record))
        : (record) => tests.some((passes) => passes(record));
    }
  }
}
