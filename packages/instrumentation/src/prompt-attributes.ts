import { createHash } from 'node:crypto';
import type { SpanAttributes } from '@spanline/record';

const MAX_HASHES = 200;
const hashes = new Map<string, string>();

/** A program has few templates and uses them for every request. */
function hashOf(template: string): string {
  let hash = hashes.get(template);
  if (hash === undefined) {
    hash = createHash('sha256').update(template).digest('hex');
    if (hashes.size >= MAX_HASHES) hashes.clear();
    hashes.set(template, hash);
  }
  return hash;
}

/** What a prompt is made of: its template, and its hash, which tells two versions apart in every capture mode. */
export function promptAttributes(template: string): SpanAttributes {
  return {
    'spanline.prompt.template': template,
    'spanline.prompt.template_sha256': hashOf(template),
  };
}
