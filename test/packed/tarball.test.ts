import { dirname, join } from 'node:path/posix';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTarball, packedTarballs, removeFolders } from './workspace.ts';

let tarballs: Map<string, string>;

beforeAll(() => {
  tarballs = packedTarballs();
});

afterAll(removeFolders);

describe.each([
  'core',
  'express',
  'langchain',
  'llamaindex',
  'openai',
  'anthropic',
  'google-genai',
  'bedrock',
  'mcp',
  'evals',
  'dashboards',
  'next',
  'guards',
  'prompts',
  'replay',
  'wire',
  'openai-agents',
  'mastra',
  'claude-agent-sdk',
])('the tarball of %s', (name) => {
  let tarball: ReturnType<typeof openTarball>;

  beforeAll(() => {
    tarball = openTarball(tarballs.get(name) ?? '');
  });

  it('holds the license, the README, the sources, what was built from them, and nothing else', () => {
    const { files } = tarball;
    expect(files).toEqual(
      expect.arrayContaining(['package.json', 'LICENSE', 'README.md', 'src/index.ts', 'dist/index.js']),
    );
    const expected = /^(?:(?:dist|src)\/.+(?:\.ts|\.js|\.map)|package\.json|LICENSE|README\.md|CHANGELOG\.md)$/;
    expect(files.filter((file) => !expected.test(file) || /\.test\.|(?:^|\/)tests?\//.test(file))).toEqual([]);
    const stale = files.filter((file) => {
      const source = /^dist\/(.+?)(?:\.d\.ts|\.js)$/.exec(file)?.[1];
      // What the entries of a bundled package share has a name of its own.
      return source !== undefined && !source.startsWith('shared/') && !files.includes(`src/${source}.ts`);
    });
    expect(stale, 'built from sources that are gone: remove dist and build').toEqual([]);
  });

  it('has source maps that lead to files in it', () => {
    const maps = tarball.files.filter((file) => file.endsWith('.map'));
    const astray = maps.flatMap((map) => {
      const { sources, sourceRoot = '' } = JSON.parse(tarball.read(map)) as {
        sources: string[];
        sourceRoot?: string;
      };
      const paths = sources.map((source) => join(dirname(map), sourceRoot, source));
      return paths.filter((path) => !tarball.files.includes(path)).map((path) => `${map} → ${path}`);
    });
    expect(maps.length).toBeGreaterThan(0);
    expect(astray).toEqual([]);
  });

  it('has every entry it exports, and nothing in its manifest that means something in this workspace only', () => {
    const manifest = JSON.parse(tarball.read('package.json')) as { exports: Record<string, unknown> };
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target as Record<string, string>),
    );
    expect(targets.filter((target) => !tarball.files.includes(join(target)))).toEqual([]);
    expect(JSON.stringify(manifest)).not.toMatch(/@spanline\/source|workspace:|catalog:/);
  });
});
