export { definePrompt, type PromptOptions } from './define-prompt.ts';
export { type GetPromptOptions, openPrompts, type OpenPromptsOptions, type Prompts } from './files/open-prompts.ts';
export { formatPromptFile, parsePromptFile } from './files/prompt-file.ts';
export { type ImportedPrompts, readExport } from './imports/read-export.ts';
export { fetchPrompts, type FetchPromptsOptions, type PromptStore } from './imports/fetch-prompts.ts';
export type { Filled, GivenValues, Prompt } from './prompt.ts';
export type { MessagesPlaceholder, PromptMessage, PromptRole, Template } from './template/messages.ts';
export type { RulesIn, ValuesOf, VariableRule, VariableRules, VariableType } from './template/variables.ts';
