import { anyCase } from './any-case.ts';
import { isCard, isIban, isPhone, isPublicIp4, isSecretValue, isWrittenIp6 } from './rule-tests.ts';
import { SECRET_WORDS } from './secret-names.ts';

/** A redaction rule in the form that the redactor runs. */
export interface Rule {
  readonly name: string;
  /** A global pattern. If it has a group `value`, only that group is replaced. */
  readonly pattern: RegExp;
  /**
   * Source of a cheap pattern that is found in every text that `pattern` matches; empty if there is none. The hints of
   * all rules form one pattern, which runs as fast as the rarest characters it looks for. A hint therefore begins with
   * a character that is rare in prose and looks behind for the rest.
   */
  readonly hint: string;
  /** Rejects false positives, such as wrong check digits. */
  readonly test?: (match: string) => boolean;
  /** Credentials are replaced in every capture mode. */
  readonly credential: boolean;
  /** @defaultValue true */
  readonly on?: boolean;
}

const BASE64URL = '[A-Za-z0-9_-]';

/** Kinds of keys: how they begin, which always ends in one of `-`, `_` and `.`, and what follows. */
const PREFIXED_KEYS: readonly (readonly [prefix: string, rest: string])[] = [
  ['sk-', `${BASE64URL}{16,512}`],
  ['pk-lf-', `${BASE64URL}{16,128}`],
  ['[rsp]k_live_', '[A-Za-z0-9]{10,256}'],
  ['[rsp]k_test_', '[A-Za-z0-9]{10,256}'],
  ['gh[pousr]_', '[A-Za-z0-9]{20,256}'],
  ['github_pat_', String.raw`\w{22,256}`],
  ['glpat-', `${BASE64URL}{16,128}`],
  ['xox[abeoprs]-', '[A-Za-z0-9-]{10,256}'],
  ['hf_', '[A-Za-z0-9]{20,128}'],
  ['npm_', '[A-Za-z0-9]{30,64}'],
  ['lsv2_', String.raw`\w{20,128}`],
  ['gsk_', '[A-Za-z0-9]{20,128}'],
  ['xai-', '[A-Za-z0-9]{20,128}'],
  ['r8_', '[A-Za-z0-9]{20,128}'],
  [String.raw`SG\.`, String.raw`${BASE64URL}{16,64}\.${BASE64URL}{16,128}`],
  [String.raw`ya29\.`, `${BASE64URL}{20,512}`],
];

/** Keys of Google and of Amazon, whose prefixes end in a letter. */
const LETTERED_KEYS = [`AIza${BASE64URL}{30,64}`, 'A(?:KI|SI)A[A-Z0-9]{16}(?![A-Za-z0-9])'];

const API_KEY = [...PREFIXED_KEYS.map(([prefix, rest]) => prefix + rest), ...LETTERED_KEYS].join('|');
const API_KEY_HINT = `[-_.](?<=${PREFIXED_KEYS.map(([prefix]) => prefix).join('|')})|AIza|AKIA|ASIA`;

/** How the {@link SECRET_WORDS} end. */
const SECRET_ENDS =
  'key token secret pass password passwd passphrase pwd auth authorization credential credentials'.split(' ');

/**
 * The built-in rules, in the order in which they run. Every repetition is bounded, or anchored by a lookbehind on its
 * own characters, so that each rule takes time linear in the length of the text.
 */
export const BUILT_IN_RULES: readonly Rule[] = [
  {
    name: 'PRIVATE_KEY',
    credential: true,
    hint: '-(?<=-----)BEGIN',
    pattern: /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g,
  },
  {
    name: 'CONNECTION_STRING',
    credential: true,
    hint: '://[^\\s/@:]{0,128}:[^\\s/@]{1,256}@',
    pattern: /(?<![A-Za-z0-9+.-])[a-z][a-z0-9+.-]{1,30}:\/\/[^\s:@/?#"'`]{0,128}:(?<value>[^\s@/"'`]{1,256})@/gi,
  },
  {
    name: 'JWT',
    credential: true,
    hint: 'J(?<=eyJ)',
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  },
  {
    name: 'API_KEY',
    credential: true,
    hint: API_KEY_HINT,
    pattern: new RegExp(`(?<![A-Za-z0-9])(?:${API_KEY})`, 'g'),
  },
  {
    name: 'CREDENTIAL',
    credential: true,
    hint: `${anyCase('bearer')} |${anyCase('basic')} `,
    pattern: /\b(?:Bearer|Basic) {1,3}(?<value>[A-Za-z0-9._~+/=-]{12,4096})/gi,
    test: (value) => /\d|=$/.test(value) || /[a-z][A-Z]/.test(value),
  },
  {
    name: 'SECRET',
    credential: true,
    hint: `[:=](?<=(?:${SECRET_ENDS.map(anyCase).join('|')})\\\\?["']?\\s{0,3}[:=])`,
    pattern: new RegExp(
      `(?:^|[^A-Za-z0-9])(?:${SECRET_WORDS})\\\\?["']?\\s{0,3}[:=]\\s{0,3}\\\\?["']?(?<value>[^\\s"'\`,;&\\\\[\\](){}<>]{8,256})`,
      'gi',
    ),
    test: isSecretValue,
  },
  {
    name: 'EMAIL',
    credential: false,
    hint: '@',
    pattern:
      /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,6}\.\p{L}{2,24}(?![\p{L}\p{N}])/gu,
  },
  {
    name: 'CARD',
    credential: false,
    hint: '\\d(?:[ -]?\\d){12}',
    pattern: /(?<![\d.,-])\d(?:[ -]?\d){12,18}(?![\d-]|\.\d)/g,
    test: isCard,
  },
  {
    name: 'IBAN',
    credential: false,
    hint: '[A-Z]{2}\\d\\d ?[A-Z0-9]{4}',
    pattern: /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])/g,
    test: isIban,
  },
  {
    name: 'SSN',
    credential: false,
    hint: '\\d-\\d\\d-\\d',
    pattern: /(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/g,
  },
  {
    name: 'PHONE',
    credential: false,
    hint: '\\+\\d|\\d-\\d{4}|\\) ?\\d',
    pattern: /(?<![\w+.-])(?:\+\d(?:[ ().-]{0,2}\d){7,14}|(?:\(\d{3}\) ?|\d{3}-)\d{3}-\d{4})(?![\w-]|\.\d)/g,
    test: isPhone,
  },
  {
    name: 'IPV4',
    credential: false,
    hint: '\\d\\.\\d{1,3}\\.\\d',
    pattern: /(?<![\w.-])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\w-]|\.\d)/g,
    test: isPublicIp4,
  },
  {
    name: 'IPV6',
    credential: false,
    hint: ':[0-9A-Fa-f]{0,4}:',
    pattern: /(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])/g,
    test: isWrittenIp6,
  },
  {
    name: 'PASSPORT',
    credential: false,
    on: false,
    hint: '[A-Z]\\d{6}|\\d{9}',
    pattern: /(?<![A-Za-z0-9])(?:[A-Z]{1,2}\d{6,8}|\d{9})(?![A-Za-z0-9])/g,
  },
];

/** Names of the built-in rules. */
export const RULE_NAMES: readonly string[] = BUILT_IN_RULES.map(({ name }) => name);
