/** The result of an import. */
import type { PromptOptions } from '../define-prompt.ts';
import type { Template } from '../template/messages.ts';

/** A prompt that could not be imported. */
export interface SkippedPrompt {
  readonly name: string;
  readonly version: string | undefined;
  /** Completes the sentence "It was left out, because …". */
  readonly reason: string;
}

/** Prompts of another store. */
export interface ImportedPrompts {
  readonly prompts: readonly PromptOptions[];
  /** Versions by environment and by name: labels of Langfuse. */
  readonly environments: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly skipped: readonly SkippedPrompt[];
}

/** A prompt, or the reason why there is none. */
export type Converted = { readonly template: Template } | { readonly reason: string };
