/** JSON of numbers, as bytes. */

/** No number that this file writes itself has more characters: `-2147483.647`. */
export const NUMBER_ROOM = 12;

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const MAX_INTEGER = 0x7fff_ffff;

/** Writes the digits of an integer of 31 bits. Returns where they end. */
function writeDigits(target: Buffer, at: number, integer: number): number {
  let end = at + 1;
  for (let rest = integer; rest >= 10; rest = (rest / 10) | 0) end++;
  let rest = integer;
  for (let place = end - 1; place >= at; place--) {
    const tenth = (rest / 10) | 0;
    target[place] = ZERO + rest - 10 * tenth;
    rest = tenth;
  }
  return end;
}

/**
 * Writes an integer of 31 bits, or a number of at most three decimals, as counts, prices and milliseconds are. That
 * makes no text of it.
 *
 * @param target - has {@link NUMBER_ROOM} bytes from `at` on
 * @returns where the number ends; `at` for all other numbers
 */
export function writeNumber(target: Buffer, at: number, value: number): number {
  const size = Math.abs(value);
  // `-0` is `0` in JSON.
  const begin = value < 0 ? at + 1 : at;
  if (begin > at) target[at] = MINUS;
  if ((size | 0) === size) return writeDigits(target, begin, size);
  const thousandths = Math.round(1000 * size);
  // Numbers of up to 15 digits are different, so that no shorter text means this one.
  if (!(thousandths <= MAX_INTEGER) || thousandths / 1000 !== size) return at;
  const whole = (thousandths / 1000) | 0;
  let end = writeDigits(target, begin, whole);
  let rest = thousandths - 1000 * whole;
  target[end++] = POINT;
  for (let unit = 100; rest > 0; unit /= 10) {
    const digit = (rest / unit) | 0;
    target[end++] = ZERO + digit;
    rest -= unit * digit;
  }
  return end;
}
