import type { RedactionRule } from '../api/index.ts';
import { anyCase } from './any-case.ts';
import type { Hint } from './hints.ts';
import { matching, type Rule } from './rule.ts';

function hintOf(literal: string): Hint {
  const [first = '', ...rest] = Array.from(literal);
  const on = [...new Set([first.toLowerCase(), first.toUpperCase()])].join('');
  return { on: on.replaceAll(/[\\\]^-]/g, String.raw`\$&`), then: anyCase(rest.join('')) };
}

/** Converts a user's rule to the form that the redactor runs. */
export function toRule({ name, pattern, prefilter = [], test }: RedactionRule): Rule {
  const everywhere = new RegExp(pattern.source, `${pattern.flags.replaceAll(/[gy]/g, '')}g`);
  return {
    name,
    credential: false,
    hints: prefilter.length === 0 || prefilter.includes('') ? undefined : () => prefilter.map(hintOf),
    find: matching(() => everywhere, test === undefined ? undefined : (value) => test(value)),
  };
}
