import { readFileSync } from 'node:fs';

const PAGE = readFileSync(new URL('../../docs/queries.md', import.meta.url), 'utf8');

/** The questions of docs/queries.md with their queries in a language: the heading, and the block. */
export function queriesOf(language: string): [question: string, query: string][] {
  const sections = PAGE.split(/^## /m).slice(1);
  return sections.flatMap((section) => {
    const [question = ''] = section.split('\n');
    const blocks = section.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'));
    return [...blocks].map(([, block = '']): [string, string] => [question, block.trim()]);
  });
}
