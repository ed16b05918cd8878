/**
 * Texts under the name of a secret that are about one and none themselves: labels and translations (`password:
 * 'Passwort'`), links (`forgotPassword: '/reset'`), methods (`auth: 'oauth2'`, `credentials: 'include'`), types.
 */

import { lazy } from '@spanline/record';
import { isSecretName, wordsOf } from './secret-names.ts';
import { isNoWord } from './secret-values.ts';

const MAX_LABEL = 80;
/** A phrase that begins with a capital letter, or with one of a script that has none. */
const LABEL = lazy(
  () => new RegExp(String.raw`^(?:\p{Lu}{2,5} |(?!\p{Ll})\p{L})[\p{Ll}\p{Lo}\p{Lm}\p{M}\s'’.,:;!?*()-]{1,80}$`, 'u'),
);

/** The value of a header: a scheme and a token, which may be a word. */
const CREDENTIAL = /^(?:bearer|basic|digest|token) (?!token|auth|authentication|authorization|scheme|required)\S+$/i;

/** True for `Passwort`, `Confirm password:`, `Forgot your password?`. */
function isLabel(text: string): boolean {
  if (text.length > MAX_LABEL || !LABEL().test(text) || CREDENTIAL.test(text)) return false;
  const words = text.trim().split(/\s+/);
  return words.some((_word, index) => isSecretName(words.slice(0, index + 1).join(' ')));
}

/** Verbs and states before the name of a secret, by which it is an action or a fact: `forgotPassword`, `hasToken`. */
const ACTIONS: ReadonlySet<string> = new Set(
  `forgot forgotten lost reset change recover show hide toggle has have is needs require requires missing invalid wrong
  incorrect expired no without`.split(/\s+/),
);
const LINK = /^(?:https?:\/\/|\/|\.{1,2}\/|#|mailto:)[^\s:@]*$/;

/** Names under which a text may say how something is done. */
const METHOD_NAME = /(?:auth|credentials|authorization|secrets|hash)$/i;
const METHOD =
  /^(?:include|omit|same-origin|inherit|basic|bearer|digest|ntlm|negotiate|kerberos|anonymous|oauth(?:[ -]?[12](?:\.0)?)?|oidc|openid|saml|sso|ldap|iam|mtls|jwt|cookies?|session|api[ _-]?keys?|token|password|none|default|bcrypt|scrypt|argon2(?:id?|d)?|pbkdf2|md5|sha-?\d{1,3})$/i;
const TYPE = /^(?:string|text|number|integer|int|boolean|varchar|char|str)$/;

/** True for a text that says something about a secret with this name. */
export function isAboutSecret(text: string, name: string): boolean {
  if (TYPE.test(text) || (METHOD_NAME.test(name) && METHOD.test(text))) return true;
  return (ACTIONS.has(wordsOf(name)[0] ?? '') && (!isNoWord(text) || LINK.test(text))) || isLabel(text);
}
