import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readExports } from '../../scripts/layers/exports.ts';

const PACKAGES = new URL('../../packages/', import.meta.url);

interface Manifest {
  name: string;
  exports: Record<string, { '@spanline/source': string } | string>;
}

describe.each(readdirSync(PACKAGES))('what %s exports', (folder) => {
  const root = new URL(`${folder}/`, PACKAGES);
  const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Manifest;
  const entries = Object.entries(manifest.exports).flatMap(([entry, target]) =>
    typeof target === 'string' ? [] : [{ entry, source: target['@spanline/source'] }],
  );

  it.each(entries)('from $entry', async ({ entry, source }) => {
    const written = readExports(fileURLToPath(new URL(source, root)));
    expect(written).toMatchSnapshot();
    const module = (await import(`${manifest.name}${entry.slice(1)}`)) as object;
    expect(Object.keys(module).toSorted()).toEqual(written.filter((name) => !name.startsWith('type ')));
  });
});
