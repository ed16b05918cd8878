import { isPhoneName } from './phones/index.ts';
import { isNameOfSecretNumber, isSecretName } from './secrets/secret-names.ts';

/** True for the name of a field that decides on its text: of secrets, and of phone numbers. */
export function decidesByName(name: string | undefined): name is string {
  return name !== undefined && (isSecretName(name) || isPhoneName(name));
}

/** Twelve digits and one more: as many as the shortest card number has. */
const LONG_NUMBER = 1_000_000_000_000;

/** True for a number that may be a secret, a phone number or a card number. The rules have to see it as text. */
export function mayBePersonal(value: number | bigint, name: string | undefined): boolean {
  return value >= LONG_NUMBER || (name !== undefined && (isNameOfSecretNumber(name) || isPhoneName(name)));
}
