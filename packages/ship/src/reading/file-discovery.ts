import { dirname, join, sep } from 'node:path';
import type { Candidate, Discovery, Source } from '../contracts/source.ts';
import { fileId } from './file-id.ts';
import { originOf } from './file-origin.ts';
import { type FileSource, openFileSource } from './file-source.ts';
import { createContentSearch, type FoundContent, type FoundPacked } from './find-content.ts';
import { expandGlob, globMatcher, isPattern } from './glob.ts';
import { forgetGoneFiles } from './gone-files.ts';
import { isGzip } from './gzip.ts';
import { type KnownFiles, openKnownFiles, statFile } from './known-files.ts';
import type { LineOptions } from './line-decoder.ts';
import { openLooks } from './looks.ts';
import { createLostFiles } from './lost-files.ts';
import { createPackedFiles, type UnpackedFile } from './packed-files.ts';
import { codeOf, createPathProblems, reasonOf } from './path-problems.ts';
import { openReadFiles } from './read-files.ts';

/** Options of {@link discoverFiles}. */
export interface FileDiscoveryOptions {
  /** Paths; `*` and `?` are wildcards. */
  readonly patterns: readonly string[];
  /** Folder of the checkpoints. */
  readonly state: string;
  /** Nothing will be appended to the files. */
  readonly isFinal: boolean;
  /** @defaultValue `{}` */
  readonly lines?: LineOptions;
  /** Unpacked content that may wait to be read. @defaultValue 1 GiB */
  readonly maxUnpackedBytes?: number;
  /** Called when a path cannot be shipped, once until the reason changes. */
  readonly onProblem?: (path: string, reason: string) => void;
}

const FORGET_MS = 3_600_000;

/**
 * Finds the files at watched paths, and files that were there while no shipper was running: rotated ones, and those
 * that a link named.
 */
export function discoverFiles({
  patterns,
  state,
  isFinal,
  lines = {},
  maxUnpackedBytes = 1_073_741_824,
  onProblem = () => {},
}: FileDiscoveryOptions): Discovery {
  const problems = createPathProblems(onProblem);
  const { note } = problems;
  const readFiles = openReadFiles(state);
  const looks = openLooks(state);
  /** Folders whose content is no longer in the file in which it was found. */
  const moved = new Set<string>();
  /** Sources that were opened, by folder. */
  const sources = new Map<string, FileSource>();
  let isDue = false;
  let forgotAt = Number.NEGATIVE_INFINITY;

  const newSince = (watched: string): number => looks.since(dirname(watched)) ?? Infinity;

  /** They are read at the first look. */
  let parts: ReturnType<typeof openParts> | undefined;
  function openParts() {
    const known = openKnownFiles(state, (folder) => sources.get(folder)?.start()?.fingerprint);
    const isMoved = (folder: string): boolean => moved.has(folder);
    return {
      known,
      look: createContentSearch({ known, readFiles, isMoved, newSince, onProblem: problems.failed }),
    };
  }

  const lost = createLostFiles({ isOpen: (folder) => sources.has(folder) });
  const packed = createPackedFiles({
    state,
    readFiles,
    positions: () => parts?.known.positions() ?? [],
    onProblem: note,
    maxWaitingBytes: maxUnpackedBytes,
  });

  /** @returns whether the state knows the content that the file has now */
  function onReplaced({ folder, path, watched, stats }: FoundContent, known: KnownFiles): boolean {
    moved.add(folder);
    isDue = true;
    const id = fileId(stats);
    const last = known.lastOf(id);
    try {
      known.save(last === undefined || last === folder ? known.nextOf(id) : last, path, watched, stats);
      return true;
    } catch {
      // The disk is full. The next look writes it.
      return false;
    }
  }

  function open(found: FoundContent, known: KnownFiles, unpacked?: UnpackedFile): Source {
    const { path, watched, stats, folder, isCopy } = found;
    try {
      const source = openFileSource({
        path,
        origin: known.originOf(folder) ?? originOf(path, watched, stats),
        found: stats,
        folder,
        unpacked,
        isCopy,
        isFinal,
        lines,
        readFiles,
        onReplaced: () => onReplaced(found, known),
      });
      note(path, undefined);
      sources.set(folder, source);
      return source;
    } catch (error) {
      problems.failed(path, error);
      throw error;
    }
  }

  function* candidate(found: FoundContent, known: KnownFiles): Iterable<Candidate> {
    const { folder, path, watched, stats } = found;
    try {
      known.save(folder, path, watched, stats);
    } catch (error) {
      note(path, `waits: ${folder} cannot be written (${codeOf(error)})`);
      return;
    }
    yield { folder, open: () => open(found, known) };
  }

  /** The time at which a look begins. */
  function beginLook(): number {
    try {
      return looks.now();
    } catch {
      return Date.now();
    }
  }

  /** States of earlier versions do not know when anybody looked, but when anything was saved. */
  function startLook(watched: string, beganAt: number, known: KnownFiles): void {
    if (looks.since(dirname(watched)) !== undefined) return;
    const { savedAt } = known.historyOf(watched, []);
    try {
      looks.started(dirname(watched), savedAt > 0 ? savedAt : beganAt);
    } catch {
      // The disk is full. This shipper knows it.
    }
  }

  /** @param watched - the paths, and whether all files there are noted */
  function endLook(beganAt: number, watched: ReadonlyMap<string, boolean>): void {
    const folders = new Set([...watched.keys()].map((path) => dirname(path)));
    for (const [path, isNoted] of watched) if (!isNoted) folders.delete(dirname(path));
    try {
      for (const folder of folders) looks.completed(folder, beganAt);
    } catch {
      // The disk is full. What was written since the last look that is noted is new.
    }
  }

  /** Paths that matched a pattern and are gone. What was rotated from there may not have been read. */
  function gonePaths(pattern: string, paths: readonly string[], known: KnownFiles): string[] {
    if (!isPattern(pattern)) return [];
    const present = new Set(paths);
    const matches = globMatcher(pattern);
    return known.watchedPaths().filter((path) => !present.has(path) && !isGzip(path) && matches(path));
  }

  function* packedCandidate({ path, watched, isNew }: FoundPacked, known: KnownFiles): Iterable<Candidate> {
    const stats = statFile(path);
    if (stats === undefined) return;
    try {
      const unpacked = packed.take(path, watched, stats, isNew);
      if (unpacked === undefined) return;
      const { folder } = unpacked;
      yield { folder, open: () => open({ path, watched, stats, folder, isCopy: true }, known, unpacked) };
    } catch (error) {
      note(path, reasonOf(error));
    }
  }

  function* find(): Iterable<Candidate> {
    isDue = false;
    const beganAt = beginLook();
    const { known, look } = (parts ??= openParts());
    known.refresh();
    for (const folder of moved) if (known.watchedOf(folder) === undefined) moved.delete(folder);
    for (const [folder, source] of sources) {
      if (known.watchedOf(folder) === undefined) sources.delete(folder);
      else source.see();
    }
    const finder = look();
    const seen = new Set<string>();
    const packedFiles: FoundPacked[] = [];
    const looked = new Map<string, boolean>();
    for (const pattern of patterns) {
      const paths = expandGlob(pattern, (folder, reason) => note(join(folder, sep), reason));
      if (isPattern(pattern)) note(pattern, paths.length === 0 ? 'matches no file' : undefined);
      const gone = new Set(gonePaths(pattern, paths, known));
      for (const watched of [...paths, ...gone]) {
        const isGone = gone.has(watched);
        if (!isGone && statFile(watched) === undefined) problems.check(watched);
        if (isGzip(watched)) {
          packedFiles.push({ path: watched, watched, isNew: true });
          continue;
        }
        startLook(watched, beganAt, known);
        const found = finder.find(watched);
        packedFiles.push(...found.packed);
        if (!isGone) looked.set(watched, found.isWhole);
        for (const content of found.contents) {
          seen.add(content.folder);
          yield* candidate(content, known);
          if (!isGone && problems.has(content.path)) looked.set(watched, false);
        }
        yield* lost.candidates(found, () => look().find(watched), known);
      }
    }
    const wanted = new Set(packedFiles.filter(({ isNew }) => isNew).map(({ path }) => path));
    for (const file of packedFiles) {
      const isNew = wanted.has(file.path);
      yield* packedCandidate({ ...file, isNew }, known);
      if (isNew && looked.has(file.watched) && problems.has(file.path)) looked.set(file.watched, false);
    }
    endLook(beganAt, looked);
    if (performance.now() - forgotAt < FORGET_MS) return;
    forgotAt = performance.now();
    try {
      forgetGoneFiles(state, known, seen);
    } catch (error) {
      note(state, reasonOf(error));
    }
  }

  return { find, unpacked: () => packed.unpacked(), isBehind: () => packed.isBehind, isDue: () => isDue };
}
