/** Finds what a regular expression describes. */
import { checkOptions, option, type Shape, SpanlineError } from '@spanline/record';
import { patternReach } from './pattern-reach.ts';
import type { Rule } from './rule.ts';
import { type Search, WindowMatcher } from './window.ts';

/** Options of {@link pattern}. */
export interface PatternOptions {
  /** Name of the rule. @defaultValue `pattern` */
  name?: string;
  /** The regular expression. A group `value` narrows nothing: the whole match counts. */
  pattern: RegExp;
  /**
   * Characters (UTF-16 units) of the longest match. It shortens what a stream holds back. A longer match is found as
   * far as it was held back.
   *
   * @defaultValue measured from the pattern. One without a limit, such as `/A.*Z/s`, holds the whole text back
   */
  maxLength?: number;
}

const SHAPE: Shape<PatternOptions> = {
  name: option.string(),
  pattern: option.required(option.pattern()),
  maxLength: option.number({ min: 1, max: 1_000_000, integer: true }),
};

function checkSafe(isUnsafe: boolean): void {
  if (!isUnsafe) return;
  throw new SpanlineError({
    code: 'ERR_INVALID_OPTION',
    option: 'pattern',
    problem:
      'the pattern repeats a repetition, as in (a+)+, so that a hostile text may keep it busy for hours. ' +
      'Give the inner repetition a limit, as in (a{1,64}){1,8}',
  });
}

/**
 * Finds what a regular expression describes, also if a stream cuts it into pieces.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`, also for a pattern that a hostile text may keep busy
 * @example
 * ```ts
 * import { pattern } from '@spanline/guards';
 *
 * const rule = pattern({ name: 'ticket', pattern: /\bTICKET-\d{1,8}\b/i });
 * ```
 */
export function pattern(options: PatternOptions): Rule {
  checkOptions(SHAPE, options);
  const { name = 'pattern', pattern: given, maxLength } = options;
  const measured = patternReach(given);
  checkSafe(measured.isUnsafe);
  const ahead = Number.isFinite(measured.ahead) ? measured.ahead : 0;
  const length = Math.min(maxLength ?? Infinity, measured.length);
  const reach = (maxLength === undefined && !Number.isFinite(measured.ahead) ? Infinity : length) + ahead;
  const expression = new RegExp(given.source, `${given.flags.replaceAll(/[gyd]/g, '')}g`);
  const search: Search = {
    before: measured.before,
    *find(text, from) {
      expression.lastIndex = from;
      // The matches are read at once: two texts share the expression.
      const matches = [];
      for (let match = expression.exec(text); match !== null; match = expression.exec(text)) {
        if (match[0] === '') expression.lastIndex++;
        else matches.push({ start: match.index, end: match.index + match[0].length, rule: name });
      }
      yield* matches;
    },
    undecidedFrom: (text) => Math.max(0, text.length - reach + 1),
  };
  return { name, holds: Number.isFinite(reach) ? reach : 'whole', start: () => new WindowMatcher(search) };
}
