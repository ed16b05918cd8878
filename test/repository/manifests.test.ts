import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deriveManifests } from '../../scripts/manifests/derive.ts';

const ROOT = join(import.meta.dirname, '../..');
const DERIVED = [...deriveManifests(ROOT)];
const read = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Record<string, unknown>;

it.each(DERIVED)('%s is what `pnpm manifests` writes', (path, content) => {
  expect(read(path)).toEqual(content);
});

describe.each(DERIVED.map(([path]) => path).filter((path) => /^packages\/[^/]+\/package\.json$/.test(path)))(
  '%s',
  (path) => {
    const manifest = read(path);
    const folder = join(ROOT, path, '..');

    it('says what the package is', () => {
      expect(manifest).toMatchObject({
        version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
        description: expect.stringMatching(/^[A-Z].{20,}\.$/) as string,
        type: 'module',
        engines: read('package.json')['engines'],
      });
      expect(manifest['sideEffects']).toBeDefined();
      const { keywords = [] } = manifest as { keywords?: string[] };
      expect(keywords.length).toBeGreaterThanOrEqual(3);
      expect(keywords).toEqual([...new Set(keywords)].toSorted());
      expect(existsSync(join(folder, 'README.md'))).toBe(true);
    });

    it('exports a TypeScript source under every entry', () => {
      const { exports: entries } = manifest as { exports: Record<string, string | Record<string, string>> };
      for (const entry of Object.values(entries)) {
        if (typeof entry === 'string') continue;
        expect(existsSync(join(folder, entry['@spanline/source'] ?? ''))).toBe(true);
        expect(entry['default']?.replace('/dist/', '/src/').replace(/\.js$/, '.ts')).toBe(entry['@spanline/source']);
      }
    });
  },
);
