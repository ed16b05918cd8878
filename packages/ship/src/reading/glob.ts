import { readdirSync } from 'node:fs';
import { join, parse, resolve, sep } from 'node:path';

const WILD = /[*?]/;

function toPattern(part: string): RegExp {
  const escaped = part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}$`);
}

function expandPart(folder: string, part: string): string[] {
  if (!WILD.test(part)) return [join(folder, part)];
  const pattern = toPattern(part);
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name) && (part.startsWith('.') || !name.startsWith('.')))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Paths that a pattern stands for now: `*` and `?` within names. A path without them stands for itself, whether it is there or not. */
export function expandGlob(pattern: string): string[] {
  const path = resolve(pattern);
  const { root } = parse(path);
  return path
    .slice(root.length)
    .split(sep)
    .reduce<string[]>((found, part) => found.flatMap((folder) => expandPart(folder, part)), [root]);
}
