/** Where the lines of a command come from: its arguments, `SPANLINE_SOURCE`, or a configuration file. */

import { existsSync, readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { isPlainObject, SpanlineError } from '@spanline/record';
import type { CommandIo } from '../command.ts';
import { fail } from '../fail.ts';

/** A glob, as a shell has it, and no filter: filters with wildcards have a field or are words. */
const GLOB = /^[^\s:<>=]*[*?[{][^\s:<>=]*$/;
const URL_START = /^https?:\/\//;
/** Words that look like a path: a slash, or the ending of a file. */
const PATH = /^[^\s:<>=()"]*(?:[/\\]|\.(?:ndjson|jsonl|json|log|gz))[^\s:<>=()"]*$/;

function isSource(word: string): boolean {
  return word === '-' || URL_START.test(word) || existsSync(word) || (GLOB.test(word) && /[./\\]/.test(word));
}

/** Arguments, split into sources and the rest. */
export interface SplitWords {
  readonly sources: readonly string[];
  readonly words: readonly string[];
}

/**
 * Splits positional arguments: existing paths, globs, URLs and `-` are sources. Where a question needs a word and there
 * is none, the last of several sources is the word: an id may have the name of a file.
 *
 * @param needed - how many words the question needs
 * @throws SpanlineError `ERR_INVALID_OPTION` for what looks like a path and is none, because it would be searched for
 * as a word
 */
export function splitWords(positionals: readonly string[], needed = 0): SplitWords {
  const sources: string[] = [];
  const words: string[] = [];
  for (const word of positionals) {
    if (isSource(word)) sources.push(word);
    else if (PATH.test(word)) missing(word);
    else words.push(word);
  }
  while (words.length < needed && sources.length > 1) words.unshift(sources.pop() ?? '');
  return { sources, words };
}

function missing(word: string): never {
  const problem = `there is no file ${word}; put a word that is searched for in double quotes: '"${word}"'`;
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

/**
 * The sources of a command.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` if none is named
 */
export function findSources(given: readonly string[], { env }: CommandIo): readonly string[] {
  if (given.length > 0) return given;
  const named = env['SPANLINE_SOURCE'];
  if (named !== undefined && named !== '') {
    return URL_START.test(named) ? [named] : named.split(delimiter).filter((part) => part !== '');
  }
  const found = configured();
  if (found !== undefined) return found;
  const problem =
    'no source: name a file, a folder, a glob, a URL or - (standard input), set SPANLINE_SOURCE, or write {"source": "logs/"} to spanline.json';
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem });
}
