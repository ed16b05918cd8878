/**
 * When shippers looked for files. A file that is unknown and was written before the last looks was rotated away before
 * the first one. One that was written since then came between two looks, or a shipper was killed before it noted it.
 */

import { hash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILE_MODE, listNames } from '../state/file-names.ts';
import { makeFolder } from '../state/folder.ts';
import { removeOldest } from '../state/remove-oldest.ts';
import { replaceFile } from '../state/replace-file.ts';

/** The last looks at a folder of logs. Times are in milliseconds since the epoch, on the clock of the file system. */
export interface Looks {
  /** The time of the file system. @throws the system's error */
  now(): number;
  /**
   * Since when files are new: the time at which the look before the last complete one began. A file may move while a
   * look goes on, so that the last one alone does not know all. `undefined` if nobody has looked at the folder.
   */
  since(folder: string): number | undefined;
  /** Notes the first look at a folder, before anything in it is noted. @throws the system's error */
  started(folder: string, at: number): void;
  /** Notes that a look has noted all files in a folder of logs. @throws the system's error */
  completed(folder: string, beganAt: number): void;
}

const FOLDER = 'looks';
const CLOCK = 'clock';
const MAX_FOLDERS = 10_000;

interface Times {
  readonly before: number;
  readonly last: number;
}

function load(path: string): Times | undefined {
  try {
    const { before, last } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Times>;
    return typeof before === 'number' && typeof last === 'number' ? { before, last } : undefined;
  } catch {
    return undefined;
  }
}

/** Opens the times of looks in a state folder. The oldest beyond 10,000 folders of logs are removed. */
export function openLooks(state: string): Looks {
  const home = join(state, FOLDER);
  const times = new Map<string, Times | undefined>();
  const pathOf = (folder: string): string => join(home, `${hash('sha1', folder)}.json`);
  const timesOf = (folder: string): Times | undefined => {
    if (!times.has(folder)) times.set(folder, load(pathOf(folder)));
    return times.get(folder);
  };

  function save(folder: string, next: Times): void {
    times.set(folder, next);
    replaceFile(pathOf(folder), JSON.stringify(next), { isDurable: false });
  }

  removeOldest(
    listNames(home).map((name) => join(home, name)),
    MAX_FOLDERS,
  );
  return {
    now() {
      makeFolder(home);
      const clock = join(home, CLOCK);
      writeFileSync(clock, '', { mode: FILE_MODE });
      return statSync(clock).mtimeMs;
    },
    since: (folder) => timesOf(folder)?.before,
    started: (folder, at) => save(folder, { before: at, last: at }),
    completed: (folder, beganAt) => save(folder, { before: timesOf(folder)?.last ?? beganAt, last: beganAt }),
  };
}
