import type { RedactionRule } from '../api/index.ts';
import { anyCase } from './any-case.ts';
import type { Rule } from './rules.ts';

/** Converts a user's rule to the form that the redactor runs. */
export function toRule({ name, pattern, prefilter = [], test }: RedactionRule): Rule {
  return {
    name,
    credential: false,
    pattern: new RegExp(pattern.source, `${pattern.flags.replaceAll(/[gy]/g, '')}g`),
    hint: prefilter.map(anyCase).join('|'),
    ...(test === undefined ? {} : { test }),
  };
}
