export { promptsOf, type Prompts } from './prompts.ts';
export type { PromptChange, PromptFigure, PromptVersion } from './versions.ts';
