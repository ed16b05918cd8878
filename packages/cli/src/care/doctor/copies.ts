/** Copies of packages that are installed twice. */

import { type Dirent, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { props } from '@spanline/record';

/** A package that is installed in several places. */
export interface Copies {
  readonly name: string;
  /** Versions, one for each place. */
  readonly versions: readonly string[];
}

const MAX_FOLDERS = 50_000;

/** Packages of which a second copy is not traced, or traces on its own. */
const isWatched = (name: string): boolean =>
  name.startsWith('@spanline/') ||
  [
    'openai',
    '@anthropic-ai/sdk',
    '@google/genai',
    '@aws-sdk/client-bedrock-runtime',
    '@langchain/core',
    'llamaindex',
  ].includes(name);

function entries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function versionOf(folder: string): string | undefined {
  try {
    return String(props(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))['version']);
  } catch {
    return undefined;
  }
}

/** Finds packages with more than one copy below a folder of an application. */
export function findCopies(folder: string): Copies[] {
  const places = new Map<string, Map<string, string>>();
  const folders = [join(folder, 'node_modules')];

  function look(path: string, name: string, isLink: boolean): void {
    if (isWatched(name)) {
      const version = versionOf(path);
      const known = places.get(name) ?? new Map<string, string>();
      if (version !== undefined) places.set(name, known.set(realpathSync(path), version));
    }
    if (!isLink) folders.push(join(path, 'node_modules'));
  }

  for (let at = 0; at < folders.length && at < MAX_FOLDERS; at++) {
    const parent = folders[at] ?? '';
    for (const entry of entries(parent)) {
      const path = join(parent, entry.name);
      const isLink = entry.isSymbolicLink();
      if (entry.name === '.pnpm') folders.push(...entries(path).map(({ name }) => join(path, name, 'node_modules')));
      else if (entry.name.startsWith('@')) {
        for (const inner of entries(path))
          look(join(path, inner.name), `${entry.name}/${inner.name}`, inner.isSymbolicLink());
      } else if (!entry.name.startsWith('.')) look(path, entry.name, isLink);
    }
  }
  return [...places]
    .filter(([, known]) => known.size > 1)
    .map(([name, known]) => ({ name, versions: [...known.values()].toSorted() }));
}
