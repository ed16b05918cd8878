/** Bank accounts (ISO 13616). */

import type { Range, Rule } from '../rule.ts';

/** Lengths by country: SWIFT's IBAN registry, release 99. */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 ' +
    'FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 ' +
    'LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 ' +
    'RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((row) => [row.slice(0, 2), Number(row.slice(2))]),
);

/** Checks the check digits: the remainder modulo 97 is 1. */
function hasCheckDigits(iban: string): boolean {
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const code = Number.parseInt(character, 36);
    remainder = (remainder * (code > 9 ? 100 : 10) + code) % 97;
  }
  return remainder === 1;
}

/** The word may touch its number. */
const START = /(?:(?<![A-Za-z0-9])|(?<=iban))[a-z]{2} ?\d\d(?=[ ./-]{0,2}[a-z0-9]{2})/gi;
/** Groups may have a line each. */
const NEXT = /(?:[ ./-]{1,2}|\r?\n)?[A-Za-z0-9]/y;

/** The end of as many letters and digits as the country's accounts have, with single separators between them. */
function endOf(text: string, start: number, length: number): number | undefined {
  let end = start;
  for (let count = 0; count < length; count++) {
    NEXT.lastIndex = end;
    const next = NEXT.exec(text);
    if (next === null) return undefined;
    end += next[0].length;
  }
  return /[A-Za-z0-9]/.test(text.charAt(end)) ? undefined : end;
}

function* ibansIn(text: string): Generator<Range> {
  for (const { 0: match, index: start } of text.matchAll(START)) {
    const length = LENGTHS.get(match.slice(0, 2).toUpperCase());
    const end = length === undefined ? undefined : endOf(text, start, length);
    if (end === undefined) continue;
    const iban = text.slice(start, end).replaceAll(/[\s./-]/g, '');
    if (hasCheckDigits(iban)) yield { start, end };
  }
}

export const IBAN: Rule = {
  name: 'IBAN',
  credential: false,
  hints: () => [
    { on: '\\d', then: '(?<=(?:(?<![A-Za-z0-9])|[iI][bB][aA][nN])[A-Za-z]{2} ?\\d)\\d[ ./-]{0,2}[A-Za-z0-9]{2}' },
  ],
  find: ibansIn,
};
