/** The parts of package.json and tsconfig.json that follow from something else: from the repository, from `exports`, from the dependencies. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE_CONDITION = '@spanline/source';
const REPOSITORY = 'https://github.com/spanline/spanline';

type Json = Record<string, unknown>;

/** `tsconfig.json` of a new package. */
const NEW_PROJECT: Json = {
  extends: '../../tsconfig.base.json',
  compilerOptions: { rootDir: 'src', outDir: 'dist', tsBuildInfoFile: 'dist/.tsbuildinfo' },
  include: ['src'],
};

/** Every derived file of the workspace: its path from the root, and what it has to be. */
export function deriveManifests(root: string): Map<string, Json> {
  const read = (path: string): Json => JSON.parse(readFileSync(join(root, path), 'utf8')) as Json;
  const members = (folder: string): string[] => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  const packages = members('packages');
  const names = new Map(packages.map((folder) => [read(`${folder}/package.json`)['name'], folder]));
  const derived = new Map<string, Json>();

  for (const folder of ['', ...packages, ...members('examples'), 'test']) {
    const path = join(folder, 'package.json');
    derived.set(path, { ...read(path), ...common(folder), ...published(read(path)) });
  }
  for (const folder of packages) {
    const { dependencies = {} } = read(`${folder}/package.json`) as { dependencies?: Json };
    const paths = Object.keys(dependencies).flatMap((name) => names.get(name)?.replace('packages/', '../') ?? []);
    const path = `${folder}/tsconfig.json`;
    derived.set(path, references(existsSync(join(root, path)) ? read(path) : NEW_PROJECT, paths));
  }
  derived.set('tsconfig.build.json', references(read('tsconfig.build.json'), packages));
  derived.set('tsconfig.test.json', references(read('tsconfig.test.json'), packages));
  // Sources for a browser have a project of their own.
  const pages = packages.map((folder) => `${folder}/page`).filter((folder) => existsSync(join(root, folder)));
  derived.set('tsconfig.json', references(read('tsconfig.json'), [...packages, ...pages, 'tsconfig.test.json']));
  return derived;
}

function common(folder: string): Json {
  return {
    homepage: folder === '' ? `${REPOSITORY}#readme` : `${REPOSITORY}/tree/main/${folder}#readme`,
    bugs: `${REPOSITORY}/issues`,
    license: 'MIT',
    author: 'The Spanline authors',
    repository: { type: 'git', url: `git+${REPOSITORY}.git`, ...(folder === '' ? {} : { directory: folder }) },
  };
}

/**
 * For npm: `exports` without the condition that resolves to the TypeScript sources, and the compiled program. In a
 * checkout, a program runs from its sources.
 */
function published(manifest: Json): Json {
  if (manifest['private'] === true) return {};
  const { bin = {} } = manifest as { bin?: Json };
  const programs = Object.keys(bin).map((name) => [name, './dist/main.js']);
  return {
    publishConfig: {
      ...(programs.length === 0 ? {} : { bin: Object.fromEntries(programs) as Json }),
      exports: withoutSource(manifest['exports']),
      access: 'public',
    },
  };
}

function withoutSource(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== SOURCE_CONDITION);
  return Object.fromEntries(kept.map(([key, entry]) => [key, withoutSource(entry)]));
}

function references(config: Json, paths: readonly string[]): Json {
  const { references: _old, ...rest } = config;
  return paths.length === 0 ? rest : { ...rest, references: paths.toSorted().map((path) => ({ path })) };
}
