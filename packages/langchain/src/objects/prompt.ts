/** Prompt templates: their text, and their name and version where a prompt store provides them. */

import type { SpanAttributes } from '@spanline/core';
import { props, type Props, promptAttributes, text } from '@spanline/instrumentation';

/** Name and version in a prompt store. */
export interface PromptName {
  readonly name: string;
  readonly version: string | undefined;
}

/**
 * Reads the name and version that LangSmith's hub (`lc_hub_*`) and Langfuse (`langfusePrompt`) put into the metadata.
 */
export function promptName(metadata: Props): PromptName | undefined {
  const langfuse = props(metadata['langfusePrompt']);
  const own = text(langfuse['name']);
  const version = langfuse['version'];
  if (own !== undefined) return { name: own, version: typeof version === 'number' ? `${version}` : text(version) };
  const repo = text(metadata['lc_hub_repo']);
  if (repo === undefined) return undefined;
  const owner = text(metadata['lc_hub_owner']);
  const isShared = owner !== undefined && owner !== '-';
  return { name: isShared ? `${owner}/${repo}` : repo, version: text(metadata['lc_hub_commit_hash']) };
}

/** The attributes of a prompt's name and version. */
export function nameAttributes({ name, version }: PromptName): SpanAttributes {
  return { 'gen_ai.prompt.name': name, 'gen_ai.prompt.version': version };
}

const ROLES: Readonly<Record<string, string>> = {
  SystemMessagePromptTemplate: 'system',
  HumanMessagePromptTemplate: 'user',
  AIMessagePromptTemplate: 'assistant',
  SystemMessage: 'system',
  HumanMessage: 'user',
  AIMessage: 'assistant',
};

function roleOf(message: Props): string {
  const id = message['lc_id'];
  const name = Array.isArray(id) ? text(id.at(-1)) : undefined;
  return text(message['role']) ?? ROLES[name ?? ''] ?? 'user';
}

/** The text of a template, or the joined parts of a multi-part message. */
function textOf(prompt: unknown): string | undefined {
  if (Array.isArray(prompt)) return prompt.map((part) => textOf(part) ?? '').join('');
  const template = props(prompt)['template'];
  if (typeof template === 'string') return template;
  return Array.isArray(template) || typeof template === 'object' ? JSON.stringify(template) : undefined;
}

function messageTemplate(message: unknown): string | undefined {
  const source = props(message);
  const placeholder = text(source['variableName'] ?? props(source['kwargs'])['variable_name']);
  if (placeholder !== undefined) return `{${placeholder}}`;
  const template = textOf(source['prompt']) ?? text(source['content']);
  return template === undefined ? undefined : `${roleOf(source)}: ${template}`;
}

/** The template of a serialised prompt: one text, or a line for each message. */
function templateOf(serialized: unknown): string | undefined {
  const fields = props(props(serialized)['kwargs']);
  const messages = fields['messages'] ?? fields['prompt_messages'];
  if (!Array.isArray(messages)) return textOf(fields);
  let template = '';
  for (const message of messages) {
    const line = messageTemplate(message);
    if (line !== undefined) template += template === '' ? line : `\n${line}`;
  }
  return template;
}

/**
 * Reads a prompt when it is filled.
 *
 * @param serialized - the component that `handleChainStart` gets
 */
export function readPrompt(serialized: unknown, metadata: Props): SpanAttributes {
  const name = promptName(metadata);
  const template = templateOf(serialized);
  if (template === undefined) return name === undefined ? {} : nameAttributes(name);
  return name === undefined ? promptAttributes(template) : { ...nameAttributes(name), ...promptAttributes(template) };
}
