import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { ROOT, run } from './run.ts';

export { ROOT, run };

const folders: string[] = [];

function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `spanline-${name}-`));
  folders.push(folder);
  return folder;
}

/** Removes every folder made here. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** The tarball of each package, by the name of its folder. */
export function packedTarballs(): Map<string, string> {
  return new Map(Object.entries(inject('tarballs')));
}

/** A tarball's files and a way to read one, without the `package/` that npm puts before each path. */
export function openTarball(file: string): { files: string[]; read: (path: string) => string } {
  const folder = temporaryFolder('unpacked');
  run('tar', ['-xzf', file, '-C', folder], ROOT);
  const root = join(folder, 'package');
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  return { files, read: (path) => readFileSync(join(root, path), 'utf8') };
}

/** `name@version`, with the version that this workspace is tested with. */
export function fromCatalog(name: string): string {
  const version = new RegExp(`^  '?${name}'?: (\\S+)$`, 'm').exec(
    readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8'),
  )?.[1];
  if (version === undefined) throw new Error(`${name} is not in the catalog of pnpm-workspace.yaml`);
  return `${name}@${version}`;
}

/** Folders of packages and of those that they depend on, which npm would look for in the registry. */
function withDependencies(names: readonly string[]): Set<string> {
  const found = new Set(names);
  for (const name of found) {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      if (dependency.startsWith('@spanline/')) found.add(dependency.slice('@spanline/'.length));
    }
  }
  return found;
}

/** An empty npm project with packages installed from their tarballs, and others from the registry. */
export function createProject(
  tarballs: Map<string, string>,
  names: readonly string[],
  others: readonly string[],
  files: Readonly<Record<string, string>>,
): string {
  const folder = temporaryFolder('project');
  const manifest = { name: 'newcomer', version: '1.0.0', private: true };
  for (const [path, text] of Object.entries({ 'package.json': JSON.stringify(manifest), ...files })) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const packed = [...withDependencies(names)].map((name) => tarballs.get(name) ?? name);
  run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', ...packed, ...others],
    folder,
  );
  return folder;
}

/**
 * Runs a project's `program.mjs` beside this process, whose fake providers have to answer it.
 *
 * @returns the JSON that it prints on a line after `::`
 */
export async function runProgram<T>(project: string): Promise<T> {
  const child = spawn(process.execPath, ['program.mjs'], { cwd: project, env: { ...process.env, NODE_OPTIONS: '' } });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number];
  const line = output.split('\n').find((text) => text.startsWith('::'));
  if (code !== 0 || line === undefined) throw new Error(`the program ended with ${code}:\n${output}`);
  return JSON.parse(line.slice(2)) as T;
}
