import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/redaction/index.ts';

const redactor = createRedactor({}, undefined);
const redact = (text: string, name?: string): string =>
  redactor.redact(text, name, redactor.startLine({ placeholders: undefined }));

const stay = (texts: readonly string[]): void => {
  it.each(texts)('near misses stay: %s', (text) => expect(redact(text)).toBe(text));
};

describe('cards', () => {
  it.each([
    ['%B5555555555554444^DOE/ZOE^2812101000000000?', '%B[CARD_1]^DOE/ZOE^2812101000000000?'],
    [';5555555555554444=28121010000000000000?', ';[CARD_1]=28121010000000000000?'],
    ['5555 5555\n5555 4444', '[CARD_1]'],
    ['number 5555 5555 5555\r\n4444.', 'number [CARD_1].'],
    ['5555+5555+5555+4444', '[CARD_1]'],
    ['5555&nbsp;5555&nbsp;5555&nbsp;4444', '[CARD_1]'],
    ['5555&#160;5555&#xa0;5555&#160;4444', '[CARD_1]'],
    ['55 55 55 55 55 55 44 44', '[CARD_1]'],
    ['5 5 5 5 5 5 5 5 5 5 5 5 4 4 4 4', '[CARD_1]'],
    ['2026-11-29,5555555555554444', '2026-11-29,[CARD_1]'],
    ['09:30:12 5555555555554444', '09:30:12 [CARD_1]'],
  ])('%s', (text, expected) => expect(redact(text)).toBe(expected));

  stay([
    '%B1234567890123^X^2812',
    'rows 5555 5555\n1234 4444',
    'totals\n5555555\n5555555\n5444',
    '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20',
    'x5555555555554444 and 5555555555554444x',
    'sum 5555+5555+5555+1111',
    'a&amp;b &nbsp; 12 &#65; and &unknown;',
    'span 55555555-5555-4444-8555-555555554444 and 55555555-5555-4444-8a55-5555555544ab',
    '2026-11-29T09:30:12.123456Z 2026-11-29T09:30:12+01:00 2026-11-29 09:30:12,123',
  ]);
});

describe('phone numbers', () => {
  it.each([
    ['電話は03-1234-5678です', '電話は[PHONE_1]です'],
    ['请拨打13812345678联系', '请拨打[PHONE_1]联系'],
    ['전화02-312-3456로', '전화[PHONE_1]로'],
    ['name,phone,age\nann,0301234567,4\nbob,0307654321,5', 'name,phone,age\nann,[PHONE_1],4\nbob,[PHONE_2],5'],
    ['"who";"Mobile Number"\n"ann";"(030) 7654321"\n', '"who";"Mobile Number"\n"ann";"[PHONE_1]"\n'],
    ['id\ttelefono\r\n1\t06 12345678\r\n', 'id\ttelefono\r\n1\t[PHONE_1]\r\n'],
    ['(+1) 415 555 0132', '[PHONE_1]'],
    ['dial 011-44-20-7946-0018 now', 'dial [PHONE_1] now'],
    ['"mobile_no": "9876543210"', '"mobile_no": "[PHONE_1]"'],
    ['emergency_number=0301234567', 'emergency_number=[PHONE_1]'],
    ['τηλ 030 901820', 'τηλ [PHONE_1]'],
    ['text 4155550132 please', 'text [PHONE_1] please'],
    ['Tlf 22 12 34 56', 'Tlf [PHONE_1]'],
    ['Tel: 011 4123-4567', 'Tel: [PHONE_1]'],
    ['tél. 0522 12 34 56', 'tél. [PHONE_1]'],
    ['puhelin 09 123 4567', 'puhelin [PHONE_1]'],
    ['phone 555 1234', 'phone [PHONE_1]'],
    ['"phone":"1234 567"', '"phone":"[PHONE_1]"'],
  ])('%s', (text, expected) => expect(redact(text)).toBe(expected));

  stay([
    'call 1000000 times and call 2500000',
    'call 4155550132 rows, text 4155550132 bytes',
    '费用是13812345678元',
    'name,count,age\nann,0301234567,4',
    'phone,count\nann,12\nphone numbers, all of them\n',
    'the phone plan, 2 of 3\n0301234567 rows',
    'phone model 1234567, telephone exchange 2024 2025, mobile users 12345678, phone: 2026-11-23',
    'phones sold: 1234567 units and phone bill of 2026 1234 EUR',
    'on 2026-11-29 09:30 call',
  ]);
});

describe('social security numbers', () => {
  it.each([
    ['my SSN is 219099999', 'my SSN is [SSN_1]'],
    ['Social Security Number: 219 09 9999', 'Social Security Number: [SSN_1]'],
    ['"ssn":"219099999"', '"ssn":"[SSN_1]"'],
  ])('%s', (text, expected) => expect(redact(text)).toBe(expected));

  it('under the name of a field', () => {
    for (const name of ['ssn', 'applicantSsn', 'social_security_number']) {
      expect(redact('219099999', name)).toBe('[SSN_1]');
    }
    for (const name of ['session', 'assn', 'number']) expect(redact('219099999', name)).toBe('219099999');
  });

  stay(['session 219099999', 'SSN is 000099999', 'the ssn column has 219 rows']);
});

describe('numbers with a name', () => {
  it.each([
    ['the pin: 4821', 'the pin: [SECRET_1]'],
    ['"pin": "4821"', '"pin": "[SECRET_1]"'],
    ['token: olivegrove7', 'token: [SECRET_1]'],
  ])('%s', (text, expected) => expect(redact(text)).toBe(expected));

  stay(['hockey pin: 4821', 'the lapel pin: 4821 sold', 'special tokens: pad token: world', 'vocab token: "hello"']);
});
