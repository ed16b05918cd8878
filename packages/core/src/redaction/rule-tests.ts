import { isIPv6 } from 'node:net';

function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '');
}

/** Checks the check digit of a payment card (ISO/IEC 7812-1). */
function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    let digit = Number(digits[digits.length - 1 - index]);
    if (index % 2 === 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}

/** True for a card number of a network in use. The networks' prefixes keep timestamps and counters out. */
export function isCard(match: string): boolean {
  const digits = digitsOf(match);
  if (digits.length < 13 || digits.length > 19 || /^(\d)\1+$/.test(digits)) return false;
  return /^(?:4|5[0-8]|2[2-7]|3[4-9]|6)/.test(digits) && isLuhn(digits);
}

/** Checks the check digits of an IBAN (ISO 13616): its remainder modulo 97 is 1. */
export function isIban(match: string): boolean {
  const iban = match.replaceAll(' ', '');
  if (iban.length < 15 || iban.length > 34) return false;
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const code = Number.parseInt(character, 36);
    remainder = (remainder * (code > 9 ? 100 : 10) + code) % 97;
  }
  return remainder === 1;
}

/** True for as many digits as an international phone number has (E.164). */
export function isPhone(match: string): boolean {
  const { length } = digitsOf(match);
  return length >= 8 && length <= 15;
}

/** False for 127.*, 0.* and 255.*, which belong to nobody in particular. */
export function isPublicIp4(match: string): boolean {
  return !/^(?:0|127|255)\./.test(match);
}

/** True for an IPv6 address with at least three groups; shorter ones look like times and C++ names. */
export function isWrittenIp6(match: string): boolean {
  return match.split(':').filter((group) => group !== '').length >= 3 && isIPv6(match);
}

/** Shannon entropy in bits per character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

const MIN_ENTROPY = 2.8;

/** True for a value that is random enough to be a secret: no word, no placeholder, no code. */
export function isSecretValue(value: string): boolean {
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value)) return false;
  if (/^\$|^process\.|^[a-z]+\.[a-z]/i.test(value)) return false;
  return entropy(value) >= MIN_ENTROPY;
}
