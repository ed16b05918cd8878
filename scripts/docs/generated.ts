/** Parts of pages that are made from the sources. A part stands between two comments, `<!-- name -->` and `<!-- /name -->`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COST_PAGE, renderBilled, renderRead } from './costs.ts';
import { KEYS_PAGE, renderKeys, renderSpellings } from './keys.ts';
import { LLMS_PAGE, renderLlms } from './llms.ts';
import { OPTIONS_PAGE, renderTracerOptions } from './options.ts';
import { OTEL_PAGE, renderOtelSpellings } from './otel.ts';

/** A page as it should be. */
export interface GeneratedPage {
  readonly page: string;
  readonly text: string;
}

/**
 * A page with one of its parts replaced.
 *
 * @throws an error when the page has no such part
 */
export function withPart(page: string, name: string, part: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no place for the part ${name}`);
  return `${page.slice(0, from + start.length)}\n\n${part}\n\n${page.slice(to)}`;
}

/** Every page that has such parts, and `llms.txt`, below the root of the repository. */
export function generatedPages(root: string): GeneratedPage[] {
  const read = (page: string): string => readFileSync(join(root, page), 'utf8');
  const keys = withPart(read(KEYS_PAGE), 'keys', renderKeys());
  return [
    { page: OPTIONS_PAGE, text: withPart(read(OPTIONS_PAGE), 'options', renderTracerOptions(root)) },
    { page: COST_PAGE, text: withPart(withPart(read(COST_PAGE), 'read', renderRead()), 'billed', renderBilled()) },
    { page: KEYS_PAGE, text: withPart(keys, 'spellings', renderSpellings()) },
    { page: OTEL_PAGE, text: withPart(read(OTEL_PAGE), 'spellings', renderOtelSpellings()) },
    { page: LLMS_PAGE, text: renderLlms(root) },
  ];
}
