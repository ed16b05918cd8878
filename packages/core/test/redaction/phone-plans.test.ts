import { createRequire } from 'node:module';
import { type CountryCode, getExampleNumber, isPossiblePhoneNumber } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import { isInternational, nationalNumbers } from '../../src/redaction/phones/national-number.ts';
import { phonePlans } from '../../src/redaction/phones/plans.ts';

const require = createRequire(import.meta.url);
const EXAMPLES = require('libphonenumber-js/examples.mobile.json') as Parameters<typeof getExampleNumber>[1];

describe('numbering plans', () => {
  it.each(phonePlans().map(({ country }) => country))('%s: agree with libphonenumber', (country) => {
    const example = getExampleNumber(country as CountryCode, EXAMPLES);
    if (example === undefined) throw new Error(`no example of ${country}`);
    const groups = example.formatNational().match(/\d+/g) ?? [];
    expect([...nationalNumbers(groups)].some(({ isGrouped }) => isGrouped)).toBe(true);
    expect(isInternational(`${example.countryCallingCode}${example.nationalNumber}`)).toBe(true);
    const tooLong = `${example.nationalNumber}${example.nationalNumber}1`;
    expect(isPossiblePhoneNumber(tooLong, country as CountryCode)).toBe(false);
    expect(isInternational(`${example.countryCallingCode}${tooLong}`)).toBe(false);
  });

  it('no run of one digit is a number', () => {
    expect([...nationalNumbers(['0'])]).toEqual([]);
  });
});
