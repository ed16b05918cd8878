import { isIPv6 } from 'node:net';

function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '');
}

/** Check digit of payment cards (ISO/IEC 7812-1). */
function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    let digit = Number(digits[digits.length - 1 - index]);
    if (index % 2 === 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}

/** Prefixes of the networks in use; they keep timestamps and counters out. */
export function isCard(match: string): boolean {
  const digits = digitsOf(match);
  if (digits.length < 13 || digits.length > 19 || /^(\d)\1+$/.test(digits)) return false;
  return /^(?:4|5[0-8]|2[2-7]|3[4-9]|6)/.test(digits) && isLuhn(digits);
}

/** ISO 13616: the account number's remainder of 97. */
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

/** As many digits as an international number has (E.164). */
export function isPhone(match: string): boolean {
  const { length } = digitsOf(match);
  return length >= 8 && length <= 15;
}

/** Addresses of nobody in particular say nothing about a person. */
export function isPublicIp4(match: string): boolean {
  return !/^(?:0|127|255)\./.test(match);
}

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

/** Random enough to be a secret: not a word, not a placeholder, not a piece of code. */
export function isSecretValue(value: string): boolean {
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value)) return false;
  if (/^\$|^process\.|^[a-z]+\.[a-z]/i.test(value)) return false;
  return entropy(value) >= MIN_ENTROPY;
}
