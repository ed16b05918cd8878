/** Packages from PyPI. */

import { join } from 'node:path';
import { run } from './fetch.ts';

/** Makes a virtual environment with a package and its programs. */
export async function makeEnvironment(folder: string, spec: string): Promise<void> {
  await run('python3', ['-m', 'venv', folder]);
  await run(join(folder, 'bin', 'pip'), ['install', '--quiet', spec]);
}

/** Puts the files of a package into a folder, without compiling those that nobody will import. @param options - of pip */
export async function copyPackage(folder: string, spec: string, options: readonly string[] = []): Promise<void> {
  const args = ['install', '--quiet', '--no-compile', '--target', folder, ...options, spec];
  await run('python3', ['-m', 'pip', ...args]);
}
