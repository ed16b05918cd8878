/** Variables of a prompt: their rules, and the check of the values that are filled in. */
import { type Check, checkOptions, isObject, option, SpanlineError } from '@spanline/record';

/**
 * Types of variables. A number and a boolean become text, `json` becomes compact JSON. `messages` is a list of
 * messages, such as a history, that takes the place of a message of the template.
 */
export type VariableType = 'string' | 'number' | 'boolean' | 'json' | 'messages';

/** A value of each type. */
interface ValuesByType {
  string: string;
  number: number;
  boolean: boolean;
  json: unknown;
  messages: readonly object[];
}

/** The rule of one variable. */
export interface VariableRule<Type extends VariableType = VariableType> {
  type: Type;
  /** The value where none is given. Without a default, a value must be given. */
  default?: ValuesByType[Type];
  /** The only values that are allowed, of a `string`. */
  values?: readonly string[];
  /** For the people who fill it in. */
  description?: string;
}

/** Rules by the names of variables. A type alone is a rule. */
export type VariableRules = Readonly<Record<string, VariableType | VariableRule>>;

type TypeOf<Rule> = Rule extends VariableType
  ? Rule
  : Rule extends { type: infer Type extends VariableType }
    ? Type
    : never;

type ValueOf<Rule> = Rule extends { values: readonly (infer Value)[] } ? Value : ValuesByType[TypeOf<Rule>];

type OptionalNames<Rules> = {
  [Name in keyof Rules]: Rules[Name] extends { default: unknown } ? Name : never;
}[keyof Rules];

type Flat<Object> = { [Key in keyof Object]: Object[Key] };

/** The values that a prompt with these rules takes. */
export type ValuesOf<Rules> = Flat<
  {
    -readonly [Name in Exclude<keyof Rules, OptionalNames<Rules>>]: ValueOf<Rules[Name]>;
  } & {
    -readonly [Name in OptionalNames<Rules>]?: ValueOf<Rules[Name]> | undefined;
  }
>;

type NamesIn<Text extends string> = string extends Text
  ? string
  : Text extends `${infer Before}{{${infer Name}}}${infer Rest}`
    ? (Before extends `${string}\\` ? never : Trimmed<Name>) | NamesIn<Rest>
    : never;

type Trimmed<Text extends string> = Text extends ` ${infer Rest}` | `${infer Rest} ` | `{${infer Rest}`
  ? Trimmed<Rest>
  : Text;

/** The rules of a template whose variables are not declared: each is a string. */
export type RulesIn<Template> = Template extends string
  ? { [Name in NamesIn<Template>]: 'string' }
  : Template extends readonly (infer Entry)[]
    ? { [Name in Entry extends { content: infer Text extends string } ? NamesIn<Text> : never]: 'string' } & {
        [Name in Entry extends { messages: infer Name extends string } ? Name : never]: 'messages';
      }
    : never;

const TYPES: readonly VariableType[] = ['string', 'number', 'boolean', 'json', 'messages'];

const VALUES: Readonly<Record<VariableType, Check<unknown>>> = {
  string: option.like('a string', (value) => typeof value === 'string'),
  number: option.number(),
  boolean: option.boolean(),
  json: option.like('a value that JSON can have', (value) => JSON.stringify(value) !== undefined),
  messages: option.list(option.like('a message', isObject), 'a list of messages'),
};

/** The check of a declaration of variables. */
export const VARIABLES: Check<VariableRules> = option.dictionary(
  option.anyOf<VariableType | VariableRule>(
    option.oneOf(TYPES),
    option.object<VariableRule>(
      {
        type: option.required(option.oneOf(TYPES)),
        default: option.like('a value', () => true),
        values: option.list(option.string()),
        description: option.string(),
      },
      'an object with a type',
    ),
  ),
);

/** A rule in full. */
export function ruleOf(rule: VariableType | VariableRule): VariableRule {
  return typeof rule === 'string' ? { type: rule } : rule;
}

/** The check of one value. Errors do not show it: it may be what a user wrote. */
function checkOf({ type, values }: VariableRule): Check<unknown> {
  return values === undefined ? option.secret(VALUES[type]) : option.secret(option.oneOf(values));
}

/**
 * Checks values and adds the defaults.
 *
 * @param place - the prompt, for errors
 * @throws SpanlineError `ERR_INVALID_VARIABLE` for a value that is missing, unknown or of the wrong type
 */
export function checkValues(
  rules: Readonly<Record<string, VariableRule>>,
  given: unknown,
  place: string,
): Record<string, unknown> {
  const shape = Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => {
      const check = checkOf(rule);
      return [name, rule.default === undefined ? option.required(check) : check];
    }),
  );
  checkOptions<Record<string, unknown>>(shape, given, place, 'ERR_INVALID_VARIABLE');
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, given[name] ?? rule.default]));
}

/** The text that a value becomes. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Compares the declared variables with those of the template.
 *
 * @throws SpanlineError `ERR_INVALID_PROMPT` where they differ, or where a default is wrong
 */
export function checkRules(
  rules: Readonly<Record<string, VariableRule>>,
  used: ReadonlyMap<string, boolean>,
  place: string,
): void {
  const fail = (problem: string): never => {
    throw new SpanlineError({ code: 'ERR_INVALID_PROMPT', problem: `${place}: ${problem}` });
  };
  for (const [name, isList] of used) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) return fail(`the template has the variable ${name}, and "variables" does not`);
    if ((rule.type === 'messages') !== isList)
      return fail(
        isList
          ? `${name} takes the place of messages, so its type must be messages`
          : `${name} is a list of messages, and cannot be part of a text`,
      );
  }
  for (const [name, rule] of Object.entries(rules)) {
    if (!used.has(name)) return fail(`"variables" has ${name}, and the template does not`);
    if (rule.default !== undefined && !checkOf(rule).accepts(rule.default))
      return fail(`the default of ${name} must be ${checkOf(rule).expected}`);
  }
}
