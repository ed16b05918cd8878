import { createRequire } from 'node:module';
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Secret } from './planted.ts';
import { DIGITS, type Random } from './random.ts';

const require = createRequire(import.meta.url);
const MOBILE = require('libphonenumber-js/examples.mobile.json') as Readonly<Record<string, string>>;

/** First and last names, and words that announce a phone number, by country. */
const COUNTRIES: Readonly<Record<string, readonly [names: string, announcement: string]>> = {
  US: ["john mary o'neil smith", 'call'],
  GB: ['oliver amelia taylor', 'ring'],
  CA: ['liam emma tremblay', 'call me at'],
  AU: ['jack olivia nguyen', 'mobile'],
  IN: ['aarav priya sharma', 'mobile:'],
  CN: ['wei fang zhang', '电话'],
  JP: ['haruto yui sato', '電話'],
  KR: ['minjun seoyeon kim', '전화'],
  ID: ['budi siti santoso', 'telp'],
  PK: ['ali ayesha khan', 'phone'],
  BD: ['rahim fatima hossain', 'phone'],
  NG: ['chinedu amina okafor', 'call'],
  BR: ['joão maria silva', 'ligue'],
  MX: ['josé guadalupe hernández', 'llámame al'],
  RU: ['иван анна смирнов', 'тел.'],
  ET: ['abebe tigist bekele', 'phone'],
  EG: ['ahmed mona hassan', 'هاتف'],
  PH: ['jose maria santos', 'cell'],
  CD: ['jean marie kabila', 'tél'],
  VN: ['minh lan nguyễn', 'điện thoại'],
  IR: ['ali zahra ahmadi', 'تلفن'],
  TR: ['mehmet ayşe yılmaz', 'tel'],
  DE: ['jürgen anna müller', 'Telefon'],
  TH: ['somchai malee suksai', 'โทร'],
  FR: ['françois chloé lefèvre', 'téléphone'],
  IT: ['luca giulia rossi', 'telefono'],
  ES: ['javier lucía garcía', 'teléfono'],
  NL: ['daan sanne bakker', 'bel'],
  PL: ['jan zofia kowalska', 'tel.'],
  ZA: ['thabo lerato dlamini', 'cell'],
};

function luhn(digits: string): string {
  let sum = 0;
  for (const [index, digit] of [...digits].toReversed().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return digits + String((10 - (sum % 10)) % 10);
}

const CARDS: readonly [network: string, prefix: string, length: number][] = [
  ['Visa', '4', 16],
  ['Mastercard', '53', 16],
  ['Mastercard, 2 series', '2315', 16],
  ['Amex', '37', 15],
  ['Discover', '6011', 16],
  ['JCB', '3530', 16],
  ['UnionPay', '62', 16],
  ['Diners', '36', 14],
];
const CARD_FORMS: readonly ((number: string) => string)[] = [
  (number) => number,
  (number) => number.replaceAll(/(\d{4})(?=\d)/g, '$1 '),
  (number) => number.replaceAll(/(\d{4})(?=\d)/g, '$1-'),
  (number) => number.replaceAll(/(\d{4})(?=\d)/g, '$1.'),
  (number) => `${number.replaceAll(/(\d{4})(?=\d)/g, '$1 ')} 12/29`,
  (number) => `${number} 09/28 123`,
  (number) => `17,${number},2029,EUR`,
  (number) => `17;${number};2029`,
  (number) => `card: ${number}, valid thru 03/30`,
];

const IBANS: readonly [country: string, length: number][] = [
  ['DE', 22],
  ['FR', 27],
  ['NO', 15],
  ['ES', 24],
  ['IT', 27],
  ['CH', 21],
  ['PL', 28],
  ['AT', 20],
  ['BE', 16],
  ['PT', 25],
  ['SE', 24],
];

function iban(country: string, length: number, random: Random): string {
  const account =
    country === 'FR' || country === 'IT'
      ? `${country === 'IT' ? 'X' : '1'}${random.text(DIGITS, length - 5)}`
      : random.text(DIGITS, length - 4);
  let remainder = 0;
  for (const character of `${account}${country}00`) {
    const code = Number.parseInt(character, 36);
    remainder = (remainder * (code > 9 ? 100 : 10) + code) % 97;
  }
  return country + String(98 - remainder).padStart(2, '0') + account;
}

/** A valid mobile number of a country, like libphonenumber's example. */
function phone(country: string, random: Random): ReturnType<typeof parsePhoneNumberFromString> {
  const example = MOBILE[country] ?? '';
  for (let attempt = 0; attempt < 50; attempt++) {
    const kept = Math.max(3, example.length - 6);
    const number = parsePhoneNumberFromString(
      example.slice(0, kept) + random.text('2345678', example.length - kept),
      country as CountryCode,
    );
    if (number?.isValid() === true) return number;
  }
  return parsePhoneNumberFromString(example, country as CountryCode);
}

const WIDE = (text: string): string =>
  text.replaceAll(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));

/** Personal data: addresses, numbers of phones, cards and accounts, in the forms of many countries. */
export function* people(random: Random, perKind: number): Generator<Secret> {
  for (const [country, [names, announcement]] of Object.entries(COUNTRIES)) {
    for (let count = 0; count < perKind; count++) {
      const [first = '', second = '', last = ''] = names.split(' ');
      const local = `${random.pick([first, second])}${random.pick(['.', '_', '-', '+', ''])}${last}${random.pick(['', String(random.integer(1, 99))])}`;
      const host = `${random.pick(['mail', 'example', 'firma', 'my-shop'])}.${random.pick(['org', 'com', country.toLowerCase(), 'co.uk'])}`;
      const email = `${local}@${host}`;
      yield {
        rule: 'EMAIL',
        locale: country,
        written: random.pick([email, `<${email}>`, `mailto:${email}`, email.normalize('NFD')]),
        gone: local,
      };
      const number = phone(country, random);
      if (number === undefined) continue;
      const national = number.formatNational();
      const international = number.formatInternational();
      yield { rule: 'PHONE', locale: `${country}, at home`, written: `${announcement} ${national}`, gone: national };
      yield {
        rule: 'PHONE',
        locale: `${country}, with +`,
        written: random.pick([
          international,
          number.number,
          international.replaceAll(' ', '\u00a0'),
          WIDE(international),
        ]),
        gone: international,
      };
    }
  }
  for (const [network, prefix, length] of CARDS) {
    for (const form of CARD_FORMS) {
      const number = luhn(prefix + random.text(DIGITS, length - prefix.length - 1));
      yield { rule: 'CARD', locale: network, written: form(number), gone: number };
    }
  }
  for (const [country, length] of IBANS) {
    for (let count = 0; count < perKind; count++) {
      const account = iban(country, length, random);
      const written = random.pick([account, account.replaceAll(/(.{4})(?=.)/g, '$1 '), `${account} BIC DEUTDEFF`]);
      yield { rule: 'IBAN', locale: country, written, gone: account };
    }
  }
  for (let count = 0; count < perKind * 5; count++) {
    const ssn = `${random.integer(100, 600)}-${random.integer(10, 99)}-${random.integer(1000, 9999)}`;
    yield { rule: 'SSN', locale: 'US', written: `SSN ${ssn}`, gone: ssn };
    const ip = `${random.pick([88, 93, 141, 203])}.${random.integer(0, 255)}.${random.integer(0, 255)}.${random.integer(1, 254)}`;
    yield {
      rule: 'IPV4',
      locale: 'any',
      written: random.pick([`from ${ip}`, `http://${ip}:8080/x`, `${ip}/24`, `[${ip}]`]),
      gone: ip,
    };
    const ip6 = Array.from({ length: 8 }, () => random.text('123456789abcdef', 4)).join(':');
    yield { rule: 'IPV6', locale: 'any', written: `peer ${ip6}`, gone: ip6 };
    const mac = Array.from({ length: 6 }, () => random.text('123456789abcde', 2)).join(random.pick([':', '-']));
    yield { rule: 'MAC', locale: 'any', written: random.pick([`device ${mac}`, `from ${mac}.`, mac]), gone: mac };
    const passport = `C${random.text(DIGITS, 8)}`;
    if (count < 4) yield { rule: 'PASSPORT', locale: 'any', written: `passport ${passport}`, gone: passport };
  }
}
