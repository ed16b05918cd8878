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

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8')) as Manifest;

/** Folders of packages and of those that they depend on, which an installer would look for in the registry. */
function withDependencies(names: readonly string[]): Set<string> {
  const found = new Set(names);
  for (const name of found) {
    for (const dependency of Object.keys(manifestOf(name).dependencies ?? {})) {
      if (dependency.startsWith('@spanline/')) found.add(dependency.slice('@spanline/'.length));
    }
  }
  return found;
}

const versionOf = (spec: string): [name: string, version: string] => {
  const at = spec.lastIndexOf('@');
  return [spec.slice(0, at), spec.slice(at + 1)];
};

/**
 * Files lie where npm puts them, and are links to one copy on this machine: npm, which writes each anew, takes three times
 * as long. The commands of the README run npm itself.
 */
const INSTALLER = {
  nodeLinker: 'hoisted',
  autoInstallPeers: false,
  strictDepBuilds: false,
  minimumReleaseAge: 0,
};

/** A project with packages installed from their tarballs, and others, as `name@version`, from the registry. */
export function createProject(
  tarballs: Map<string, string>,
  names: readonly string[],
  others: readonly string[],
  files: Readonly<Record<string, string>>,
): string {
  const folder = temporaryFolder('project');
  const packed = Object.fromEntries(
    [...withDependencies(names)].map((name) => [manifestOf(name).name, `file:${tarballs.get(name) ?? name}`]),
  );
  const dependencies = { ...packed, ...Object.fromEntries(others.map(versionOf)) };
  const manifest = { name: 'newcomer', version: '1.0.0', private: true, dependencies };
  // JSON is YAML.
  const workspace = { ...INSTALLER, overrides: packed };
  const own = { 'package.json': JSON.stringify(manifest), 'pnpm-workspace.yaml': JSON.stringify(workspace) };
  for (const [path, text] of Object.entries({ ...own, ...files })) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  run(inject('pnpm'), ['install', '--prefer-offline', '--no-frozen-lockfile'], folder);
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
