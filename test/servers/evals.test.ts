import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { promptInjection } from '@spanline/evals';
import { fetched, run } from './support/fetch.ts';

interface Row {
  readonly text: string;
  readonly label: 'malicious' | 'benign';
}

const CORPUS = 'bastioncorpus';
const VERSION = '0.6.0';

/** A labelled set of prompt injections, from PyPI. */
function fetchCorpus(): Promise<string | undefined> {
  return fetched(`${CORPUS}-${VERSION}`, async (folder) => {
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, `${CORPUS}==${VERSION}`]);
  });
}

const page = readFileSync(join(import.meta.dirname, '../../docs/evals.md'), 'utf8');

describe('docs/evals.md has what promptInjection() finds', () => {
  let rows: Row[] = [];
  beforeAll(async () => {
    const folder = await fetchCorpus();
    if (folder === undefined) return;
    const text = readFileSync(join(folder, CORPUS, 'corpus/injections.jsonl'), 'utf8');
    rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);
  });

  it.each([
    ['not seen', 1],
    ['seen', 0],
  ])('in rows %s', (name, rest) => {
    if (rows.length === 0) return;
    const judge = promptInjection();
    const half = rows.filter((_, at) => at % 2 === rest);
    const attacks = half.filter(({ label }) => label === 'malicious');
    const found = attacks.filter((row) => judge(row).value).length;
    const blamed = half.filter((row) => row.label === 'benign' && judge(row).value).length;
    const precision = (found / (found + blamed)).toFixed(2);
    const recall = (found / attacks.length).toFixed(2);
    expect(page).toContain(
      `| ${name} | ${found} of ${attacks.length} | ${blamed} of ${half.length - attacks.length} | ${precision} | ${recall} |`,
    );
  });
});
