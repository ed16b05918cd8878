/** Guards: rules, and what is done when one of them finds something. */
import { checkOptions, option, type Shape } from '@spanline/record';
import type { Rule } from '../rules/index.ts';

/** Who wrote a text that goes to a model. */
export type Role = 'system' | 'user' | 'assistant' | 'tool';

/** Options of every guard. */
interface GuardOptions {
  /** Name of the guard. @defaultValue names of its rules */
  name?: string;
  /** A rule, or several. */
  rules: Rule | readonly Rule[];
  /**
   * The verdict when the guard fails: a rule throws or takes too long, or text comes in a field that the guard does
   * not know. `closed` stops the text, `open` lets it pass. Both are counted and written to the guard's span.
   */
  failMode: 'open' | 'closed';
  /** Milliseconds after which a rule has failed, 1 to 600,000. @defaultValue 5000 */
  timeoutMs?: number;
}

/** Options of {@link blockInput}. */
export interface BlockInputOptions extends GuardOptions {
  /** Authors of the texts that are read. Results of tools have the role `tool`. @defaultValue `['user', 'tool']` */
  roles?: readonly Role[];
}

/** Options of {@link blockOutput}. */
export interface BlockOutputOptions extends GuardOptions {
  /**
   * The text that the application gets in place of the answer. Text that left before is not taken back. The rest of the
   * answer is read and thrown away, so that its usage is counted.
   *
   * @defaultValue none: the application gets a `GuardError`
   */
  replacement?: string;
}

/** A place that is redacted. `replacement` of {@link redactOutput} gets it. */
export interface RedactedMatch {
  /** Name of the rule that found it. */
  readonly rule: string;
  readonly text: string;
}

/** Options of {@link redactOutput}. */
export interface RedactOutputOptions extends GuardOptions {
  /** The text in place of what was found. @defaultValue the name of the rule: `[EMAIL]` */
  replacement?: string | ((match: RedactedMatch) => string);
}

/** A guard, as {@link blockInput}, {@link blockOutput} and {@link redactOutput} return it. */
export interface Guard {
  readonly name: string;
  readonly action: 'block' | 'redact';
  readonly direction: 'input' | 'output';
  readonly rules: readonly Rule[];
  readonly failMode: 'open' | 'closed';
  readonly timeoutMs: number;
  readonly roles: readonly Role[];
  /** Of an answer that is blocked. */
  readonly replacement: string | undefined;
  /** Of a place that is redacted. */
  readonly redact: (match: RedactedMatch) => string;
}

const ROLES = ['system', 'user', 'assistant', 'tool'] as const;
const isRule = (value: unknown): boolean => typeof (value as Rule | null | undefined)?.start === 'function';

const SHARED: Shape<GuardOptions> = {
  name: option.string(),
  rules: option.required(
    option.like<GuardOptions['rules']>(
      'a rule or an array of rules',
      (value) => isRule(value) || (Array.isArray(value) && value.length > 0 && value.every(isRule)),
    ),
  ),
  failMode: option.required(option.oneOf(['open', 'closed'])),
  timeoutMs: option.number({ min: 1, max: 600_000 }),
};
const BLOCK_INPUT: Shape<BlockInputOptions> = {
  ...SHARED,
  roles: option.like<readonly Role[]>(
    `an array of ${ROLES.join(', ')}`,
    (value) => Array.isArray(value) && value.length > 0 && value.every((role) => ROLES.includes(role as Role)),
  ),
};
const BLOCK_OUTPUT: Shape<BlockOutputOptions> = { ...SHARED, replacement: option.string() };
const REDACT_OUTPUT: Shape<RedactOutputOptions> = {
  ...SHARED,
  replacement: option.anyOf<NonNullable<RedactOutputOptions['replacement']>>(option.string(), option.callback()),
};

type Part = Pick<Guard, 'action' | 'direction'> & Partial<Pick<Guard, 'roles' | 'replacement' | 'redact'>>;

function create({ name, rules, failMode, timeoutMs = 5000 }: GuardOptions, part: Part): Guard {
  const all = Array.isArray(rules) ? (rules as readonly Rule[]) : [rules as Rule];
  return {
    name: name ?? all.map((rule) => rule.name).join(', '),
    rules: all,
    failMode,
    timeoutMs,
    roles: [],
    replacement: undefined,
    redact: ({ rule }) => `[${rule}]`,
    ...part,
  };
}

/**
 * Stops a call before it reaches the model, or the result of a tool before the model reads it.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`, also without `failMode`
 * @example
 * ```ts
 * import { promptInjection } from '@spanline/evals';
 * import { blockInput, evaluator } from '@spanline/guards';
 *
 * const guard = blockInput({
 *   rules: evaluator({ name: 'prompt_injection', fn: promptInjection() }),
 *   failMode: 'closed',
 * });
 * ```
 */
export function blockInput(options: BlockInputOptions): Guard {
  checkOptions(BLOCK_INPUT, options);
  return create(options, { action: 'block', direction: 'input', roles: options.roles ?? ['user', 'tool'] });
}

/**
 * Stops an answer, also in the middle of a stream, before a match leaves.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`, also without `failMode`
 * @example
 * ```ts
 * import { blockOutput, literals } from '@spanline/guards';
 *
 * const guard = blockOutput({
 *   rules: literals({ name: 'code_names', texts: ['Blue Heron'] }),
 *   failMode: 'closed',
 *   replacement: 'I cannot answer that.',
 * });
 * ```
 */
export function blockOutput(options: BlockOutputOptions): Guard {
  checkOptions(BLOCK_OUTPUT, options);
  return create(options, { action: 'block', direction: 'output', replacement: options.replacement });
}

/**
 * Replaces in an answer what its rules find, also in a stream.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`, also without `failMode`
 * @example
 * ```ts
 * import { detectors, redactOutput } from '@spanline/guards';
 *
 * const guard = redactOutput({ rules: detectors({ only: ['EMAIL', 'CARD'] }), failMode: 'closed' });
 * ```
 */
export function redactOutput(options: RedactOutputOptions): Guard {
  checkOptions(REDACT_OUTPUT, options);
  const { replacement } = options;
  const redact =
    replacement === undefined ? undefined : typeof replacement === 'string' ? () => replacement : replacement;
  return create(options, { action: 'redact', direction: 'output', ...(redact === undefined ? {} : { redact }) });
}
