/** Checks the documentation: type-checks its ```ts blocks and those of doc comments, follows its links, compares the parts that are generated. */
import { readdirSync, readFileSync } from 'node:fs';
import { compileSnippets } from './docs/compile.ts';
import { extractSnippets } from './docs/extract.ts';
import { generatedPages } from './docs/generated.ts';
import { checkLinks } from './docs/links.ts';

/** Shows shapes with names that stand for the reader's own code. */
const DESIGN = 'docs/architecture.md';

const PAGES = /^((README|AGENTS|CONTRIBUTING|SECURITY)\.md|docs\/[^/]+\.md|(packages|examples)\/[^/]+\/README\.md)$/;
const SOURCES = /^packages\/[^/]+\/src\/.+\.ts$/;

const files = walk('');
const pages = files.filter((file) => PAGES.test(file));
const programs = files.filter((file) => SOURCES.test(file) || (PAGES.test(file) && file !== DESIGN));
const snippets = programs.flatMap((file) => extractSnippets(file, readFileSync(file, 'utf8')));
const complaints = [
  ...compileSnippets(process.cwd(), snippets),
  ...checkLinks('.', pages, 'README.md'),
  ...checkGenerated(),
];

for (const complaint of complaints) process.stdout.write(`${complaint}\n`);
process.stdout.write(`docs: ${pages.length} pages, ${snippets.length} code samples, ${complaints.length} errors\n`);
process.exitCode = complaints.length === 0 ? 0 : 1;

function checkGenerated(): string[] {
  const stale = generatedPages('.').filter(({ page, text }) => readFileSync(page, 'utf8') !== text);
  return stale.map(({ page }) => `${page}: not what the sources say; run pnpm docs:generate`);
}

/** Files below a folder, as paths from the root; hidden, installed and built ones left out. */
function walk(folder: string): string[] {
  return readdirSync(folder || '.', { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules' || entry.name === 'dist') return [];
    return entry.isDirectory() ? walk(`${folder}${entry.name}/`) : [`${folder}${entry.name}`];
  });
}
