/** The page about replay names every example, with what is recorded and what runs again. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

it('names every example', () => {
  const page = readFileSync(join(ROOT, 'docs/replay.md'), 'utf8');
  const named = [...page.matchAll(/^(?:\| )?\[`([a-z-]+)`\]\(\.\.\/examples\/\1\)/gm)].map(([, name]) => name);
  const folders = readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(named.toSorted()).toEqual(folders.toSorted());
});
