/** A prompt: a template with a name, a version, typed variables and a hash. */
import type { PromptReference } from '@spanline/core';
import type { PromptMessage, Template } from './template/messages.ts';
import type { VariableRule } from './template/variables.ts';

/** The filled template: a text, or messages. */
export type Filled<Of extends Template = Template> = Of extends string ? string : PromptMessage[];

/** Values may be left out where all of them have defaults. */
export type GivenValues<Values> = object extends Values ? [values?: Values] : [values: Values];

/**
 * A prompt.
 *
 * @typeParam Values - values of the variables
 * @typeParam Result - a text, or messages
 */
export interface Prompt<Values = Record<string, unknown>, Result = string | PromptMessage[]> {
  readonly name: string;
  readonly version: string;
  readonly description: string | undefined;
  readonly template: Template;
  /** SHA-256 of the template in hex: it shows whether two versions are the same text. */
  readonly templateSha256: string;
  readonly variables: Readonly<Record<string, VariableRule>>;
  /** Free settings that belong to the prompt, such as the model and its temperature. */
  readonly config: Readonly<Record<string, unknown>>;
  /**
   * Fills the template.
   *
   * @throws SpanlineError `ERR_INVALID_VARIABLE` for a value that is missing, unknown or of the wrong type
   */
  format(...values: GivenValues<Values>): Result;
  /**
   * The prompt as `withContext({ prompt })` takes it. Values of type `messages` are left out: the input of the call has
   * them.
   */
  reference(...values: GivenValues<Values>): PromptReference;
  /**
   * Fills the template and calls `fn` with it. The model calls inside `fn` have the name, version, hash and variables
   * of the prompt on their lines, whichever client or framework makes them.
   *
   * @returns what `fn` returns
   */
  run<T>(values: Values, fn: (filled: Result) => T): T;
}
