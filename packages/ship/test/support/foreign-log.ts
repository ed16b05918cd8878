import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fileId } from '../../src/reading/file-id.ts';
import { seenStart } from '../../src/reading/file-origin.ts';
import { fingerprintBytes } from '../../src/reading/fingerprint.ts';
import { idOf, openKnownFiles } from '../../src/reading/known-files.ts';

/** A log that another program writes and rotates, also in the middle of a line. */
export interface ForeignLog {
  readonly path: string;
  /** Writes lines, the last one half where that is asked for; what was half written before is ended first. */
  write(numbers: readonly number[], half: number | undefined): void;
  /** The program goes on in the renamed file until its line is ended. */
  rename(): void;
  /** As {@link rename}; then the renamed file is compressed, and only that is left. */
  compress(): void;
  /**
   * The half of a line that was copied is cut away, and its other half begins the file: it is lost, and said.
   * @returns its number
   */
  copyAndCut(): number | undefined;
  /**
   * The file is copied and deleted, and the program begins another one. What it had half written stays so.
   * @returns the number of that line
   */
  copyAndDelete(): number | undefined;
  /** The file is deleted, with a line that is half there. The program begins another one, which may get its inode. */
  recreate(numbers: readonly number[]): void;
  /** Numbers of lines in the file that is written; with `half`, also that of a line that is half there. */
  current(half: boolean): number[];
  /** Numbers of whole lines, in the log and everything that it was rotated into. */
  numbers(): number[];
  /** Whether a shipper that remembers in a folder has seen the file that is written. */
  isKnownTo(state: string): boolean;
  /** Whether one has noted the file that is written. */
  isNotedIn(state: string): boolean;
  /** Whether one has seen so much of it that each knows a copy of it. */
  isWellKnownTo(state: string): boolean;
}

/** Lines differ at both ends: a place is known by the bytes before it. */
const lineOf = (n: number): string => `${JSON.stringify({ n, text: 'y'.repeat(300), end: n })}\n`;
const HALF = 40;
/** First bytes by which a copy is known. */
const WELL_KNOWN_BYTES = 64;

/** A log in a folder. */
export function createForeignLog(folder: string): ForeignLog {
  const path = join(folder, 'app.log');
  const rotated: string[] = [];
  /** The file that the program has open. */
  let target = path;
  let open: number | undefined;

  function end(): number | undefined {
    const ended = open;
    if (open !== undefined) appendFileSync(target, lineOf(open).slice(HALF));
    open = undefined;
    target = path;
    return ended;
  }

  function rename(): string {
    const to = `${path}.${rotated.length + 1}`;
    rotated.push(to);
    renameSync(path, to);
    if (open !== undefined) target = to;
    end();
    appendFileSync(path, '');
    return to;
  }

  const textOf = (name: string): string => {
    if (existsSync(`${name}.gz`)) return gunzipSync(readFileSync(`${name}.gz`)).toString();
    return existsSync(name) ? readFileSync(name, 'utf8') : '';
  };

  return {
    path,
    write(numbers, half) {
      end();
      appendFileSync(path, numbers.map(lineOf).join(''));
      if (half === undefined) return;
      appendFileSync(path, lineOf(half).slice(0, HALF));
      open = half;
    },
    rename: () => void rename(),
    compress() {
      const from = rename();
      // It has room on a disk that is full for others.
      appendFileSync(`${from}.gz`, gzipSync(readFileSync(from)));
      rmSync(from);
    },
    copyAndCut() {
      rotated.push(`${path}.${rotated.length + 1}`);
      copyFileSync(path, rotated.at(-1) ?? '');
      truncateSync(path);
      return end();
    },
    copyAndDelete() {
      rotated.push(`${path}.${rotated.length + 1}`);
      copyFileSync(path, rotated.at(-1) ?? '');
      rmSync(path);
      appendFileSync(path, '');
      const cut = open;
      open = undefined;
      target = path;
      return cut;
    },
    recreate(numbers) {
      open = undefined;
      target = path;
      rmSync(path);
      appendFileSync(path, numbers.map(lineOf).join(''));
    },
    current(half) {
      const whole = [...textOf(path).matchAll(/^\{"n":(\d+).*\}$/gm)].map(([, n]) => Number(n));
      return half && open !== undefined ? [...whole, open] : whole;
    },
    numbers: () =>
      [path, ...rotated].flatMap((name) => [...textOf(name).matchAll(/^\{"n":(\d+).*\}$/gm)].map(([, n]) => Number(n))),
    isKnownTo: (state) => isKnown(path, state),
    isNotedIn: (state) => foldersOf(path, state).length > 0,
    isWellKnownTo: (state) => isWellKnown(path, state),
  };
}

/** A link that names the log of the day, which another program writes. */
export interface LinkedLog {
  readonly path: string;
  write(numbers: readonly number[]): void;
  /** The link names the file of the next day. */
  retarget(): void;
  /** Numbers of the lines of all days. */
  numbers(): number[];
  /** Numbers of the lines of this day. */
  current(): number[];
  isKnownTo(state: string): boolean;
  /** Whether a shipper that remembers in a folder has noted the file of this day. */
  isNotedIn(state: string): boolean;
}

/** A log in a folder, behind a link. */
export function createLinkedLog(folder: string): LinkedLog {
  const path = join(folder, 'current.log');
  let day = 0;
  const fileOf = (of: number): string => join(folder, `day-${of}.data`);
  const retarget = (): void => {
    day++;
    appendFileSync(fileOf(day), '');
    rmSync(path, { force: true });
    symlinkSync(fileOf(day), path);
  };
  retarget();
  const numbersOf = (of: number): number[] =>
    [...readFileSync(fileOf(of), 'utf8').matchAll(/^\{"n":(\d+)/gm)].map(([, n]) => Number(n));
  return {
    path,
    write: (numbers) => appendFileSync(fileOf(day), numbers.map(lineOf).join('')),
    retarget,
    numbers: () => Array.from({ length: day }, (_, index) => numbersOf(index + 1)).flat(),
    current: () => numbersOf(day),
    isKnownTo: (state) => isKnown(path, state),
    isNotedIn: (state) => foldersOf(path, state).length > 0,
  };
}

/** Folders of the contents that a file has had. A file that was deleted may have had its inode before. */
function foldersOf(path: string, state: string): string[] {
  if (!existsSync(path)) return [];
  const stats = statSync(path);
  const known = openKnownFiles(state);
  return known.foldersOf(path).filter((folder) => idOf(folder) === fileId(stats) && !known.isReplaced(folder, stats));
}

function isKnown(path: string, state: string): boolean {
  return foldersOf(path, state).some((folder) => existsSync(join(folder, 'checkpoint-datadog.json')));
}

function isWellKnown(path: string, state: string): boolean {
  return foldersOf(path, state).some((folder) => fingerprintBytes(seenStart(folder) ?? '0') >= WELL_KNOWN_BYTES);
}
