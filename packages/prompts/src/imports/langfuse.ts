/** Prompts of Langfuse, in the shape of its public API. */
import { isPlainObject, list, props, text } from '@spanline/record';
import type { PromptOptions } from '../define-prompt.ts';
import { type PromptRole, ROLES, type Template } from '../template/messages.ts';
import type { Converted, SkippedPrompt } from './imported.ts';

/** True for a version of a prompt. */
export function isLangfusePrompt(value: unknown): boolean {
  const { name, prompt, version } = props(value);
  return (
    text(name) !== undefined && typeof version === 'number' && (typeof prompt === 'string' || Array.isArray(prompt))
  );
}

const isRole = (role: unknown): role is PromptRole => ROLES.includes(role as PromptRole);

function convert(prompt: unknown): Converted {
  if (typeof prompt === 'string') return { template: prompt };
  const template: Exclude<Template, string>[number][] = [];
  for (const message of list(prompt)) {
    const { type, role, content, name } = props(message);
    if (type === 'placeholder' && text(name) !== undefined) template.push({ messages: String(name) });
    else if (!isRole(role)) return { reason: `a message has the role ${JSON.stringify(role)}` };
    else if (typeof content !== 'string') return { reason: 'the content of a message is not a text' };
    else template.push({ role, content });
  }
  return { template };
}

/** A version of a prompt, and its labels. */
export type LangfuseVersion = { readonly labels: readonly string[] } & (
  | { readonly prompt: PromptOptions }
  | { readonly skipped: SkippedPrompt }
);

/** Reads a version. `latest` is no label of its own: it is the newest version. */
export function readLangfusePrompt(value: unknown): LangfuseVersion {
  const { name, version, prompt, config, labels, commitMessage } = props(value);
  const converted = convert(prompt);
  const names = { name: text(name) ?? '', version: String(version) };
  const own = list(labels).filter((label): label is string => typeof label === 'string' && label !== 'latest');
  if ('reason' in converted) return { labels: own, skipped: { ...names, reason: converted.reason } };
  const description = text(commitMessage);
  return {
    labels: own,
    prompt: {
      ...names,
      ...(description === undefined ? {} : { description }),
      ...(isPlainObject(config) && Object.keys(config).length > 0 ? { config } : {}),
      template: converted.template,
    },
  };
}
