/** The rules of the options of redaction. */
import { option, type Shape } from '@spanline/record';
import type { RedactionRule, RedactOptions } from '../api/index.ts';
import { REDACT_PATHS } from './paths/index.ts';
import { RULE_NAMES } from './rules.ts';

const positive = option.number({ min: 1, integer: true });

const RULE: Shape<RedactionRule> = {
  name: option.required(
    option.like('[A-Z][A-Z0-9_]*', (value) => typeof value === 'string' && /^[A-Z][A-Z0-9_]{0,31}$/.test(value)),
  ),
  pattern: option.required(option.pattern()),
  prefilter: option.list(option.string()),
  test: option.callback(),
  maxLength: positive,
};

const RULES = Object.fromEntries(RULE_NAMES.map((name) => [name, option.boolean()]));

/** The rules of {@link RedactOptions}. */
export const REDACT_OPTIONS: Shape<RedactOptions> = {
  ...REDACT_PATHS,
  rules: option.object<Record<string, boolean>>(RULES),
  custom: option.list(option.object(RULE)),
  detectors: option.list(option.callback()),
  asyncDetectors: option.list(option.callback()),
  detectorTimeoutMs: positive,
  protect: option.list(option.string()),
  hash: option.list(option.string()),
};
