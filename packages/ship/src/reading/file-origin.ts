/** Where the file of a folder in the state was found. */

import { closeSync, fstatSync, openSync, readFileSync, realpathSync, type Stats } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from '../state/replace-file.ts';
import { isSameFile } from './file-id.ts';
import { fingerprintOf } from './fingerprint.ts';

/** Where a file was found. */
export interface FileOrigin {
  /** The path that is watched. */
  readonly watched: string;
  /** The path of the file itself, behind links. */
  readonly real: string;
  /** When the file was created, in milliseconds since the epoch; 0 if the file system does not say. */
  readonly bornAt: number;
  /** The host that found the file. It may have another name later, and another host may go on with the folder. */
  readonly host: string;
  /** Fingerprint of the first bytes, as far as any reader has seen them. A sink that was not served knows fewer. */
  readonly start?: string;
  /** All of it was read in a copy, or its loss was reported. */
  readonly isSettled?: true;
}

/** Name of the file that says where the content of its folder was found. */
export const ORIGIN_FILE = 'origin.json';

/** Loads where the file of a folder was found; `undefined` if that is not known. */
export function loadOrigin(folder: string): FileOrigin | undefined {
  try {
    const {
      watched,
      real,
      bornAt = 0,
      host = hostname(),
      start,
      isSettled,
    } = JSON.parse(readFileSync(join(folder, ORIGIN_FILE), 'utf8')) as Partial<FileOrigin>;
    return typeof watched === 'string' && typeof real === 'string'
      ? {
          watched,
          real,
          bornAt,
          host,
          ...(start === undefined ? {} : { start }),
          ...(isSettled === true ? { isSettled } : {}),
        }
      : undefined;
  } catch {
    return undefined;
  }
}

/** The path of a file behind links; the same if there is none. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The first bytes of a file that was found; nothing if it may not be read, or another file has its path by now. */
function startAt(path: string, stats: Stats): Pick<FileOrigin, 'start'> {
  let handle: number | undefined;
  try {
    handle = openSync(path, 'r');
    return isSameFile(fstatSync(handle), stats, path) ? { start: fingerprintOf(handle) } : {};
  } catch {
    return {};
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** Where a file is found now. */
export function originOf(path: string, watched: string, stats: Stats): FileOrigin {
  const { birthtimeMs: bornAt } = stats;
  return { watched, real: realPath(path), bornAt, host: hostname(), ...startAt(path, stats) };
}

/** Writes where the file of a folder was found. @throws the system's error */
export function saveOrigin(folder: string, origin: FileOrigin): void {
  replaceFile(join(folder, ORIGIN_FILE), JSON.stringify(origin), { isDurable: false });
}

/** Whether a folder says where its file was found. */
export const hasOrigin = (folder: string): boolean => loadOrigin(folder) !== undefined;

/** Remembers the first bytes of a file. @throws the system's error */
export function saveStart(folder: string, start: string): void {
  const origin = loadOrigin(folder);
  if (origin !== undefined) saveOrigin(folder, { ...origin, start });
}

/** Notes that all of a file that is gone was read in a copy, or its loss was reported. @throws the system's error */
export function settle(folder: string): void {
  const origin = loadOrigin(folder);
  if (origin !== undefined) saveOrigin(folder, { ...origin, isSettled: true });
}

/** Whether all of a file that is gone was read in a copy, or its loss was reported. */
export const isSettled = (folder: string): boolean => loadOrigin(folder)?.isSettled === true;

/** Fingerprint of the first bytes of a folder's file, as far as any reader has seen them. */
export const seenStart = (folder: string): string | undefined => loadOrigin(folder)?.start;
