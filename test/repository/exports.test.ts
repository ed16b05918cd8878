import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTracer, type InstrumentationScope, setDefaultTracer } from '@spanline/core';
import { readExports } from '../../scripts/layers/exports.ts';

const PACKAGES = new URL('../../packages/', import.meta.url);

interface Manifest {
  name: string;
  version: string;
  exports: Record<string, { '@spanline/source': string } | string>;
}

// Entries that register an instrumentation leave the worker alone if the process's tracer is disabled.
beforeAll(() => setDefaultTracer(createTracer({ enabled: false })));
afterAll(() => setDefaultTracer(undefined));

describe.each(readdirSync(PACKAGES))('what %s exports', (folder) => {
  const root = new URL(`${folder}/`, PACKAGES);
  const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Manifest;
  const entries = Object.entries(manifest.exports).flatMap(([entry, target]) =>
    typeof target === 'string' ? [] : [{ entry, source: target['@spanline/source'] }],
  );

  it.each(entries)('from $entry', async ({ entry, source }) => {
    const written = readExports(fileURLToPath(new URL(source, root)));
    expect(written).toMatchSnapshot();
    vi.stubEnv('SPANLINE_WIRE', 'false');
    const module = (await import(`${manifest.name}${entry.slice(1)}`)) as object;
    expect(Object.keys(module).toSorted()).toEqual(written.filter((name) => !name.startsWith('type ')));
  });
});

/** Each package's own files: its `node_modules` lead to all the others. */
const scopes = readdirSync(PACKAGES).flatMap((folder) =>
  readdirSync(new URL(`${folder}/src`, PACKAGES), { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?:^|\/)scope\.ts$/.test(path))
    .map((path) => `${folder}/src/${path}`),
);

it.each(scopes)('the scope of spans is the package and the version that its manifest says: %s', async (path) => {
  const manifest = readFileSync(new URL(`${path.split('/')[0]}/package.json`, PACKAGES), 'utf8');
  const { name, version } = JSON.parse(manifest) as Manifest;
  const { SCOPE } = (await import(new URL(path, PACKAGES).href)) as { SCOPE: InstrumentationScope };
  expect(SCOPE).toEqual({ name, version });
});

it('there is one scope for core and each package that starts spans', () => {
  expect(scopes.map((path) => path.split('/')[0]).toSorted()).toEqual(
    [
      'core',
      'express',
      'fastify',
      'hono',
      'next',
      'langchain',
      'llamaindex',
      'openai',
      'anthropic',
      'ai-sdk',
      'mcp',
      'bedrock',
      'google-genai',
      'openai-agents',
      'guards',
      'mastra',
      'wire',
      'claude-agent-sdk',
    ].toSorted(),
  );
});
