/** Finds personal data and secrets in a text that is still being written. */
import { lazy } from '@spanline/record';
import { patternOf } from './hints.ts';
import { type Found, RuleSet } from './rule-set.ts';
import type { Rule } from './rule.ts';
import { BUILT_IN_RULES } from './rules.ts';

/**
 * How far from the end of a text that goes on the matches of a rule may begin.
 *
 * - `token`: in the last run of characters without a space, because its matches have none.
 * - `digits`: at a digit, or a few characters before it. The words behind a number may decide about it.
 * - `line`: behind a sign or a word that announces it.
 */
type Reach = 'token' | 'digits' | 'line';

const REACH: Readonly<Record<string, Reach>> = {
  EMAIL: 'token',
  JWT: 'token',
  API_KEY: 'token',
  WEBHOOK: 'token',
  IPV6: 'token',
  MAC: 'token',
  IPV4: 'digits',
  CARD: 'digits',
  IBAN: 'digits',
  SSN: 'digits',
  PHONE: 'digits',
  PASSPORT: 'digits',
};

/** Characters from the first digit of a number to the last word that decides about it. */
const DIGITS = 128;
/** Letters and signs that a number begins with: `DE89`, `+49`, `(030)`. */
const BEFORE_DIGITS = 8;
/** Characters from the announcement of a secret to its end. */
const LINE = 1024;
/** Characters that an announcement has at most. */
const ANNOUNCEMENT = 128;
/** Longer than what the rules find in practice. */
const TOKEN = 1024;
/** The last word, and a quotation that may be the name in an e-mail address: `"jane doe"@example.org`. */
const LAST_TOKEN = /(?:"[^"\r\n]{0,64}"?)?\S*$/;

/** Characters of a JSON Web Token: twice what servers take in a header. */
const JWT_LENGTH = 16_384;
/** A JSON Web Token without its end. Claims make it long, and it is a secret from its first letter on. */
const OPEN_JWT = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*){0,4}$/;

/** A digit of any script. */
const DIGIT = lazy(() => new RegExp(String.raw`\p{Nd}`, 'u'));

/** Finds what some of the built-in rules of redaction are about. */
export interface Scanner {
  /** Places in a text, from left to right. No two overlap. `name` is the rule. */
  find(text: string): readonly Found[];
  /** Where a match may begin that a longer text would show, or show to be none: an index of `text`. */
  undecidedFrom(text: string): number;
  /** Characters that are undecided at most, unless a match is longer. */
  readonly reach: number;
}

function fromDigits(text: string): number {
  const from = Math.max(0, text.length - DIGITS);
  const digit = text.slice(from).search(DIGIT());
  return Math.max(0, digit < 0 ? text.length - BEFORE_DIGITS : from + digit - BEFORE_DIGITS);
}

function fromToken(text: string): number {
  const from = Math.max(0, text.length - TOKEN);
  return from + (LAST_TOKEN.exec(text.slice(from))?.index ?? 0);
}

function fromJwt(text: string): number {
  const from = Math.max(0, text.length - JWT_LENGTH);
  const token = text.slice(from).search(OPEN_JWT);
  return token < 0 ? text.length : from + token;
}

function lineReach(rules: readonly Rule[]): (text: string) => number {
  const announced = patternOf(rules.flatMap(({ hints }) => hints?.() ?? []));
  return (text) => {
    const from = Math.max(0, text.length - LINE);
    const hint = text.slice(from).search(announced);
    return Math.max(0, Math.min(hint < 0 ? text.length : from + hint - ANNOUNCEMENT, text.length - ANNOUNCEMENT));
  };
}

/**
 * Creates a scanner.
 *
 * @param chosen - switches rules on or off by name; others are on as they are by default
 */
export function createScanner(chosen: Readonly<Record<string, boolean | undefined>> = {}): Scanner {
  const rules = BUILT_IN_RULES.filter(({ name, on }) => chosen[name] ?? on ?? true).map(
    ({ findInStream, ...rule }): Rule => ({ ...rule, find: findInStream ?? rule.find }),
  );
  const set = new RuleSet(rules);
  const reaches = new Set(rules.map(({ name }) => REACH[name] ?? 'line'));
  const parts = [
    ...(rules.length === 0 ? [] : [fromToken]),
    ...(rules.some(({ name }) => name === 'JWT') ? [fromJwt] : []),
    ...(reaches.has('digits') ? [fromDigits] : []),
    ...(reaches.has('line') ? [lineReach(rules.filter(({ name }) => REACH[name] === undefined))] : []),
  ];
  return {
    find: (text) => set.find(text, undefined),
    undecidedFrom: (text) => Math.min(text.length, ...parts.map((part) => part(text))),
    reach: rules.length === 0 ? 0 : Math.max(TOKEN, LINE),
  };
}
