import { memoize } from '@spanline/record';
import type { RedactOptions } from '../api/index.ts';
import { toRule } from './custom-rule.ts';
import { keyedPlaceholder, numberedPlaceholder, type PlaceholderHolder } from './placeholders.ts';
import { type Ranges, replaceRanges } from './ranges.ts';
import { Replacements } from './replacements.ts';
import { RuleSet } from './rule-set.ts';
import type { Rule } from './rule.ts';
import { BUILT_IN_RULES } from './rules.ts';
import { isAboutSecret } from './secrets/about-secrets.ts';
import { isCodeName, isSecretName } from './secrets/secret-names.ts';
import { isOneTimeCode } from './secrets/secret-values.ts';
import type { ValueRedactor } from './value-redactor.ts';
import { VerifiedTexts } from './verified-texts.ts';

/** Replaces what must not be logged. */
export interface Redactor {
  /** Counts what is replaced on one line. */
  startLine(holder: PlaceholderHolder): Replacements;
  /**
   * Applies all rules and detectors.
   *
   * @param name - name of the field that the text is the value of
   */
  redact(text: string, name: string | undefined, replacements: Replacements): string;
  /** Applies the rules for credentials, which hold in every mode. */
  redactCredentials(text: string, name: string | undefined, replacements: Replacements): string;
  /** Replaces what a detector found. */
  redactRanges(text: string, ranges: Ranges, replacements: Replacements): string;
  /**
   * Texts that `redact` does not change; `undefined` where the application's own code decides, which may change its
   * mind.
   */
  readonly verified: VerifiedTexts | undefined;
  /** Texts that `redactCredentials` does not change. */
  readonly verifiedForCredentials: VerifiedTexts;
  readonly lookahead: ValueRedactor['lookahead'];
}

/** Longer than what the built-in rules find in practice. */
const MIN_LOOKAHEAD = 1024;
/** Sets of built-in rules that tracers of one process choose. */
const MAX_SETS = 32;

function chooseRules(options: RedactOptions): Rule[] {
  const chosen = BUILT_IN_RULES.filter(({ name, on }) => options.rules?.[name] ?? on ?? true);
  return [...chosen, ...(options.custom ?? []).map(toRule)];
}

/** The set of some built-in rules, by their names. To compile it takes a millisecond. Most tracers have the same. */
const builtInSet = memoize(MAX_SETS, (names: string): RuleSet => {
  const chosen = names.split(',');
  return new RuleSet(BUILT_IN_RULES.filter(({ name }) => chosen.includes(name)));
});

function ruleSetOf(rules: readonly Rule[]): RuleSet {
  const areBuiltIn = rules.every((rule) => BUILT_IN_RULES.includes(rule));
  return areBuiltIn ? builtInSet(rules.map(({ name }) => name).join()) : new RuleSet(rules);
}

/** The value of a field that is named like a secret is replaced, unless it is a label of one, a link or a method. */
function isSecret(text: string, name: string | undefined): boolean {
  if (name === undefined || text === '') return false;
  return (isSecretName(name) && !isAboutSecret(text, name)) || (isOneTimeCode(text) && isCodeName(name));
}

function replaceSecret(replacements: Replacements): string {
  replacements.add('SECRET');
  return '[SECRET]';
}

/**
 * Builds a redactor, which applies the built-in rules that are on, then custom rules, then detectors. If a detector
 * throws, the whole text is replaced, so that no text is logged that a detector has not seen.
 *
 * @param hashKey - makes placeholders keyed (`[EMAIL:7f3a]`) instead of numbered (`[EMAIL_1]`)
 */
export function createRedactor(options: RedactOptions, hashKey: string | undefined): Redactor {
  const { custom = [], detectors = [] } = options;
  const placeholder = hashKey === undefined ? numberedPlaceholder : keyedPlaceholder(hashKey);
  const rules = chooseRules(options);
  const allRules = ruleSetOf(rules);
  const credentialRules = ruleSetOf(rules.filter(({ credential }) => credential));
  const runsOwnCode = detectors.length > 0 || custom.some(({ test }) => test !== undefined);

  function redactRanges(text: string, ranges: Ranges, replacements: Replacements): string {
    return replaceRanges(text, ranges, (rule, value) => replacements.replace(rule, value));
  }

  return {
    verified: runsOwnCode ? undefined : new VerifiedTexts(),
    verifiedForCredentials: new VerifiedTexts(),
    lookahead: Math.max(MIN_LOOKAHEAD, ...custom.map(({ maxLength = 0 }) => maxLength)),
    startLine: (holder) => new Replacements(placeholder, holder),
    redactRanges,
    redactCredentials(text, name, replacements) {
      return isSecret(text, name) ? replaceSecret(replacements) : credentialRules.apply(text, name, replacements);
    },
    redact(text, name, replacements) {
      if (isSecret(text, name)) return replaceSecret(replacements);
      let result = allRules.apply(text, name, replacements);
      for (const detector of detectors) {
        try {
          result = redactRanges(result, detector(result), replacements);
        } catch {
          replacements.add('DETECTOR_FAILED');
          return '[DETECTOR_FAILED]';
        }
      }
      return result;
    },
  };
}
