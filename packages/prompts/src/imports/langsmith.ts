/** Prompts of LangSmith's hub: a commit with a manifest, which is a prompt as LangChain serialises it. */
import { isPlainObject, list, props, text } from '@spanline/record';
import type { PromptOptions } from '../define-prompt.ts';
import type { PromptRole, Template } from '../template/messages.ts';
import { escapeTemplate } from '../template/parse-template.ts';
import type { Converted, SkippedPrompt } from './imported.ts';

/** A text of a template, or the reason why there is none. */
type ConvertedText = { readonly template: string } | { readonly reason: string };

/** Digits of a commit that the version is. */
const SHORT_COMMIT = 8;

const ROLE_OF: Readonly<Record<string, PromptRole>> = {
  SystemMessagePromptTemplate: 'system',
  HumanMessagePromptTemplate: 'user',
  AIMessagePromptTemplate: 'assistant',
  SystemMessage: 'system',
  HumanMessage: 'user',
  AIMessage: 'assistant',
};

const classOf = (value: unknown): string => text(list(props(value)['id']).at(-1)) ?? '';
const kwargsOf = (value: unknown): Readonly<Record<string, unknown>> => props(props(value)['kwargs']);

/** True for a commit of the hub. */
export function isLangsmithCommit(value: unknown): boolean {
  const { repo, commit_hash: hash, manifest } = props(value);
  return text(repo) !== undefined && text(hash) !== undefined && isPlainObject(manifest);
}

/** An f-string of Python as a template: `{name}` is a variable, doubled braces are one. */
function fromFormatString(source: string): ConvertedText {
  let template = '';
  let plain = '';
  const flush = (): void => {
    template += escapeTemplate(plain);
    plain = '';
  };
  for (const { 0: found, 1: name } of source.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]/g)) {
    if (name !== undefined) {
      flush();
      template += `{{${name.trim()}}}`;
    } else if (found === '{{' || found === '}}') plain += found[0];
    else if (found === '{' || found === '}') return { reason: 'the template has a single brace' };
    else plain += found;
  }
  flush();
  return { template };
}

/** Our syntax is that of mustache, without its sections. */
function fromMustache(source: string): ConvertedText {
  const tag = /\{\{\s*[#^/!>&=]/.exec(source);
  if (tag !== null) return { reason: `it has a tag of mustache that is no variable (${tag[0]})` };
  return { template: source.replaceAll(/\{\{\{([^{}]*)\}\}\}/g, '{{$1}}') };
}

function convertText(value: unknown): ConvertedText {
  const { template, template_format: format = 'f-string' } = kwargsOf(value);
  if (typeof template !== 'string') return { reason: 'a template is not a text' };
  if (format === 'f-string') return fromFormatString(template);
  return format === 'mustache' ? fromMustache(template) : { reason: `its format is ${String(format)}` };
}

/** One message, or a placeholder. */
function convertMessage(message: unknown): Converted {
  const kind = classOf(message);
  const { variable_name: list, prompt, content } = kwargsOf(message);
  if (kind === 'MessagesPlaceholder' && text(list) !== undefined) return { template: [{ messages: String(list) }] };
  const role = ROLE_OF[kind];
  if (role === undefined) return { reason: `a message is a ${kind === '' ? 'value without a class' : kind}` };
  const converted: ConvertedText =
    typeof content === 'string' ? { template: escapeTemplate(content) } : convertText(prompt);
  if ('reason' in converted) return converted;
  return { template: [{ role, content: converted.template }] };
}

/** Finds the prompt: a manifest may be a sequence of a prompt and a model. */
function promptOf(manifest: unknown): unknown {
  const { first } = kwargsOf(manifest);
  return classOf(manifest) === 'RunnableSequence' && first !== undefined ? first : manifest;
}

/** Reads a manifest. A model that is bound to the prompt is left out. */
function convertManifest(manifest: unknown): Converted {
  const prompt = promptOf(manifest);
  const { messages } = kwargsOf(prompt);
  if (!Array.isArray(messages)) return convertText(prompt);
  const template: Exclude<Template, string>[number][] = [];
  for (const message of messages) {
    const converted = convertMessage(message);
    if ('reason' in converted) return converted;
    if (typeof converted.template !== 'string') template.push(...converted.template);
  }
  return { template };
}

/** Reads a commit. Its version is the first digits of the hash. */
export function readLangsmithCommit(value: unknown): { prompt: PromptOptions } | { skipped: SkippedPrompt } {
  const { owner, repo, commit_hash: hash, manifest } = props(value);
  const isShared = text(owner) !== undefined && owner !== '-';
  const names = {
    name: isShared ? `${String(owner)}/${String(repo)}` : String(repo),
    version: String(hash).slice(0, SHORT_COMMIT),
  };
  const converted = convertManifest(manifest);
  return 'reason' in converted
    ? { skipped: { ...names, reason: converted.reason } }
    : { prompt: { ...names, template: converted.template } };
}
