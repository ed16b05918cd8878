/** The sources of the packages as syntax trees, without the attribute table. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Node, parseSync, type Program, type StringLiteral } from 'oxc-parser';

export const ROOT = join(import.meta.dirname, '../../..');
/** The attribute table itself, in the package of the record. */
export const TABLE = 'schema/attributes/';

/** One file. */
export interface Source {
  readonly folder: string;
  readonly path: string;
  readonly text: string;
  readonly program: Program;
}

export const sources: Source[] = readdirSync(join(ROOT, 'packages')).flatMap((name) => {
  const folder = join(ROOT, 'packages', name);
  return readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes(TABLE))
    .map((path) => {
      const text = readFileSync(join(folder, 'src', path), 'utf8');
      return { folder, path, text, program: parseSync(path, text).program };
    });
});

export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** A literal that is a text. */
export function stringOf(node: Node | null | undefined): (StringLiteral & { value: string }) | undefined {
  return node?.type === 'Literal' && typeof node.value === 'string' ? (node as StringLiteral) : undefined;
}
