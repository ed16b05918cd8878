import { readdirSync } from 'node:fs';
import { join, parse, resolve, sep } from 'node:path';

const WILDCARD = /[*?]/;

function toPattern(part: string): RegExp {
  const escaped = part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}$`);
}

/** Returns a function that says whether a path matches a pattern. */
export function globMatcher(pattern: string): (path: string) => boolean {
  const parts = resolve(pattern).split(sep).map(toPattern);
  return (path) => {
    const names = path.split(sep);
    return parts.length === names.length && parts.every((part, index) => part.test(names[index] ?? ''));
  };
}

/** Called for a folder that cannot be listed, and with `undefined` once it can. */
type OnFolder = (folder: string, reason: string | undefined) => void;

function expandPart(folder: string, part: string, onFolder: OnFolder): string[] {
  if (!WILDCARD.test(part)) return [join(folder, part)];
  const pattern = toPattern(part);
  try {
    const names = readdirSync(folder);
    onFolder(folder, undefined);
    return names
      .filter((name) => pattern.test(name) && (part.startsWith('.') || !name.startsWith('.')))
      .map((name) => join(folder, name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') onFolder(folder, `cannot be listed (${code ?? String(error)})`);
    return [];
  }
}

/** Whether a path has wildcards. */
export function isPattern(path: string): boolean {
  return WILDCARD.test(path);
}

/**
 * Expands the wildcards `*` and `?` to the paths that exist now. A path without wildcards is returned as it is, whether
 * it exists or not.
 */
export function expandGlob(pattern: string, onFolder: OnFolder): string[] {
  const path = resolve(pattern);
  const { root } = parse(path);
  return path
    .slice(root.length)
    .split(sep)
    .reduce<string[]>((found, part) => found.flatMap((folder) => expandPart(folder, part, onFolder)), [root]);
}
