import { readdirSync } from 'node:fs';
import { join, parse, resolve, sep } from 'node:path';

const WILDCARD = /[*?]/;

function toPattern(part: string): RegExp {
  const escaped = part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}$`);
}

function expandPart(folder: string, part: string): string[] {
  if (!WILDCARD.test(part)) return [join(folder, part)];
  const pattern = toPattern(part);
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name) && (part.startsWith('.') || !name.startsWith('.')))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/**
 * Expands the wildcards `*` and `?` to the paths that exist now. A path without wildcards is returned as it is, whether
 * it exists or not.
 */
export function expandGlob(pattern: string): string[] {
  const path = resolve(pattern);
  const { root } = parse(path);
  return path
    .slice(root.length)
    .split(sep)
    .reduce<string[]>((found, part) => found.flatMap((folder) => expandPart(folder, part)), [root]);
}
