import { isPhoneName } from './phones/index.ts';
import { isSecretName } from './secrets/secret-names.ts';

/** True for the name of a field that decides on its text: of secrets, and of phone numbers. */
export function decidesByName(name: string | undefined): name is string {
  return name !== undefined && (isSecretName(name) || isPhoneName(name));
}
