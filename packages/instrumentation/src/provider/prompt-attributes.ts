/** The prompt template that a model is asked with. */

import { createHash } from 'node:crypto';
import { memoize, type SpanAttributes } from '@spanline/record';

/** A program has few templates and uses them for every request. */
const MAX_HASHES = 200;

const hashOf = memoize(MAX_HASHES, (template: string) => createHash('sha256').update(template).digest('hex'));

/** The template, and its hash. The hash distinguishes versions in every capture mode. */
export function promptAttributes(template: string): SpanAttributes {
  return {
    'spanline.prompt.template': template,
    'spanline.prompt.template_sha256': hashOf(template),
  };
}
