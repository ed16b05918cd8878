/** `definePrompt`: prompts in code. */
import { createHash } from 'node:crypto';
import { withContext } from '@spanline/core';
import { checkOptions, isPlainObject, option, type Shape } from '@spanline/record';
import type { Filled, Prompt } from './prompt.ts';
import { compile } from './template/compile.ts';
import { canonicalText, TEMPLATE, type Template } from './template/messages.ts';
import {
  checkRules,
  checkValues,
  type RulesIn,
  ruleOf,
  type ValuesOf,
  type VariableRule,
  type VariableRules,
  VARIABLES,
} from './template/variables.ts';

/** A prompt in code or in a file. */
export interface PromptOptions<Of extends Template = Template, Rules extends VariableRules = VariableRules> {
  /** `answer`, or with folders: `support/answer`. */
  name: string;
  /** @defaultValue the first 12 digits of the template's hash */
  version?: string;
  /** For people. */
  description?: string;
  /** A text, or messages. `{{question}}` is a variable, and `\{{` is two braces. */
  template: Of;
  /** Types of the variables. @defaultValue each variable of the template is a string */
  variables?: Rules;
  /** Free settings, such as the model and its temperature. */
  config?: Record<string, unknown>;
}

const SHORT_HASH = 12;

const SHAPE: Shape<PromptOptions> = {
  name: option.required(option.string()),
  version: option.string(),
  description: option.string(),
  template: option.required(TEMPLATE),
  variables: VARIABLES,
  config: option.like<Record<string, unknown>>('an object', isPlainObject),
};

/** The rules that are declared, else one of each variable that is used. */
function rulesOf(
  declared: VariableRules | undefined,
  used: ReadonlyMap<string, boolean>,
): Record<string, VariableRule> {
  if (declared === undefined)
    return Object.fromEntries([...used].map(([name, isList]) => [name, { type: isList ? 'messages' : 'string' }]));
  return Object.fromEntries(Object.entries(declared).map(([name, rule]) => [name, ruleOf(rule)]));
}

/**
 * Defines a prompt.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`, `ERR_INVALID_PROMPT`: the template and the declared variables differ
 *
 * @example
 * ```ts
 * import { definePrompt } from '@spanline/prompts';
 *
 * const answer = definePrompt({
 *   name: 'answer',
 *   version: '3',
 *   template: [
 *     { role: 'system', content: 'Answer in {{sentences}} sentences.' },
 *     { role: 'user', content: '{{question}}' },
 *   ],
 *   variables: { question: 'string', sentences: { type: 'number', default: 2 } },
 * });
 * answer.format({ question: 'Why is the sky blue?' });
 * ```
 */
export function definePrompt<
  const Of extends Template,
  const Rules extends VariableRules = RulesIn<Of> extends VariableRules ? RulesIn<Of> : VariableRules,
>(options: PromptOptions<Of, Rules>): Prompt<ValuesOf<Rules>, Filled<Of>> {
  checkOptions<PromptOptions>(SHAPE, options);
  const { name, template, description, config = {} } = options;
  const place = `prompt ${name}`;
  const compiled = compile(template, place);
  const rules = rulesOf(options.variables, compiled.variables);
  checkRules(rules, compiled.variables, place);
  const templateSha256 = createHash('sha256').update(canonicalText(template)).digest('hex');
  const version = options.version ?? templateSha256.slice(0, SHORT_HASH);
  const fill = (values: unknown): readonly [Filled<Of>, Record<string, unknown>] => {
    const checked = checkValues(rules, values ?? {}, place);
    return [compiled.fill(checked) as Filled<Of>, checked];
  };
  const referenceOf = (checked: Record<string, unknown>): ReturnType<Prompt['reference']> => {
    const variables = Object.entries(checked).filter(([key]) => rules[key]?.type !== 'messages');
    return { name, version, templateSha256, variables: Object.fromEntries(variables) };
  };
  return {
    name,
    version,
    description,
    template,
    templateSha256,
    variables: rules,
    config,
    format: (...[values]) => fill(values)[0],
    reference: (...[values]) => referenceOf(checkValues(rules, values ?? {}, place)),
    run(values, fn) {
      const [filled, checked] = fill(values);
      return withContext({ prompt: referenceOf(checked) }, () => fn(filled));
    },
  };
}
