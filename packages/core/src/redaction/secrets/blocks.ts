import { lazy } from '@spanline/record';
import { RARE_LETTERS } from '../hints.ts';
import { matching, type Rule } from '../rule.ts';

const PEM =
  '-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\\s\\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)';
/** RFC 4716 puts four hyphens and spaces around. */
const SSH2 = '---- BEGIN SSH2 [A-Z ]{0,24}PRIVATE KEY ----[\\s\\S]*?(?:---- END SSH2 [A-Z ]{0,24}PRIVATE KEY ----|$)';
const PUTTY = 'PuTTY-User-Key-File-\\d: [\\s\\S]*?(?:Private-MAC: [0-9a-f]{40,64}|$)';
const AGE = 'AGE-SECRET-KEY-1[0-9A-Z]{50,70}';
/** PEM in Base64, as files of Kubernetes have it: `PRIVATE KEY-` reads in three ways, by where it begins. */
const BASE64_PEM =
  'LS0tLS1CRUdJTi[A-Za-z0-9+/]{1,40}?(?:UFJJVkFURSBLRVkt|BSSVZBVEUgS0VZL|QUklWQVRFIEtFWS)[A-Za-z0-9+/]{0,16384}={0,2}';

/**
 * Private keys in PEM (RFC 7468) and of OpenPGP (RFC 9580), also without their end or in Base64, and passphrases of SSH
 * in PuTTY's form.
 */
export const PRIVATE_KEY: Rule = {
  name: 'PRIVATE_KEY',
  credential: true,
  hints: () => [
    { on: '\\-', then: '(?<=-----)BEGIN|(?<=----) BEGIN SSH2|(?<=PuTTY-)User-Key|(?<=AGE-SECRET-KEY-)1' },
    { on: RARE_LETTERS, then: '(?<=L)S0tLS1CRUdJTi' },
  ],
  find: matching(lazy(() => new RegExp([PEM, SSH2, PUTTY, AGE, BASE64_PEM].join('|'), 'g'))),
};

const PART = '[A-Za-z0-9_-]';

/**
 * JSON Web Tokens: signed with three parts, encrypted with five (RFC 7519). The second one is empty if the payload is
 * kept apart (RFC 7515), or the key was agreed on directly (RFC 7518).
 */
export const JWT: Rule = {
  name: 'JWT',
  credential: true,
  hints: () => [{ on: RARE_LETTERS, then: '(?<=ey[AJ])[A-Za-z0-9_-]{8}' }],
  find: matching(
    lazy(
      () =>
        new RegExp(
          `(?<![A-Za-z0-9-]|${PART}_)ey[AJ]${PART}{8,}\\.(?:${PART}{8,}\\.${PART}*(?:\\.${PART}+\\.${PART}+)?|\\.${PART}{8,}(?:\\.${PART}{8,}\\.${PART}{8,})?)`,
          'g',
        ),
    ),
  ),
};
