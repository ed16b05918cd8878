import type { SpanAttributes } from '@spanline/core';
import { bag, type Bag, promptAttributes, text } from '@spanline/instrumentation';
import { first } from './first.ts';

/** What a prompt is called where it is kept. */
export interface PromptName {
  readonly name: string;
  readonly version: string | undefined;
}

/** LangSmith's hub and Langfuse put the prompt's name and version into its metadata. */
export function promptName(metadata: Bag): PromptName | undefined {
  const langfuse = bag(metadata['langfusePrompt']);
  const own = text(langfuse['name']);
  const version = langfuse['version'];
  if (own !== undefined) return { name: own, version: typeof version === 'number' ? `${version}` : text(version) };
  const repo = text(metadata['lc_hub_repo']);
  if (repo === undefined) return undefined;
  const owner = text(metadata['lc_hub_owner']);
  const isShared = owner !== undefined && owner !== '-';
  return { name: isShared ? `${owner}/${repo}` : repo, version: text(metadata['lc_hub_commit_hash']) };
}

/** A prompt's name as it stands on spans. */
export function nameAttributes({ name, version }: PromptName): SpanAttributes {
  return { 'gen_ai.prompt.name': name, 'gen_ai.prompt.version': version };
}

const MAX_MESSAGES = 100;

const ROLES: Readonly<Record<string, string>> = {
  SystemMessagePromptTemplate: 'system',
  HumanMessagePromptTemplate: 'user',
  AIMessagePromptTemplate: 'assistant',
  SystemMessage: 'system',
  HumanMessage: 'user',
  AIMessage: 'assistant',
};

function roleOf(message: Bag): string {
  const id = message['lc_id'];
  const name = Array.isArray(id) ? text(id.at(-1)) : undefined;
  return text(message['role']) ?? ROLES[name ?? ''] ?? 'user';
}

/** The text of one template, or of the parts of a message of several. */
function textOf(prompt: unknown): string | undefined {
  if (Array.isArray(prompt)) return prompt.map((part) => textOf(part) ?? '').join('');
  const template = bag(prompt)['template'];
  if (typeof template === 'string') return template;
  return Array.isArray(template) || typeof template === 'object' ? JSON.stringify(template) : undefined;
}

function messageTemplate(message: unknown): string | undefined {
  const source = bag(message);
  const placeholder = text(first(source['variableName'], bag(source['kwargs'])['variable_name']));
  if (placeholder !== undefined) return `{${placeholder}}`;
  const template = textOf(source['prompt']) ?? text(source['content']);
  return template === undefined ? undefined : `${roleOf(source)}: ${template}`;
}

/** The template of a prompt as LangChain hands the component over: one text, or a line for each message. */
function templateOf(serialized: unknown): string | undefined {
  const fields = bag(bag(serialized)['kwargs']);
  const messages = first(fields['messages'], fields['prompt_messages']);
  if (!Array.isArray(messages)) return textOf(fields);
  const lines = messages.slice(0, MAX_MESSAGES).map(messageTemplate);
  return lines.filter((line) => line !== undefined).join('\n');
}

/**
 * What is known of a prompt when it is filled: its template, and its name and version where it came from a store of prompts.
 *
 * @param serialized - the component, as `handleChainStart` gets it
 */
export function readPrompt(serialized: unknown, metadata: Bag): SpanAttributes {
  const name = promptName(metadata);
  const template = templateOf(serialized);
  return {
    ...(name === undefined ? {} : nameAttributes(name)),
    ...(template === undefined ? {} : promptAttributes(template)),
  };
}
