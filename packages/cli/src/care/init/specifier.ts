/** How a file of an application names another one in an import. */

import { posix } from 'node:path';
import { props } from '@spanline/record';
import type { App, SourceFile } from '../app/read-app.ts';

const RELATIVE = /^\.\.?\//;
const RUN_AS_IT_IS = /\bnode\b[^&|;]*\.[cm]?ts\b/;

/** Sources in TypeScript are imported by the name that they have, that they get, or without an ending. */
function endingOf({ manifest, settings }: App, { path, imports }: SourceFile): string {
  const extension = posix.extname(path).replace('x', '');
  if (!extension.endsWith('ts')) return extension;
  const compiled = extension.replace('ts', 'js');
  const [usual] = imports.filter((specifier) => RELATIVE.test(specifier) && !specifier.endsWith('.json'));
  if (usual !== undefined) return usual.endsWith(extension) ? extension : usual.endsWith(compiled) ? compiled : '';
  const scripts = Object.values(props(manifest['scripts'])).join('\n');
  if (RUN_AS_IT_IS.test(scripts) || settings.some(({ text }) => /allowImportingTsExtensions"?\s*:\s*true/.test(text)))
    return extension;
  return manifest['type'] === 'module' || extension !== '.ts' ? compiled : '';
}

/**
 * The specifier by which a file imports another one.
 *
 * @param target - path without its ending
 */
export function specifierOf(app: App, from: SourceFile, target: string): string {
  const path = posix.relative(posix.dirname(from.path), target);
  return `${path.startsWith('.') ? path : `./${path}`}${endingOf(app, from)}`;
}

/** Tells whether a specifier of a file leads to a target, whatever its ending. */
export function leadsTo(from: SourceFile, specifier: string, target: string): boolean {
  if (!RELATIVE.test(specifier)) return false;
  const path = posix.join(posix.dirname(from.path), specifier);
  return path.replace(/\.[cm]?[jt]s$/, '') === target;
}
