/** The text of a label that counts as a number: decimal digits, with a fraction and an exponent where it has them. */
export const DECIMAL = /^[+-]?[0-9]{1,300}(?:\.[0-9]{1,300})?(?:[eE][+-]?[0-9]{1,2})?$/;
