import { memoize } from '@spanline/record';
import { isSsnName } from './numbers/identity.ts';
import { isPhoneName } from './phones/index.ts';
import {
  isCodeName,
  isHeaderOfSecret,
  isNameOfSecretNumber,
  isSecretName,
  nameOfPair,
} from './secrets/secret-names.ts';

const MAX_NAMES = 2000;
const isPersonalName = (name: string): boolean => isPhoneName(name) || isSsnName(name) || isCodeName(name);
const decides = memoize(MAX_NAMES, (name: string) => isSecretName(name) || isPersonalName(name));
const decidesOnNumber = memoize(MAX_NAMES, (name: string) => isNameOfSecretNumber(name) || isPersonalName(name));

/** True for the name of a field that decides on its text: of secrets, phone numbers and social security numbers. */
export function decidesByName(name: string | undefined): name is string {
  return name !== undefined && decides(name);
}

/**
 * The name that decides on an element of an array: that of the header before it, of the pair that it is, or of the
 * array itself.
 */
export function elementName(
  values: readonly unknown[],
  index: number,
  arrayName: string | undefined,
): string | undefined {
  const before = index === 0 ? undefined : values[index - 1];
  if (isHeaderOfSecret(before)) return before;
  const pair = nameOfPair(values[index]);
  if (pair !== undefined || !decidesByName(arrayName)) return pair;
  // A pair's own name.
  return index === 0 && values[0] === arrayName ? undefined : arrayName;
}

/** Twelve digits and one more: as many as the shortest card number has. */
const LONG_NUMBER = 1_000_000_000_000;

/** True for a number that may be a secret or personal. The rules have to see it as text. */
export function mayBePersonal(value: number | bigint, name: string | undefined): boolean {
  return value >= LONG_NUMBER || (name !== undefined && decidesOnNumber(name));
}
