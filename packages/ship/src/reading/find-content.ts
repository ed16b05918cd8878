import type { Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BoundedMap } from '@spanline/record';
import { findTwin, isBeginningOf } from './copies.ts';
import { fileId } from './file-id.ts';
import { isGzip } from './gzip.ts';
import { type History, idOf, type KnownFiles, statFile } from './known-files.ts';
import { createNeighbours, type Neighbours } from './neighbours.ts';
import type { ReadFiles } from './read-files.ts';
import { createRenamedFiles } from './renamed-files.ts';
import { createSiblings } from './siblings.ts';

/** A content that a watched path has, or had, and the file that it is in now. */
export interface FoundContent {
  readonly path: string;
  readonly watched: string;
  readonly stats: Stats;
  /** Folder of its checkpoints. */
  readonly folder: string;
  /** It is a copy of a file that is gone. */
  readonly isCopy: boolean;
}

/** A compressed file. */
export interface FoundPacked {
  readonly path: string;
  readonly watched: string;
  /** It is to be read also if it is no copy of a file that is known. */
  readonly isNew: boolean;
}

/** A file whose content is not the one that is known of its inode and path. */
interface Stranger {
  readonly path: string;
  readonly stats: Stats;
  /** Folder of its content, if that was found under another path. */
  readonly folder: string | undefined;
  /** It is in another folder than the watched path. */
  readonly isAway: boolean;
}

/** Collaborators of {@link createContentFinder}. */
export interface ContentFinderParts {
  readonly known: KnownFiles;
  readonly readFiles: ReadFiles;
  /** Whether the content of a folder is no longer in the file in which it was found. */
  readonly isMoved: (folder: string) => boolean;
  /** Since when unknown files beside a watched one are new, in milliseconds since the epoch. */
  readonly newSince: (watched: string) => number;
  readonly onProblem: (path: string, error: unknown) => void;
}

/** Files that belong to a watched path. */
export interface Finding {
  readonly contents: readonly FoundContent[];
  readonly packed: readonly FoundPacked[];
  /** Folders of contents that are nowhere, as far as that could be seen. */
  readonly gone: readonly string[];
  /** False if a file could not be seen: it moved meanwhile, or may not be read. */
  readonly isWhole: boolean;
}

/** Files in another folder whose names start with that of a watched one. */
function namesakesIn(folder: string, watched: string, siblingsOf: (path: string) => string[]): string[] {
  const namesake = join(folder, basename(watched));
  return [...(statFile(namesake) === undefined ? [] : [namesake]), ...siblingsOf(namesake)];
}

/** Finds what belongs to watched paths. It lists each folder once: use a new one for each look. */
export interface ContentFinder {
  find(watched: string): Finding;
}

const MAX_FILES = 20_000;

/**
 * Creates the search for contents: that of the watched path, those that were rotated to files in its folder, and those
 * in files that a link named. A content is known by the inode of its file. If that is gone, or has another content, it
 * is known by its bytes.
 */
export function createContentSearch({
  known,
  readFiles,
  isMoved,
  newSince,
  onProblem,
}: ContentFinderParts): () => ContentFinder {
  /** Files that are not to be read, and what that was decided from. */
  const ignored = new BoundedMap<string, string>(MAX_FILES);
  const later = new BoundedMap<string, true>(MAX_FILES);
  const pathIn = createRenamedFiles();

  /**
   * Whether a file is a later one than those that are known, or may be a copy of one that was hardly known. It goes on
   * to be, also if it cannot be read or unpacked before others are read on.
   */
  function isLater(stats: Stats, watched: string, { hardlyKnownSince }: History): boolean {
    const id = fileId(stats);
    if (later.has(id)) return true;
    // Another content of a file that is known is later.
    const last = known.lastOf(id);
    const isKnown = last !== undefined && known.watchedOf(last) === watched;
    const isIt = isKnown || stats.mtimeMs >= Math.min(newSince(watched), hardlyKnownSince);
    if (isIt) later.set(id, true);
    return isIt;
  }

  /** The folder of the content that a file has, if its inode identifies it. */
  function knownFolder(stats: Stats): string | undefined {
    const folder = known.lastOf(fileId(stats));
    return folder === undefined || isMoved(folder) || known.isReplaced(folder, stats) ? undefined : folder;
  }

  /** A content whose file has a name that does not begin like that of the watched one. */
  function findRenamed(
    folder: string,
    places: ReadonlySet<string>,
  ): Pick<FoundContent, 'path' | 'stats' | 'folder'> | undefined {
    for (const place of places) {
      const path = pathIn(place, idOf(folder));
      const stats = path === undefined || isGzip(path) ? undefined : statFile(path);
      if (path !== undefined && stats !== undefined && knownFolder(stats) === folder) return { path, stats, folder };
    }
    return undefined;
  }

  /** The folder of a file beside a watched one; `undefined` if it is not to be read. @throws the system's error */
  function folderOf(
    { path, stats, folder, isAway }: Stranger,
    watched: string,
    folders: readonly string[],
    history: History,
    contents: readonly FoundContent[],
  ): Pick<FoundContent, 'folder' | 'isCopy'> | undefined {
    const isNew = !isAway && isLater(stats, watched, history);
    const twin = folder === undefined ? findTwin(path, known.positions(folders), readFiles) : undefined;
    if (twin?.folder !== undefined) return { folder: twin.folder, isCopy: true };
    if (twin !== undefined || !isNew) return undefined;
    if (folder === undefined && contents.some((whole) => isBeginningOf(path, whole.path))) return undefined;
    return { folder: folder ?? known.nextOf(fileId(stats)), isCopy: false };
  }

  function findOf(watched: string, siblingsOf: (path: string) => string[], neighbours: Neighbours): Finding {
    let isWhole = true;
    const reals = known.realsOf(watched);
    const others = new Set([watched, ...reals].flatMap(siblingsOf).concat(reals));
    others.delete(watched);
    const contents: FoundContent[] = [];
    const strangers: Stranger[] = [];
    const here = new Set<string>();
    for (const path of [...others].filter((other) => !isGzip(other)).concat(watched)) {
      const stats = statFile(path);
      if (stats === undefined) {
        isWhole = false;
        continue;
      }
      const folder = knownFolder(stats);
      if (folder !== undefined && (path === watched || known.watchedOf(folder) === watched)) {
        here.add(folder);
        contents.push({ path, watched, stats, folder, isCopy: false });
      } else if (path === watched) {
        contents.push({ path, watched, stats, folder: known.nextOf(fileId(stats)), isCopy: false });
      } else {
        strangers.push({ path, stats, folder, isAway: false });
      }
    }
    const folders = known.foldersOf(watched);
    const isGone = (folder: string): boolean => !here.has(folder);
    const places = new Set([watched, ...reals].map((path) => dirname(path)));
    const addRenamed = (sought: readonly string[], within: ReadonlySet<string>): void => {
      for (const content of sought.filter(isGone).flatMap((folder) => findRenamed(folder, within) ?? [])) {
        here.add(content.folder);
        contents.push({ ...content, watched, isCopy: false });
      }
    };
    addRenamed(folders, places);
    // Such as `olddir` of logrotate.
    const within = folders.some(isGone) ? [...places].flatMap(neighbours.within) : [];
    addRenamed(folders, new Set(within));
    // The files beside may be those of other programs: a file is known there by its inode and its age alone.
    const aged = folders.filter((folder) => isGone(folder) && (known.originOf(folder)?.bornAt ?? 0) > 0);
    if (aged.length > 0) addRenamed(aged, new Set([...places].flatMap(neighbours.beside)));
    const gone = folders.filter(isGone);
    const away = gone.length === 0 ? [] : within.flatMap((place) => namesakesIn(place, watched, siblingsOf));
    for (const path of away.filter((other) => !isGzip(other))) {
      const stats = statFile(path);
      const isKnown = stats === undefined || knownFolder(stats) !== undefined;
      if (!isKnown) strangers.push({ path, stats, folder: undefined, isAway: true });
    }
    let isClear = true;
    let loaded: History | undefined;
    const history = (): History => (loaded ??= known.historyOf(watched, gone));
    for (const stranger of strangers) {
      const { path, stats } = stranger;
      const basis = `${stats.ino} ${stats.size} ${stats.mtimeMs} ${gone.join()}`;
      if (ignored.get(path) === basis) continue;
      try {
        const found = folderOf(stranger, watched, folders, history(), contents);
        if (found === undefined) ignored.set(path, basis);
        else if (!here.has(found.folder)) contents.push({ path, watched, stats, ...found });
      } catch (error) {
        isWhole = isClear = false;
        onProblem(path, error);
      }
    }
    const packed = [...others].filter(isGzip).map((path): FoundPacked => {
      const stats = statFile(path);
      return { path, watched, isNew: stats !== undefined && isLater(stats, watched, history()) };
    });
    packed.push(...away.filter(isGzip).map((path): FoundPacked => ({ path, watched, isNew: false })));
    const found = new Set(contents.map(({ folder }) => folder));
    return { contents, packed, gone: isClear ? gone.filter((folder) => !found.has(folder)) : [], isWhole };
  }

  return () => {
    const siblingsOf = createSiblings();
    const neighbours = createNeighbours();
    return { find: (watched) => findOf(watched, siblingsOf, neighbours) };
  };
}
