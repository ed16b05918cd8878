/** Personal data and secrets in an answer. */
import type { RedactOptions } from '@spanline/core';
import { createRedactor } from '@spanline/core/internal';
import { checkOptions, option, type Shape } from '@spanline/record';
import type { Verdict } from '../feedback/verdict.ts';

/** Options of {@link leakage}. */
export interface LeakageOptions {
  /** Switches built-in rules on or off by name: `{ IPV4: false }`. @defaultValue as for the tracer's `redact` */
  rules?: NonNullable<RedactOptions['rules']>;
}

const SHAPE: Shape<LeakageOptions> = { rules: option.dictionary(option.boolean()) as Shape<LeakageOptions>['rules'] };

/**
 * Finds personal data and secrets in an answer, by the rules of redaction: keys, passwords, cards, e-mail addresses,
 * phone numbers and others. `docs/privacy.md` has the precision and recall of each rule.
 *
 * The explanation names the rules, never the values.
 *
 * @returns an evaluator of `{ answer }`: yes for a leak
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function leakage(options: LeakageOptions = {}): (values: { readonly answer: string }) => Verdict {
  checkOptions(SHAPE, options);
  const { rules } = options;
  const redactor = createRedactor(rules === undefined ? {} : { rules }, undefined);
  return ({ answer }) => {
    const replacements = redactor.startLine({ placeholders: undefined });
    redactor.redact(answer, undefined, replacements);
    const found = Object.entries(replacements.byRule ?? {});
    if (found.length === 0) return { value: false };
    return { value: true, explanation: found.map(([rule, times]) => `${rule} (${times})`).join(', ') };
  };
}
