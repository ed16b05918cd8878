/** Files of a source: a path, a glob, a folder of rotated files, or a spool. */

import { createReadStream, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { SpanlineError } from '@spanline/record';
import { type LogFile, openLogFile, streamLogFile } from './log-file.ts';

/** Files of a folder, and the segments of a spool's writers. */
const IN_FOLDER = ['*', 'writer-*/*.ndjson'];
/** Files of a spool that hold no lines. */
const NOT_LINES = ['lock-*', 'writer.json', '*.{bz2,xz,zst,zip}'];

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** Characters that may make a path a glob. */
const OF_GLOBS = /[*?{}()[\]!+@|\\]/;

/**
 * Files of a glob. It is given to the library without the folder before it, because the library lists the folder above
 * that one as well, such as all of `/var/log`.
 */
function filesOf(pattern: string): Promise<string[]> {
  const end = pattern.lastIndexOf('/', pattern.search(OF_GLOBS)) + 1;
  const cwd = resolve(pattern.slice(0, end));
  return glob(pattern.slice(end), { cwd, absolute: true, expandDirectories: false });
}

/** Paths of the files, as they are now. Hidden files are left out unless they are named. */
async function listPaths(source: string): Promise<string[]> {
  const path = resolve(source);
  const stats = statOf(path);
  if (stats?.isDirectory() === true)
    return glob(IN_FOLDER, { cwd: path, absolute: true, ignore: NOT_LINES, expandDirectories: false });
  if (stats !== undefined) return [path];
  return isDynamicPattern(source) ? filesOf(source) : [];
}

function noFile(sources: readonly string[], expected = 'a path, folder or glob with a file'): SpanlineError {
  return new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'source', expected, got: sources.join(', ') });
}

/** Bytes of the files of sources, as they are now. @throws SpanlineError `ERR_INVALID_OPTION` if there is no file */
export async function sizeOf(sources: readonly string[]): Promise<number> {
  const found = await Promise.all(sources.map(listPaths));
  const paths = new Set(found.flat());
  if (paths.size === 0) throw noFile(sources);
  return [...paths].reduce((sum, path) => sum + (statOf(path)?.size ?? 0), 0);
}

/** Oldest first. Files of one time keep the order of their names. */
function byAge(paths: readonly string[]): string[] {
  const times = new Map(paths.map((path) => [path, statOf(path)?.mtimeMs ?? 0]));
  return paths.toSorted((a, b) => Number(times.get(a)) - Number(times.get(b)) || (a < b ? -1 : 1));
}

/** Times that the folder is listed again when files were rotated meanwhile. */
const MAX_LOOKS = 5;

/**
 * Opens every file of the sources at once, so that a rotation hides none. A file with several names is opened once.
 *
 * @param onProblem - called for a file that cannot be read
 * @throws SpanlineError `ERR_INVALID_OPTION` if there is no file
 */
export async function openFiles(
  sources: readonly string[],
  onProblem: (path: string, reason: string) => void,
): Promise<LogFile[]> {
  const files = new Map<string, LogFile>();
  const faults = new Map<string, string>();
  const look = async (): Promise<boolean> => {
    const before = files.size;
    const found = await Promise.all(sources.map(listPaths));
    for (const path of byAge([...new Set(found.flat())])) {
      try {
        // A pipe can be read once, and opening one waits for its writer.
        const file = statOf(path)?.isFile() === false ? streamLogFile(createReadStream(path), path) : openLogFile(path);
        const key = file.id ?? path;
        if (files.has(key)) file.close();
        else files.set(key, file);
      } catch (error) {
        faults.set(path, (error as NodeJS.ErrnoException).code ?? String(error));
      }
    }
    return files.size > before;
  };
  for (let looks = 0; looks < MAX_LOOKS && (await look()); looks++);
  for (const [path, reason] of faults) onProblem(path, reason);
  if (files.size === 0) {
    const [fault] = faults.values();
    throw noFile(sources, fault === undefined ? undefined : `readable (${fault})`);
  }
  return [...files.values()];
}
