import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';

const PACKAGES = join(import.meta.dirname, '../../packages');

/** Copies of workspace packages, as a second version of them in the dependency tree has its own modules. */
export interface Installation {
  /** Loads a module of a copied package. */
  load<T>(name: string, entry?: string): Promise<T>;
  remove(): void;
}

/** Dependencies by name: `pino`, `@langchain/core`. */
function dependenciesOf(modules: string): string[] {
  if (!existsSync(modules)) return [];
  return readdirSync(modules).flatMap((name) => {
    if (name.startsWith('.')) return [];
    return name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name];
  });
}

/**
 * Installs packages a second time, beside the running test. They see each other's copies; all other dependencies are those of the workspace.
 *
 * @param names - folders of `packages/`
 */
export function installAgain(...names: string[]): Installation {
  const folder = mkdtempSync(join(dirname(expect.getState().testPath ?? import.meta.filename), '.child-'));
  for (const name of names) {
    const from = join(PACKAGES, name);
    cpSync(join(from, 'src'), join(folder, name, 'src'), { recursive: true });
    cpSync(join(from, 'package.json'), join(folder, name, 'package.json'));
    for (const dependency of dependenciesOf(join(from, 'node_modules'))) {
      const link = join(folder, name, 'node_modules', dependency);
      // A framework may have the name of our package for it.
      const own = dependency.startsWith('@spanline/') ? dependency.replace('@spanline/', '') : '';
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(names.includes(own) ? join(folder, own) : join(from, 'node_modules', dependency), link);
    }
  }
  return {
    load: async <T>(name: string, entry = 'index.ts') =>
      (await import(pathToFileURL(join(folder, name, 'src', entry)).href)) as T,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
