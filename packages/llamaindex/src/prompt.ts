import { createHash } from 'node:crypto';
import type { SpanAttributes } from '@spanline/core';
import { bag, text } from './bag.ts';

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

/** What a component asks its model with: the template, its hash (which tells two versions apart in every capture mode), and what was put in, but for the context, which stands in the model call. */
export function readPrompt(template: unknown, variables: Record<string, unknown>): SpanAttributes {
  const source = text(bag(template)['template']);
  if (source === undefined) return {};
  return {
    'spanline.prompt.template': source,
    'spanline.prompt.template_sha256': hashOf(source),
    'spanline.prompt.variables': variables,
  };
}
