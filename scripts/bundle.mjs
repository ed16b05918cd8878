/**
 * Bundles the JavaScript of packages that most programs load: one file for each entry, and one for what entries share.
 * Finding, reading and compiling hundreds of small modules takes longer than running them. `tsc` writes the types.
 */

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Their `tsconfig.json` has `emitDeclarationOnly`. */
const BUNDLED = readdirSync(join(ROOT, 'packages')).filter((name) => {
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'packages', name, 'tsconfig.json'), 'utf8'));
  return compilerOptions.emitDeclarationOnly === true;
});

/** The sources of a package's entries, by the names of their files in `dist`. */
function entriesOf(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const targets = Object.values(exports).filter((target) => typeof target === 'object');
  return Object.fromEntries(
    targets.map((target) => [
      target.default.replace(/^\.\/dist\/(.+)\.js$/, '$1'),
      join(folder, target['@spanline/source']),
    ]),
  );
}

const isCode = (name) => /\.js(?:\.map)?$/.test(name);

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Writes what differs, each file at once: other processes may be loading the package. */
function update(dist, files) {
  for (const { path, text } of files) {
    if (readIfThere(path) === text) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.${process.pid}`, text);
    renameSync(`${path}.${process.pid}`, path);
  }
  const kept = new Set(files.map(({ path }) => path));
  for (const name of readdirSync(dist, { recursive: true }).filter(isCode)) {
    if (!kept.has(join(dist, name))) rmSync(join(dist, name));
  }
}

for (const name of BUNDLED) {
  const folder = join(ROOT, 'packages', name);
  const dist = join(folder, 'dist');
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: entriesOf(folder),
    outdir: dist,
    bundle: true,
    splitting: true,
    chunkNames: 'shared/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'es2023',
    // Dependencies stay imports. The sources are published beside the bundle.
    packages: 'external',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    write: false,
  });
  update(dist, outputFiles);
}
