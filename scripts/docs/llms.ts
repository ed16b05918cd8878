/** `llms.txt`: the pages for programs that read them, with a title and a sentence each (https://llmstxt.org). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const LLMS_PAGE = 'llms.txt';

const BASE = 'https://github.com/spanline/spanline/blob/main';
const ENTRY = ['README.md', 'docs/span-schema.md', 'docs/query.md', 'docs/options.md'];
/** A sentence ends before white space; a version or a file name has a point inside. */
const SENTENCE = /^(.+?[.:])(?:\s|$)/s;

/** Markdown without links, marks and line breaks. */
function plain(markdown: string): string {
  return markdown
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[*`]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** The first sentence of prose before the second heading; empty if there is none. */
function summaryOf(text: string): string {
  const intro = text.split(/^## /m)[0] ?? '';
  const blocks = intro.replaceAll(/^```[\s\S]*?^```$/gm, '').split(/\n{2,}/);
  const prose = blocks.map(plain).find((block) => /^[\p{L}@"“]/u.test(block) && !block.includes('|'));
  const sentence = prose === undefined ? undefined : SENTENCE.exec(prose)?.[1];
  return sentence?.replace(/:$/, '.') ?? '';
}

function entryOf(root: string, page: string): string {
  const text = readFileSync(join(root, page), 'utf8');
  const title = plain(/^# (.+)$/m.exec(text)?.[1] ?? page);
  const summary = summaryOf(text);
  return `- [${title}](${BASE}/${page})${summary === '' ? '' : `: ${summary}`}`;
}

/** The whole file. */
export function renderLlms(root: string): string {
  const pages = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
    .toSorted();
  const others = pages.filter((page) => !ENTRY.includes(page));
  const list = (names: readonly string[]): string => names.map((page) => entryOf(root, page)).join('\n');
  return [
    '# Spanline',
    '> LLM traces in the logs you already ship: one JSON line on pino for each LangChain run, LlamaIndex step, provider call and request.',
    `## Start\n\n${list(ENTRY)}`,
    `## Pages\n\n${list(others)}\n`,
  ].join('\n\n');
}
