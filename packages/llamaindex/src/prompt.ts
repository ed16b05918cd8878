import { createHash } from 'node:crypto';
import type { SpanAttributes } from '@spanline/core';
import { bag, type Bag, text } from './bag.ts';

const MAX_HASHES = 200;
const hashes = new Map<string, string>();

/** The same few templates are used for every query. */
function hashOf(template: string): string {
  let hash = hashes.get(template);
  if (hash === undefined) {
    hash = createHash('sha256').update(template).digest('hex');
    if (hashes.size >= MAX_HASHES) hashes.clear();
    hashes.set(template, hash);
  }
  return hash;
}

/** Where components keep the template that they ask with first. */
const TEMPLATES = ['textQATemplate', 'summaryTemplate', 'condenseMessagePrompt', 'contextSystemPrompt'] as const;

/**
 * What a component asks its model with: the template's name in LlamaIndex, the template, its hash (which tells two versions apart in every capture mode), and what was put in, but for the context, which stands in the
 * model call.
 */
export function readPrompt(component: object, variables: Record<string, unknown>): SpanAttributes {
  const source = component as Bag;
  const name = TEMPLATES.find((key) => text(bag(source[key])['template']) !== undefined);
  if (name === undefined) return {};
  const template = bag(source[name])['template'] as string;
  return {
    'gen_ai.prompt.name': name,
    'spanline.prompt.template': template,
    'spanline.prompt.template_sha256': hashOf(template),
    'spanline.prompt.variables': variables,
  };
}
