/** The source of a query: files that stay open, a stream that can be read once, or a cluster. */

import { type Check, option, SpanlineError } from '@spanline/record';
import { type ClusterSource, isClusterSource } from '../cluster/index.ts';
import {
  type BadLineCounter,
  createBadLineCounter,
  type LogFile,
  openFiles,
  sizeOf,
  streamLogFile,
} from '../lines/index.ts';

/**
 * Where lines come from:
 *
 * - a path, a glob (`logs/*.ndjson`), a folder of rotated files or the folder of a spool; several of them
 * - `-`, the standard input
 * - a stream of text or bytes
 * - the URL of a cluster of Elasticsearch or OpenSearch (`https://host:9200/logs-spanline-*`), or an object with it
 */
export type QuerySource = string | readonly string[] | AsyncIterable<Uint8Array | string> | ClusterSource;

/** An open source. */
export interface OpenSource {
  /** The files as they are now: a rotation between two calls is seen. They stay open until `release`. */
  files(): Promise<readonly LogFile[]>;
  release(files: readonly LogFile[]): void;
  /** Bytes of the files as they are now. 0 for a stream. */
  size(): Promise<number>;
  /** Whether the lines can be read more than once. */
  readonly isRepeatable: boolean;
  /** Paths, as they were given. */
  readonly paths: readonly string[];
  readonly bad: BadLineCounter;
  /** Files that could not be read, and why. */
  readonly unread: ReadonlyMap<string, string>;
}

const STDIN = '-';

const isPath = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** Rule of a source. */
export const sourceOption: Check<QuerySource> = option.like<QuerySource>(
  'a path, paths, a stream or a cluster',
  (value) =>
    isPath(value) ||
    (Array.isArray(value) ? value.length > 0 && value.every(isPath) : isStream(value) || isClusterSource(value)),
);

function isStream(source: unknown): source is AsyncIterable<Uint8Array | string> {
  return typeof source === 'object' && source !== null && Symbol.asyncIterator in source;
}

function clusterAmong(source: QuerySource): string | ClusterSource | undefined {
  if (!Array.isArray(source)) return isClusterSource(source) ? source : undefined;
  const paths = source as readonly string[];
  if (!paths.some(isClusterSource)) return undefined;
  const [only, ...others] = paths;
  if (others.length === 0) return only;
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'source', expected: 'one cluster, or files alone' });
}

/**
 * The cluster that a source names; `undefined` for files and streams.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` for a cluster among other sources, and for an object that cannot be read;
 * it does not show the URL, which may hold a password
 */
export function clusterOf(source: QuerySource): string | ClusterSource | undefined {
  try {
    return clusterAmong(source);
  } catch (cause) {
    if (cause instanceof SpanlineError) throw cause;
    throw new SpanlineError({
      code: 'ERR_INVALID_OPTION',
      option: 'source',
      expected: 'a value that can be read',
      cause,
    });
  }
}

const DAMAGE = 'its compressed content is cut or damaged; the lines before that were read';

/** Files that were not read, or not to their end, and why. */
export function unreadOf({ unread, bad }: OpenSource): ReadonlyMap<string, string> {
  return new Map([...unread, ...bad.read().damagedFiles.map((file) => [file, DAMAGE] as const)]);
}

/** Opens a checked source of files. */
export function openSource(source: Exclude<QuerySource, ClusterSource>): OpenSource {
  const bad = createBadLineCounter();
  const unread = new Map<string, string>();
  if (isStream(source) || source === STDIN) {
    const stream = streamLogFile(isStream(source) ? source : process.stdin);
    let isRead = false;
    return {
      files() {
        if (isRead) {
          const expected = 'a file: a stream can be read once';
          return Promise.reject(new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'source', expected }));
        }
        isRead = true;
        return Promise.resolve([stream]);
      },
      release: () => {},
      size: () => Promise.resolve(0),
      isRepeatable: false,
      paths: [],
      bad,
      unread,
    };
  }
  const paths = typeof source === 'string' ? [source] : source;
  return {
    files: () => openFiles(paths, (path, reason) => unread.set(path, reason)),
    release: (files) => files.forEach((file) => file.close()),
    size: () => sizeOf(paths),
    isRepeatable: true,
    paths,
    bad,
    unread,
  };
}
