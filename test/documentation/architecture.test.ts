/** The page about the architecture names every package, and every room of those that it describes room by room. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layerTable } from '../../scripts/layers/table.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/architecture.md'), 'utf8');
/** The paragraphs or the table that begin with the name of a package in bold. */
const section = (name: string): string =>
  new RegExp(String.raw`^\*\*${name}\*\*[^]*?(?=^\*\*|^## )`, 'm').exec(page)?.[0] ?? '';
/** Entries of a package, which are its public names and no rooms. */
const ENTRIES = new Set(['index.ts', 'internal.ts', 'main.ts', 'offline.ts', 'testing.ts']);

const described = Object.entries(layerTable).flatMap(([name, { floors }]) =>
  section(name) === '' ? [] : [{ name, rooms: (floors ?? []).flat().filter((room) => !ENTRIES.has(room)) }],
);

describe('docs/architecture.md', () => {
  it('names every package', () => {
    expect(Object.keys(layerTable).filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([]);
  });

  it('describes the packages with several floors room by room', () => {
    expect(described.map(({ name }) => name)).toEqual([
      'record',
      'core',
      'http',
      'wire',
      'otel',
      'ship',
      'monitor',
      'evals',
      'guards',
      'prompts',
      'replay',
      'query',
      'viewer',
      'viewer/page',
      'dashboards',
      'cli',
    ]);
  });

  it.each(described)('names every room of $name', ({ name, rooms }) => {
    const text = section(name);
    expect(rooms.filter((room) => !text.includes(`\`${room}\``) && !text.includes(`\`${room}/`))).toEqual([]);
  });
});
