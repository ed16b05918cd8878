import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FilterError, parseFilter, toSearchQuery, toSql, toTest } from '@spanline/query';
import { runs } from '../../../../test/support/effort.ts';
import { oddRecord } from '../support/arbitrary.ts';

const LENGTH = 99_000;

/** Reads a filter, uses it in every way, and says what is wrong with it. */
function attempt(text: string): string | undefined {
  try {
    const filter = parseFilter(text);
    toSql(filter);
    toSearchQuery(filter);
    toSearchQuery(filter, { profile: 'otel' });
    toTest(filter)({ message: 'a', 'span.name': 'a'.repeat(1000) });
    return undefined;
  } catch (error) {
    if (error instanceof FilterError) return error.message;
    throw error;
  }
}

describe('a hostile filter', () => {
  it.each([
    ['('.repeat(LENGTH), 'parentheses and NOT are at most 50 deep'],
    [')'.repeat(LENGTH), 'a condition must be here'],
    ['-'.repeat(LENGTH), 'parentheses and NOT are at most 50 deep'],
    ['NOT '.repeat(LENGTH / 4), 'parentheses and NOT are at most 50 deep'],
    [`model:${'('.repeat(LENGTH)}`, 'parentheses and NOT are at most 50 deep'],
    ['"'.repeat(LENGTH - 1), 'a space must be here'],
    [`"${'x'.repeat(LENGTH)}`, 'this quote is never closed'],
    ['\\'.repeat(LENGTH - 1), 'a character must follow the backslash'],
    [`step:${'*a'.repeat(LENGTH / 2)}`, 'a value with wildcards has at most 500 characters'],
    ['x '.repeat(LENGTH / 2), 'a filter has at most 1000 conditions'],
    ['a OR '.repeat(LENGTH / 5), 'a filter has at most 1000 conditions'],
    ['['.repeat(LENGTH), 'a condition must be here'],
    [`cost:${'['.repeat(LENGTH)}`, 'a value must follow the bracket'],
    [`cost:${'9'.repeat(LENGTH)}`, 'cost takes a number'],
    [`${'q'.repeat(LENGTH)}:x`, 'there is no field'],
    ['('.repeat(100_001), 'a filter has at most 100000 characters'],
    [`\u202E\u0000\u001B31m:x`, 'there is no field'],
    ['\uD800:x', 'there is no field'],
  ])('ends in a short error: %#', (text, problem) => {
    const message = attempt(text);
    expect(message).toContain(problem);
    expect(message?.length).toBeLessThan(600);
    expect(message).not.toMatch(/(?![\n])\p{Cc}|\p{Cf}|\p{Cs}/u);
  });

  it.each([
    `step:${'*a'.repeat(200)}b`,
    `text:${'*a'.repeat(200)}b`,
    `step:*${'?'.repeat(400)}b`,
    `"${'a.'.repeat(LENGTH / 3)}"`,
    `"${'e\u0301'.repeat(LENGTH / 3)}"`,
    `${' '.repeat(LENGTH)}x`,
    `x${' '.repeat(LENGTH)}`,
    `x${' \n\t'.repeat(LENGTH / 4)}y`,
    `step:"${'\u{1F600}'.repeat(LENGTH / 4)}"`,
    'step:"\uD800\uDC00\uD800"',
  ])('is answered: %#', (text) => {
    expect(attempt(text)).toBeUndefined();
  });

  it('fails in no other way, whatever the text', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '(',
        ')',
        '[',
        ']',
        '{',
        '}',
        '"',
        '\\',
        ':',
        '>',
        '<',
        '=',
        '!',
        '-',
        '*',
        '?',
        ' ',
        ' TO ',
        ' OR ',
        'NOT ',
        '&&',
        '||',
      ),
      fc.constantFrom(
        'model',
        'cost',
        'time',
        'label.x',
        'text',
        'exists',
        'duration',
        '2s',
        '1e5',
        'now-1h',
        '$',
        '\0',
        '\u2028',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), oddRecord, (pieces, line) => {
        const text = pieces.join('');
        if (attempt(text) === undefined) expect(toTest(parseFilter(text))(line)).toBeTypeOf('boolean');
      }),
      { numRuns: runs(1000, 10_000) },
    );
  });
});
