/** Hashes of passwords in the forms that systems store: crypt(3), bcrypt, Argon2, scrypt, PBKDF2, LDAP. */

import { lazy } from '@spanline/record';
import type { Hint } from '../hints.ts';
import { matching } from '../rule.ts';
import type { SecretForm } from './secret-form.ts';

const HINTS = lazy((): readonly Hint[] => [
  { on: '$', then: '(?:2[abxy]?\\$\\d|[156y7]\\$|apr1\\$|argon2|scrypt\\$|pbkdf2)' },
  { on: '{', then: 'S?(?:SHA|MD5|CRYPT|BCRYPT|SSHA\\d{3})\\}' },
]);

const HASH = lazy(
  () =>
    new RegExp(
      [
        String.raw`\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}`,
        String.raw`\$(?:[156y7]|apr1)\$[./A-Za-z0-9=,$]{1,64}\$[./A-Za-z0-9]{20,128}`,
        String.raw`\$(?:argon2(?:id|i|d)|scrypt|pbkdf2(?:-sha\d{1,3})?)\$[A-Za-z0-9=,$+/.-]{24,512}`,
        String.raw`\{(?:S?SHA|S?MD5|SSHA\d{3}|CRYPT|BCRYPT)\}[A-Za-z0-9+/=$.]{20,200}`,
      ].join('|'),
      'g',
    ),
);

export const PASSWORD_HASHES: SecretForm = { hints: HINTS, find: matching(HASH) };
