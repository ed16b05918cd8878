import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Snippet } from './extract.ts';

const OPTIONS = {
  noEmit: true,
  composite: false,
  declaration: false,
  declarationMap: false,
  isolatedDeclarations: false,
};

/**
 * Type-checks each snippet as a module of its own, inside the member `test`, which can import every package and its frameworks.
 *
 * @returns the compiler's complaints, at the place in the document. Errors in the packages' own sources are left to `pnpm typecheck`.
 */
export function compileSnippets(root: string, snippets: readonly Snippet[]): string[] {
  const folder = mkdtempSync(join(root, 'test', '.snippets-'));
  try {
    const config = { extends: '../../tsconfig.base.json', compilerOptions: OPTIONS, include: ['*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    for (const [index, { line, code }] of snippets.entries()) {
      // Leading empty lines: the compiler then counts the lines of the document.
      writeFileSync(join(folder, `${index}.ts`), '\n'.repeat(line - 1) + code);
    }
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const run = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], {
      cwd: root,
      encoding: 'utf8',
    });
    return complaints(run.stdout + run.stderr, basename(folder), snippets);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function complaints(output: string, folder: string, snippets: readonly Snippet[]): string[] {
  const found: string[] = [];
  for (const text of output.split('\n')) {
    const [, path = '', line, message] = /^(\S+)\((\d+),\d+\): (.*)$/.exec(text) ?? [];
    const snippet = snippets[Number(basename(path, '.ts'))];
    if (path.includes(folder) && snippet) found.push(`${snippet.file}:${line}: ${message}`);
    else if (text.startsWith('error ')) found.push(text);
  }
  return found;
}
