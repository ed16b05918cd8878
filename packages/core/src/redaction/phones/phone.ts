/**
 * Phone numbers: with `+` (E.164), and as people write them at home. A number without `+` counts where the text or the
 * name of the field says that it is one, or where it is written as no other number is.
 */

import { lazy } from '@spanline/record';
import { textBefore } from '../lines.ts';
import { A_NUMBER } from '../numbers/digits.ts';
import type { Range, Rule } from '../rule.ts';
import { phoneColumns } from './columns.ts';
import { isInternational, nationalNumbers } from './national-number.ts';
import { phoneLinks } from './phone-links.ts';
import { type Announcement, announcementBefore, isPhoneName } from './phone-words.ts';

/** Letters of scripts without spaces between words may touch a number. */
const CANDIDATE = lazy(
  () =>
    new RegExp(
      String.raw`(?=[\d+(])(?<!(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}])[\p{L}\p{N}@#$€£¥%+]|[\p{L}\p{N}]_|[\d\p{L}][-/]|\d[.,])(?:\(\+\d{1,3}\) ?|\+|00(?=[1-9])|\()?\d(?:[ ()./-]{0,3}\d){5,16}(?!(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}])[\p{L}\p{N}%€$£°]|_[\p{L}\p{N}]|[元円원年月日個个件]|[.,/:-]\d)`,
      'gu',
    ),
);
const MIN_DIGITS = 7;
const MAX_DIGITS = 15;
/** Three, three and four digits, as in North America (without spaces, which lists of numbers have as well). */
const NORTH_AMERICAN = /^(?:1[-.])?[2-9]\d\d([-.])[2-9]\d\d\1\d{4}$/;
const IN_BRACKETS = /^(?:[01] ?|8 ?)?\(\d{2,5}\)[ -]?\d/;
/** A degree with its fraction. */
const COORDINATE = /^\+\d{1,3}\.\d+$/;
const DATE = /^(?:[12]\d{3}([-./ ])[01]?\d\1[0-3]?\d|\d{1,2}([-./ ])\d{1,2}\2(?:19|20)\d\d)(?:$|[ ]\d)/;
const ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}$/;
/** Digits of a number in the form of RFC 5733, `+49.15123456789`. */
const MIN_EPP = 11;
const MIN_UNANNOUNCED = 9;

function isInternationalNumber(value: string, isAnnounced: boolean): boolean {
  const digits = value.replace(/^(?:00|011[ -])/, '').replaceAll(/\D/g, '');
  if (digits.length < 8 || digits.length > MAX_DIGITS) return false;
  const isKnown = isInternational(digits);
  if (COORDINATE.test(value)) return isKnown === true && digits.length >= MIN_EPP;
  return (
    /^\(?\+/.test(value) ||
    (isKnown === true && (isAnnounced || /^(?:00[1-9]\d{0,2}|011[ -]\d{1,3})[ ()./-]/.test(value)))
  );
}

function separatorsOf(value: string): Set<string> {
  return new Set(value.match(/\D+/g) ?? []);
}

/** Groups of a number by which its name is unlike every other. */
const MAX_GROUPS = 6;

function isNationalNumber(value: string, announcement: Announcement): boolean {
  const isAnnounced = announcement !== 'alone';
  const groups = value.match(/\d+/g) ?? [];
  const digits = groups.join('');
  if (digits.length < MIN_DIGITS || digits.length > MAX_DIGITS) return false;
  if (/^(\d)\1+$/.test(digits)) return false;
  if (NORTH_AMERICAN.test(value)) return true;
  if (announcement === 'named' && groups.length <= MAX_GROUPS) return true;
  const isBracketed = IN_BRACKETS.test(value);
  const isListed = groups.length >= 3 && digits.length >= MIN_UNANNOUNCED && separatorsOf(value).size === 1;
  if (!isAnnounced && !isBracketed && !(isListed && digits.startsWith('0'))) return false;
  for (const { hasPrefix, isGrouped } of nationalNumbers(groups)) {
    if (isAnnounced ? hasPrefix || isGrouped || groups.length === 1 : isGrouped && (hasPrefix || isBracketed))
      return true;
  }
  return false;
}

/** Dots are parts of fractions and versions as well: they separate the parts of a number only if all parts are. */
function isMixed(value: string): boolean {
  return value.includes('.') && /\d\.\d/.test(value) && /\d[ /-]+\d/.test(value);
}

/** Things that are counted: the number before them is none of a phone. */
const COUNTED = lazy(
  () =>
    new RegExp(
      String.raw`^ (?:more|rows?|frames?|bytes?|items?|times?|lines?|tokens?|records?|files?|users?|requests?|steps?|pages?|entries|events?|samples?|points?|pixels?|cells?|calls?|messages?|words?|characters?|operations?|iterations?|ms|ns|seconds?|minutes?|KB|MB|GB)(?![\p{L}\p{N}])`,
      'iu',
    ),
);
const ROUND = /^[1-9]\d{0,3}0{4,}$/;

function isAmount(value: string, text: string, end: number): boolean {
  return ROUND.test(value) || (/^[\d ]+$/.test(value) && COUNTED().test(text.slice(end, end + 16)));
}

/** Two numbers of which the second has a sign: `+1234 -5678` lines. */
const SIGNED = /\d -\d/;

function balanced(value: string): boolean {
  return (value.match(/\(/g)?.length ?? 0) === (value.match(/\)/g)?.length ?? 0);
}

function isPhone(value: string, announcement: Announcement): boolean {
  if (/^(?:\(?\+|00|011[ -])/.test(value) && isInternationalNumber(value, announcement !== 'alone')) return true;
  return !/^\(?\+/.test(value) && !isMixed(value) && isNationalNumber(value, announcement);
}

function* phonesIn(text: string, name?: string): Generator<Range> {
  const isPhoneField = name !== undefined && isPhoneName(name);
  for (const cell of phoneColumns(text)) if (isPhone(text.slice(cell.start, cell.end), 'named')) yield cell;
  yield* phoneLinks(text);
  for (const { 0: value, index: start } of text.matchAll(CANDIDATE())) {
    if (!balanced(value) || SIGNED.test(value) || DATE.test(value) || ADDRESS.test(value)) continue;
    const end = start + value.length;
    if (!isPhoneField && isAmount(value, text, end)) continue;
    if (isPhone(value, isPhoneField ? 'named' : announcementBefore(textBefore(text, start)))) yield { start, end };
  }
}

export const PHONE: Rule = {
  name: 'PHONE',
  credential: false,
  hints: () => [A_NUMBER],
  find: phonesIn,
};
