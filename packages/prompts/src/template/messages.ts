/** The messages of a template. */
import { type Check, option } from '@spanline/record';

/** Roles of messages. `developer` is what OpenAI's newer models call the system. */
export type PromptRole = 'system' | 'developer' | 'user' | 'assistant';

/** A message with its text filled in. OpenAI's client, LangChain and the AI SDK take it as it is. */
export type PromptMessage = { [Role in PromptRole]: { role: Role; content: string } }[PromptRole];

/** A list of messages that takes the place of one: `{ messages: 'history' }`. */
export interface MessagesPlaceholder {
  readonly messages: string;
}

/** A template: one text, or messages. */
export type Template = string | readonly (Readonly<PromptMessage> | MessagesPlaceholder)[];

/** Roles, in the order in which an error names them. */
export const ROLES: readonly PromptRole[] = ['system', 'developer', 'user', 'assistant'];

const MESSAGE = option.object<{ role: PromptRole; content: string }>(
  {
    role: option.required(option.oneOf(ROLES)),
    content: option.required(option.like('a string', (value) => typeof value === 'string')),
  },
  'a message',
);
const PLACEHOLDER: Check<MessagesPlaceholder> = {
  ...option.object<{ messages: string }>({ messages: option.required(option.string()) }, '{ messages: name }'),
  accepts: (value): value is MessagesPlaceholder => typeof value === 'object' && value !== null && 'messages' in value,
};

/** The check of a template. */
export const TEMPLATE: Check<Template> = option.anyOf<Template>(
  option.string(),
  option.list(option.anyOf<unknown>(PLACEHOLDER, MESSAGE), 'a list of messages') as Check<Template>,
);

/** True for a placeholder. */
export function isPlaceholder(entry: object): entry is MessagesPlaceholder {
  return 'messages' in entry;
}

/**
 * The template as one text, which is what its hash is of: a message is a line `role: text`, as `@spanline/langchain`
 * writes the templates of LangChain.
 */
export function canonicalText(template: Template): string {
  if (typeof template === 'string') return template;
  return template
    .map((entry) => (isPlaceholder(entry) ? `{{${entry.messages}}}` : `${entry.role}: ${entry.content}`))
    .join('\n');
}
