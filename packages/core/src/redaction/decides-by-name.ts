import { memoize } from '@spanline/record';
import { isSsnName } from './numbers/identity.ts';
import { isPhoneName } from './phones/index.ts';
import { isCodeName, isNameOfSecretNumber, isSecretName } from './secrets/secret-names.ts';

const MAX_NAMES = 2000;
const isPersonalName = (name: string): boolean => isPhoneName(name) || isSsnName(name) || isCodeName(name);
const decides = memoize(MAX_NAMES, (name: string) => isSecretName(name) || isPersonalName(name));
const decidesOnNumber = memoize(MAX_NAMES, (name: string) => isNameOfSecretNumber(name) || isPersonalName(name));

/** True for the name of a field that decides on its text: of secrets, phone numbers and social security numbers. */
export function decidesByName(name: string | undefined): name is string {
  return name !== undefined && decides(name);
}

/** Twelve digits and one more: as many as the shortest card number has. */
const LONG_NUMBER = 1_000_000_000_000;

/** True for a number that may be a secret or personal. The rules have to see it as text. */
export function mayBePersonal(value: number | bigint, name: string | undefined): boolean {
  return value >= LONG_NUMBER || (name !== undefined && decidesOnNumber(name));
}
