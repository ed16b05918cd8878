/** Writes the files of a plan: all of them, or none. */

import { realpathSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SpanlineError } from '@spanline/record';
import type { Change } from './plan.ts';

/** Replaces the content of a file at once, with its rights. */
function replace(path: string, text: string): void {
  const target = realpathSync(path);
  const draft = `${target}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: statSync(target).mode });
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function write(folder: string, { path, before, after }: Change): void {
  const file = join(folder, path);
  if (before === undefined) writeFileSync(file, after, { flag: 'wx' });
  else if (readFileSync(file, 'utf8') === before) replace(file, after);
  else throw new Error('it was changed meanwhile');
}

function undo(folder: string, { path, before }: Change): void {
  if (before === undefined) rmSync(join(folder, path), { force: true });
  else replace(join(folder, path), before);
}

/**
 * Writes the files. If one cannot be written, those before it are as they were.
 *
 * @throws SpanlineError `ERR_WRITE`
 */
export function applyChanges(folder: string, changes: readonly Change[]): void {
  const written: Change[] = [];
  for (const change of changes) {
    try {
      write(folder, change);
      written.push(change);
    } catch (cause) {
      for (const done of written.toReversed()) undo(folder, done);
      const problem = `${change.path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}; nothing was changed`;
      throw new SpanlineError({ code: 'ERR_WRITE', problem, cause });
    }
  }
}
