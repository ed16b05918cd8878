/** An application as its folder shows it: package.json, sources, and files that say how it is run. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { glob } from 'tinyglobby';
import { isPlainObject, props } from '@spanline/record';
import { fail } from '../../fail.ts';
import { importsOf } from './imports.ts';

/** A source file. */
export interface SourceFile {
  /** Relative to the folder, with slashes. */
  readonly path: string;
  readonly text: string;
  /** Specifiers of imports, as they are written. */
  readonly imports: readonly string[];
}

/** An application. */
export interface App {
  readonly folder: string;
  /** Text of package.json. */
  readonly manifestText: string;
  readonly manifest: Readonly<Record<string, unknown>>;
  /** Names of the packages that it declares. */
  readonly declared: ReadonlySet<string>;
  readonly sources: readonly SourceFile[];
  /** Configuration: scripts, containers, pipelines, log agents. */
  readonly settings: readonly Omit<SourceFile, 'imports'>[];
}

const SOURCES = '**/*.{js,mjs,cjs,ts,mts,cts,jsx,tsx}';
const NOT_SOURCES = [
  '**/node_modules/**',
  '**/{dist,build,out,coverage,vendor}/**',
  '**/{test,tests,__tests__,spec}/**',
  '**/*.{test,spec,d}.*',
  '**/*.config.*',
  '**/*.min.js',
];
const SETTINGS = [
  '*.{yml,yaml,toml,conf,sh}',
  '{Dockerfile,Procfile,Makefile}*',
  '{.github/workflows,deploy,docker,k8s,ops,config,infra}/**/*.{yml,yaml,toml,conf,json,sh}',
  'amazon-cloudwatch-agent.json',
  '.env',
];
const MAX_FILES = 5000;
const MAX_BYTES = 1_000_000;
const FIELDS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

function read(folder: string, path: string): string {
  try {
    const text = readFileSync(join(folder, path), 'utf8');
    return text.length > MAX_BYTES ? '' : text;
  } catch {
    return '';
  }
}

async function list(folder: string, patterns: string | readonly string[]): Promise<{ path: string; text: string }[]> {
  const paths = await glob(patterns, { cwd: folder, dot: true, ignore: NOT_SOURCES, followSymbolicLinks: false });
  return paths
    .toSorted()
    .slice(0, MAX_FILES)
    .map((path) => ({ path, text: read(folder, path) }));
}

/** Parses the text of a package.json. @throws SpanlineError `ERR_INVALID_OPTION` */
function parseManifest(text: string): Readonly<Record<string, unknown>> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    return fail('package.json', 'readable JSON');
  }
  return isPlainObject(manifest) ? manifest : fail('package.json', 'a JSON object');
}

/**
 * Reads an application.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` if the folder has no readable package.json
 */
export async function readApp(path: string, option: string): Promise<App> {
  const folder = resolve(path);
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return fail(option, 'a folder with a package.json');
  const manifestText = readFileSync(file, 'utf8');
  const manifest = parseManifest(manifestText);
  const sources = await list(folder, SOURCES);
  return {
    folder,
    manifestText,
    manifest,
    declared: new Set(FIELDS.flatMap((field) => Object.keys(props(manifest[field])))),
    sources: sources.map(({ path: name, text }) => ({ path: name, text, imports: importsOf(text) })),
    settings: await list(folder, SETTINGS),
  };
}

/** The package that a specifier names: `@langchain/core/tools` is of `@langchain/core`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The folder of an installed package, from the application's folder upwards; `undefined` if it is not installed. */
export function installedFolder(folder: string, name: string): string | undefined {
  const own = join(folder, 'node_modules', name);
  if (existsSync(join(own, 'package.json'))) return own;
  const parent = dirname(folder);
  return parent === folder ? undefined : installedFolder(parent, name);
}
