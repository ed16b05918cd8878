import { lazy } from '@spanline/record';
import { RARE_LETTERS } from '../hints.ts';
import { matching, type Rule } from '../rule.ts';

/**
 * Private keys in PEM (RFC 7468) and of OpenPGP (RFC 9580), also without their end, and passphrases of SSH in PuTTY's
 * form.
 */
export const PRIVATE_KEY: Rule = {
  name: 'PRIVATE_KEY',
  credential: true,
  hints: () => [{ on: '\\-', then: '(?<=-----)BEGIN|(?<=PuTTY-)User-Key|(?<=AGE-SECRET-KEY-)1' }],
  find: matching(
    lazy(
      () =>
        /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)|PuTTY-User-Key-File-\d: [\s\S]*?(?:Private-MAC: [0-9a-f]{40,64}|$)|AGE-SECRET-KEY-1[0-9A-Z]{50,70}/g,
    ),
  ),
};

/** JSON Web Tokens: signed with three parts, encrypted with five (RFC 7519). */
export const JWT: Rule = {
  name: 'JWT',
  credential: true,
  hints: () => [{ on: RARE_LETTERS, then: '(?<=eyJ)[A-Za-z0-9_-]{8}' }],
  find: matching(
    lazy(
      () =>
        /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)?/g,
    ),
  ),
};
