import type { RedactionRule } from '../api/index.ts';
import { isCard, isIban, isPhone, isPublicIp4, isSecretValue, isWrittenIp6 } from './rule-tests.ts';

/** A rule as the redactor runs it. */
export interface Rule {
  readonly name: string;
  /** Global; where it has a group `value`, only that group is replaced. */
  readonly pattern: RegExp;
  /**
   * Source of a cheap pattern that is found in every text that holds a match. It begins with a character that is rare in prose, where need be with a lookbehind: all hints
   * together are one pattern, which is as fast as the rarest characters it has to look for.
   */
  readonly hint: string;
  readonly test?: (match: string) => boolean;
  /** Credentials are removed in every capture mode. */
  readonly credential: boolean;
  /** @defaultValue true */
  readonly on?: boolean;
}

const BASE64URL = '[A-Za-z0-9_-]';

const API_KEYS: readonly string[] = [
  `sk-${BASE64URL}{16,512}`,
  `pk-lf-${BASE64URL}{16,128}`,
  `[rsp]k_(?:live|test)_[A-Za-z0-9]{10,256}`,
  `AIza${BASE64URL}{30,64}`,
  `A(?:KI|SI)A[A-Z0-9]{16}(?![A-Za-z0-9])`,
  `gh[pousr]_[A-Za-z0-9]{20,256}`,
  `github_pat_\\w{22,256}`,
  `glpat-${BASE64URL}{16,128}`,
  `xox[abeoprs]-[A-Za-z0-9-]{10,256}`,
  `hf_[A-Za-z0-9]{20,128}`,
  `npm_[A-Za-z0-9]{30,64}`,
  `lsv2_\\w{20,128}`,
  `gsk_[A-Za-z0-9]{20,128}`,
  `xai-[A-Za-z0-9]{20,128}`,
  `r8_[A-Za-z0-9]{20,128}`,
  `SG\\.${BASE64URL}{16,64}\\.${BASE64URL}{16,128}`,
  `ya29\\.${BASE64URL}{20,512}`,
];

const SECRET_WORDS =
  'pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|secret[_-]?key|private[_-]?key|client[_-]?secret|credentials?|authorization|auth';

/** What of {@link SECRET_WORDS} stands right before the separator, in the spellings that code and configuration use. */
const SECRET_HINT =
  '[:=](?<=(?:[Kk]ey|KEY|[Tt]oken|TOKEN|[Ss]ecret|SECRET|[Pp]ass(?:word|wd|phrase)?|PASS(?:WORD|WD|PHRASE)?|[Pp]wd|PWD|[Aa]uth(?:orization)?|AUTH(?:ORIZATION)?|[Cc]redentials?|CREDENTIALS?)\\\\?["\']?\\s{0,3}[:=])';

/**
 * The built-in rules, in the order in which they run. Every repetition is bounded or anchored by a lookbehind on its own characters, so that each is linear in the
 * length of the text.
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
    hint: '[-_](?<=(?:sk|k-lf|glpat|xai|xox[abeoprs])-|(?:k_live|k_test|gh[pousr]|hub_pat|hf|npm|lsv2|gsk|r8)_)|AIza|AKIA|ASIA|\\.(?<=SG\\.|ya29\\.)',
    pattern: new RegExp(`(?<![A-Za-z0-9])(?:${API_KEYS.join('|')})`, 'g'),
  },
  {
    name: 'CREDENTIAL',
    credential: true,
    hint: '[Bb]earer |[Bb]asic |BEARER |BASIC ',
    pattern: /\b(?:Bearer|Basic) {1,3}(?<value>[A-Za-z0-9._~+/=-]{12,4096})/gi,
    test: (value) => /\d|=$/.test(value) || /[a-z][A-Z]/.test(value),
  },
  {
    name: 'SECRET',
    credential: true,
    hint: SECRET_HINT,
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

const escaped = (literal: string): string => literal.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** A user's rule in the redactor's form. */
export function toRule({ name, pattern, prefilter, test }: RedactionRule): Rule {
  const flags = pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`;
  return {
    name,
    credential: false,
    pattern: new RegExp(pattern.source, flags.replace('y', '')),
    hint: prefilter === undefined || prefilter.length === 0 ? '' : prefilter.map(anyCase).join('|'),
    ...(test === undefined ? {} : { test }),
  };
}

/** A literal in either case; hints share one case-sensitive pattern. */
function anyCase(literal: string): string {
  return Array.from(literal)
    .map((character) => {
      const [lower, upper] = [character.toLowerCase(), character.toUpperCase()];
      return lower === upper ? escaped(character) : `[${lower}${upper}]`;
    })
    .join('');
}

const SECRET_NAME = new RegExp(
  `^(?:.{0,64}[_.-])?(?:${SECRET_WORDS}|set-cookie|cookie|x-api-key|(?:access|refresh|id|auth|session|bearer)[_-]?token)$|(?:Password|Secret|ApiKey|AccessToken|RefreshToken|PrivateKey)$`,
  'i',
);
const MAX_NAMES = 2000;
const names = new Map<string, boolean>();

/** True for the name of a field whose value is a secret whatever it looks like: `password`, `x-api-key`, `client_secret`. */
export function isSecretName(name: string): boolean {
  let secret = names.get(name);
  if (secret === undefined) {
    secret = name.length <= 64 && SECRET_NAME.test(name);
    if (names.size >= MAX_NAMES) names.clear();
    names.set(name, secret);
  }
  return secret;
}

/** Names of the built-in rules. */
export const RULE_NAMES: readonly string[] = BUILT_IN_RULES.map(({ name }) => name);
