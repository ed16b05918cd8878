import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const PACKAGES = new URL('../../packages/', import.meta.url);

interface Manifest {
  name: string;
  exports: Record<string, { '@spanline/source'?: string } | string>;
}

describe.each(readdirSync(PACKAGES))('the names that %s exports', (folder) => {
  const manifest = JSON.parse(readFileSync(new URL(`${folder}/package.json`, PACKAGES), 'utf8')) as Manifest;
  const entries = Object.entries(manifest.exports).filter(([, target]) => typeof target === 'object');

  it.each(entries.map(([entry]) => entry))('%s', async (entry) => {
    const module = (await import(`${manifest.name}${entry.slice(1)}`)) as object;
    expect(Object.keys(module).toSorted()).toMatchSnapshot();
  });
});
