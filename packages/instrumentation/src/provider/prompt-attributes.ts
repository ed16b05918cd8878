/** The prompt template that a model is asked with. */

import { createHash } from 'node:crypto';
import { isObject, memoize, props, type SpanAttributes, text } from '@spanline/record';

/** A program has few templates and uses them for every request. */
const MAX_HASHES = 200;
/** Characters of a template. */
const MAX_LENGTH = 50_000;

const sha256 = (template: string): string => createHash('sha256').update(template).digest('hex');
const hashOf = memoize(MAX_HASHES, sha256, MAX_LENGTH);

/** The template, and its hash. The hash distinguishes versions in every capture mode. */
export function promptAttributes(template: string): SpanAttributes {
  return {
    'spanline.prompt.template': template,
    'spanline.prompt.template_sha256': hashOf(template),
  };
}

/** A prompt that OpenAI stores: its id, its version, and the variables that the application fills in. */
export function storedPromptAttributes(prompt: unknown): SpanAttributes {
  const { id, version, variables } = props(prompt);
  if (text(id) === undefined) return {};
  return {
    'gen_ai.prompt.name': text(id),
    'gen_ai.prompt.version': text(version),
    ...(isObject(variables) ? { 'spanline.prompt.variables': props(variables) } : {}),
  };
}
