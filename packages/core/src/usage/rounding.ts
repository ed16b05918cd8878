/**
 * Rounding of US dollars to decimal digits. `toPrecision` and `toFixed` write a text, which is read again: that takes
 * longer than pricing a call.
 */

/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
/** Of twelve digits. */
const MAX_SCALED = 1e12;
/** A scaled number is off by less than this. One that is closer to a half does not show how to round. */
const DOUBT = 0.001;

/**
 * Rounds a number at a place after the point. The quotient of two exact numbers is the double nearest to the
 * decimal number.
 *
 * @returns `undefined` if multiplication does not show the result for certain
 */
function roundAt(value: number, places: number): number | undefined {
  const power = POWERS[places];
  if (power === undefined) return undefined;
  const scaled = value * power;
  const whole = Math.round(scaled);
  const isCertain = Math.abs(scaled) < MAX_SCALED && Math.abs(Math.abs(scaled - whole) - 0.5) > DOUBT;
  return isCertain ? whole / power : undefined;
}

/**
 * Rounds to significant digits, as `Number(value.toPrecision(digits))` does.
 *
 * @param digits - 1 to 12
 */
export function roundSignificant(value: number, digits: number): number {
  return roundAt(value, digits - 1 - Math.floor(Math.log10(value))) ?? Number(value.toPrecision(digits));
}

/**
 * Rounds to digits after the point, as `Number(value.toFixed(places))` does.
 *
 * @param places - 0 to 22
 */
export function roundFixed(value: number, places: number): number {
  return roundAt(value, places) ?? Number(value.toFixed(places));
}
