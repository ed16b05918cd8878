/** Where the lines of a command come from: its arguments, `SPANLINE_SOURCE`, or a configuration file. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, delimiter, dirname } from 'node:path';
import { isPlainObject, nearest, SpanlineError } from '@spanline/record';
import type { CommandIo } from '../command.ts';
import { fail } from '../fail.ts';

/** A glob, as a shell has it, and no filter: filters with wildcards have a field or are words. */
const GLOB = /^[^\s:<>=]*[*?[{][^\s:<>=]*$/;
const URL_START = /^https?:\/\//;
/** Words that look like a path: a slash, or the ending of a file. */
const PATH = /^[^\s:<>=()"]*(?:[/\\]|\.(?:ndjson|jsonl|json|log|gz))[^\s:<>=()"]*$/;

/** True for the URL of a cluster. */
export const isUrl = (word: string): boolean => URL_START.test(word) && URL.canParse(word);

/** True for an existing path, a glob, a URL and `-`. */
export function isSource(word: string): boolean {
  return word === '-' || URL_START.test(word) || existsSync(word) || (GLOB.test(word) && /[./\\]/.test(word));
}

/** A name without slash and ending. It may be that of a folder, and a word to search for as well. */
const BARE = /^[\w-]+$/;

/** Arguments, split into sources and the rest. */
export interface SplitWords {
  readonly sources: readonly string[];
  readonly words: readonly string[];
  /** Those of the words that are also names of files or folders. */
  readonly ambiguous: readonly string[];
}

/** Facts about a command that are known before its arguments are split. */
interface SplitOptions {
  /** How many words the question needs. @defaultValue 0 */
  readonly needed?: number;
  /** A source is set elsewhere. A bare word is then a word, also where a folder has its name. @defaultValue false */
  readonly hasSource?: boolean;
}

/**
 * Splits positional arguments: existing paths, globs, URLs and `-` are sources. Where a question needs a word and there
 * is none, the last of several sources is the word: an id may have the name of a file.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` for what looks like a path and is none, because it would be searched for
 * as a word
 */
export function splitWords(positionals: readonly string[], options: SplitOptions = {}): SplitWords {
  const { needed = 0, hasSource = false } = options;
  const sources: string[] = [];
  const words: string[] = [];
  const ambiguous: string[] = [];
  for (const [place, word] of positionals.entries()) {
    const isBare = BARE.test(word) && existsSync(word);
    // In front of the words that a question needs, it is the source.
    const isFirst = words.length < needed && positionals.length - place > needed;
    if (isBare && hasSource && !isFirst) {
      words.push(word);
      ambiguous.push(word);
    } else if (isSource(word)) sources.push(word);
    else if (PATH.test(word)) missing(word);
    else words.push(word);
  }
  while (words.length < needed && sources.length > 1) words.unshift(sources.pop() ?? '');
  return { sources, words, ambiguous };
}

/** The path of a file in the same folder whose name is much the same. */
function similarFile(path: string): string | undefined {
  try {
    const name = basename(path);
    const similar = nearest(name, readdirSync(dirname(path)));
    return similar === undefined ? undefined : path.slice(0, path.length - name.length) + similar;
  } catch {
    return undefined; // There is no such folder, or it cannot be read.
  }
}

function missing(word: string): never {
  const similar = similarFile(word);
  const hint = similar === undefined ? 'put' : `did you mean ${similar}? Put`;
  const problem = `there is no file ${word}; ${hint} a word that is searched for in double quotes: '"${word}"'`;
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem });
}

function readConfig(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: file, expected: 'readable JSON', cause });
  }
}

function sourceIn(config: unknown, name: string): string[] | undefined {
  const source = isPlainObject(config) ? config['source'] : undefined;
  if (source === undefined) return undefined;
  const list = Array.isArray(source) ? source : [source];
  if (list.length > 0 && list.every((entry) => typeof entry === 'string' && entry !== '')) return list as string[];
  return fail(name, 'a path, a URL, or a list of them');
}

/** The source of `spanline.json`, else of the field `spanline` of `package.json`, in the working folder. */
function configured(): string[] | undefined {
  const own = sourceIn(readConfig('spanline.json'), 'source of spanline.json');
  if (own !== undefined) return own;
  const manifest = readConfig('package.json');
  return sourceIn(isPlainObject(manifest) ? manifest['spanline'] : undefined, 'spanline.source of package.json');
}

/** The sources of `SPANLINE_SOURCE`, else of a configuration file. */
export function defaultSources({ env }: Pick<CommandIo, 'env'>): readonly string[] | undefined {
  const named = env['SPANLINE_SOURCE'];
  if (named === undefined || named === '') return configured();
  return URL_START.test(named) ? [named] : named.split(delimiter).filter((part) => part !== '');
}

/** Says that a flag took the source as its value; `undefined` if none did. */
function takenSource(flags: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, value] of Object.entries(flags)) {
    if (typeof value !== 'string' || !PATH.test(value) || !isSource(value)) continue;
    return `--${name} took ${value} as its value; write the value before it: --${name} <value> ${value}`;
  }
  return undefined;
}

/**
 * The sources of a command.
 *
 * @param flags - flags of the command that are not about its source
 * @throws SpanlineError `ERR_INVALID_OPTION` if none is named
 */
export function findSources(
  given: readonly string[],
  io: CommandIo,
  flags: Readonly<Record<string, unknown>> = {},
): readonly string[] {
  const found = given.length > 0 ? given : defaultSources(io);
  if (found !== undefined) return found;
  const hint =
    takenSource(flags) ??
    'name a file, a folder, a glob, a URL or - (standard input), set SPANLINE_SOURCE, or write {"source": "logs/"} to spanline.json';
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem: `no source: ${hint}` });
}
