/** Decides which questions an index answers, and which files get one. */

import { existsSync } from 'node:fs';
import { SpanlineError } from '@spanline/record';
import type { LogFile } from '../lines/index.ts';
import type { Progress } from '../records/index.ts';
import { type CacheFolder, openCacheFolder, type StoredIndex } from './cache-folder.ts';
import { loadDuckDb } from './duckdb.ts';
import { buildIndex, findIndex, indexName, type IndexName, missingBytes } from './index-file.ts';
import { type IndexView, type LogIndex, openLogIndex, type ViewOptions } from './log-index.ts';

/** Options of {@link createIndexer}. */
export interface IndexerOptions {
  readonly index: 'auto' | boolean;
  readonly cacheDir: string;
  readonly cacheBytes: number;
}

/** Keeps the index of a source. */
export interface Indexer {
  /** The lines in an index; `undefined` where reading them is better. */
  view(files: readonly LogFile[], options: ViewOptions): Promise<IndexView | undefined>;
  /** Brings the index files up to date. */
  build(files: readonly LogFile[], options: ViewOptions): Promise<void>;
  /** Removes the index files of files. */
  remove(files: readonly LogFile[]): Promise<void>;
  close(): Promise<void>;
}

/** Lines of fewer bytes are read faster than DuckDB is loaded. */
const MIN_BYTES = 33_554_432;
/** Most bytes that each process reads on its own before they are written to the index file. */
const MAX_TAIL_BYTES = 67_108_864;

interface Plan {
  readonly file: LogFile;
  readonly name: IndexName | undefined;
  stored: StoredIndex | undefined;
}

const sizeOf = (files: readonly LogFile[]): number => files.reduce((sum, file) => sum + file.size(), 0);

/** Progress over all files, from the progress in one of them. */
function over(files: readonly LogFile[], file: LogFile, { signal, onProgress }: ViewOptions): ViewOptions {
  if (onProgress === undefined) return { signal };
  const totalBytes = sizeOf(files);
  const done = sizeOf(files.slice(0, files.indexOf(file)));
  return {
    signal,
    onProgress: (progress: Progress) => onProgress({ ...progress, bytes: done + progress.bytes, totalBytes }),
  };
}

async function plan(folder: CacheFolder, files: readonly LogFile[]): Promise<Plan[]> {
  const plans: Plan[] = [];
  for (const file of files) {
    const name = await indexName(folder, file);
    plans.push({ file, name, stored: name && (await findIndex(folder, file, name)) });
  }
  return plans;
}

/** Creates the indexer of a source. Nothing is loaded or written before it is asked. */
export function createIndexer({ index, cacheDir, cacheBytes }: IndexerOptions): Indexer {
  let current: LogIndex | undefined;
  let isAsked = false;
  let isOff = index === false;
  let turn: Promise<unknown> = Promise.resolve();

  /** One at a time: a question waits for the reading that another one began. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work, work);
    turn = result.catch(() => {});
    return result;
  }

  function drop(): void {
    current?.close();
    current = undefined;
  }

  /** Whether the open database serves these files; files that are new and small are added. */
  async function serves(files: readonly LogFile[]): Promise<boolean> {
    if (current === undefined) return false;
    for (const file of files) {
      if (current.missing(file) > MAX_TAIL_BYTES) return false;
      const state = await current.stateOf(file);
      if (state === 'changed') return false;
      if (state === 'new') await current.add(file);
    }
    return true;
  }

  function paysOff(folder: CacheFolder, plans: readonly Plan[]): boolean {
    const missing = plans.reduce((sum, { file, stored }) => sum + missingBytes(file, stored), 0);
    const bytes = sizeOf(plans.map(({ file }) => file));
    const wasAsked = isAsked;
    isAsked = true;
    if (missing * 2 <= bytes || wasAsked) return true;
    const [largest] = plans.toSorted((a, b) => b.file.size() - a.file.size());
    return largest?.name !== undefined && folder.note(largest.name.own);
  }

  /** Writes index files. @returns whether another process was writing one of them */
  async function write(
    folder: CacheFolder,
    plans: readonly Plan[],
    isWanted: (one: Plan) => boolean,
    options: ViewOptions,
  ): Promise<boolean> {
    const duckdb = await loadDuckDb('an index');
    const files = plans.map(({ file }) => file);
    let isBusy = false;
    for (const one of plans) {
      if (one.name === undefined || !isWanted(one)) continue;
      const built = await buildIndex(duckdb, folder, one.file, one.name, over(files, one.file, options));
      one.stored = built ?? one.stored;
      isBusy ||= built === undefined;
    }
    return isBusy;
  }

  async function start(files: readonly LogFile[], options: ViewOptions): Promise<LogIndex | undefined> {
    const folder = openCacheFolder(cacheDir, cacheBytes);
    const plans = await plan(folder, files);
    if (index === 'auto' && !paysOff(folder, plans)) return undefined;
    const isWanted = ({ file, stored }: Plan): boolean =>
      (index === true && stored === undefined) || missingBytes(file, stored) > MAX_TAIL_BYTES;
    await write(folder, plans, isWanted, options);
    if (plans.some(({ file, stored }) => missingBytes(file, stored) > MAX_TAIL_BYTES)) return undefined;
    try {
      return await openLogIndex(await loadDuckDb('an index'), plans);
    } catch {
      // One of the files is damaged, or was replaced just now.
      for (const { stored } of plans) if (stored !== undefined) folder.remove(stored.name);
      return undefined;
    }
  }

  async function ready(files: readonly LogFile[], options: ViewOptions): Promise<IndexView | undefined> {
    if (index === 'auto' && current === undefined && sizeOf(files) < MIN_BYTES) return undefined;
    if (!(await serves(files))) {
      drop();
      current = (await start(files, options)) ?? (index === true ? await start(files, options) : undefined);
    }
    return current?.view(files, options);
  }

  return {
    view: (files, options) =>
      inTurn(async () => {
        if (isOff) return undefined;
        try {
          return await ready(files, options);
        } catch (error) {
          drop();
          options.signal?.throwIfAborted();
          if (index === true) throw error;
          isOff = true;
          return undefined;
        }
      }),
    build: (files, options) =>
      inTurn(async () => {
        drop();
        const folder = openCacheFolder(cacheDir, cacheBytes);
        const isWanted = ({ file, stored }: Plan): boolean => missingBytes(file, stored) > 0;
        if (!(await write(folder, await plan(folder, files), isWanted, options))) return;
        throw new SpanlineError({ code: 'ERR_INDEX_BUSY', problem: 'another process is writing the index' });
      }),
    remove: (files) =>
      inTurn(async () => {
        drop();
        if (!existsSync(cacheDir)) return;
        const folder = openCacheFolder(cacheDir, cacheBytes);
        for (const file of files) {
          const name = await indexName(folder, file);
          if (name !== undefined) for (const stored of folder.find(name.content, name.own)) folder.remove(stored.name);
        }
      }),
    close: () =>
      inTurn(() => {
        drop();
        return Promise.resolve();
      }),
  };
}
