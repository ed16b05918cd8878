/** Type-checks the ```ts blocks of the READMEs, of docs/ and of the doc comments in the packages. */
import { readdirSync, readFileSync } from 'node:fs';
import { compileSnippets } from './docs/compile.ts';
import { extractSnippets } from './docs/extract.ts';

/** Shows shapes of what is planned, with names that stand for the reader's own code. */
const DESIGN = 'docs/architecture.md';

const DOCUMENTS = /^(README\.md|docs\/[^/]+\.md|(packages|examples)\/[^/]+\/README\.md|packages\/[^/]+\/src\/.+\.ts)$/;

const documents = walk('').filter((file) => DOCUMENTS.test(file) && file !== DESIGN);
const snippets = documents.flatMap((file) => extractSnippets(file, readFileSync(file, 'utf8')));
const complaints = compileSnippets(process.cwd(), snippets);

for (const complaint of complaints) process.stdout.write(`${complaint}\n`);
process.stdout.write(`docs: ${snippets.length} code samples, ${complaints.length} errors\n`);
process.exitCode = complaints.length === 0 ? 0 : 1;

/** Files below a folder, as paths from the root; hidden, installed and built ones left out. */
function walk(folder: string): string[] {
  return readdirSync(folder || '.', { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules' || entry.name === 'dist') return [];
    return entry.isDirectory() ? walk(`${folder}${entry.name}/`) : [`${folder}${entry.name}`];
  });
}
