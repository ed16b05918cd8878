/** Finds personal data and secrets, by the rules of redaction. */
import type { RedactOptions } from '@spanline/core';
import { createScanner } from '@spanline/instrumentation';
import { checkOptions, option, type Shape } from '@spanline/record';
import type { Rule } from './rule.ts';
import { type Search, WindowMatcher } from './window.ts';

/** Options of {@link detectors}. */
export interface DetectorsOptions {
  /** Name of the rule. Each finding names its detector (`EMAIL`). @defaultValue `leakage` */
  name?: string;
  /**
   * The detectors: names of built-in rules of redaction. Those of secrets hold back more of a stream than those of
   * personal data.
   *
   * @defaultValue all rules that are on by default
   */
  only?: readonly string[];
}

/** Characters before a place that decide about it, such as the command in `curl -u jane:secret`. */
const BEFORE = 1024;
const NAMES = new Set(
  'PRIVATE_KEY CONNECTION_STRING JWT WEBHOOK API_KEY CREDENTIAL SECRET EMAIL IBAN CARD SSN IPV6 IPV4 MAC PHONE PASSPORT'.split(
    ' ',
  ),
);

const SHAPE: Shape<DetectorsOptions> = {
  name: option.string(),
  only: option.like<readonly string[]>(
    `names of built-in rules: ${[...NAMES].join(', ')}`,
    (value) => Array.isArray(value) && value.length > 0 && value.every((name) => NAMES.has(name as string)),
  ),
};

function chosen(only: readonly string[] | undefined): NonNullable<RedactOptions['rules']> {
  if (only === undefined) return {};
  return Object.fromEntries([...NAMES].map((name) => [name, only.includes(name)]));
}

/**
 * Finds personal data and secrets: e-mail addresses, cards, bank accounts, phone numbers, keys, passwords and others.
 * `docs/privacy.md` has the precision and recall of each.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { detectors } from '@spanline/guards';
 *
 * const rule = detectors({ only: ['EMAIL', 'CARD', 'IBAN'] });
 * ```
 */
export function detectors(options: DetectorsOptions = {}): Rule {
  checkOptions(SHAPE, options);
  const { name = 'leakage', only } = options;
  const scanner = createScanner(chosen(only));
  const search: Search = {
    before: BEFORE,
    find: (text) => scanner.find(text).map(({ start, end, name: rule }) => ({ start, end, rule })),
    undecidedFrom: (text) => scanner.undecidedFrom(text),
  };
  return { name, holds: scanner.reach, start: () => new WindowMatcher(search) };
}
