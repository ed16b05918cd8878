/** The files of a folder of prompts. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { checkOptions, isPlainObject, nearest, option, SpanlineError } from '@spanline/record';
import { definePrompt } from '../define-prompt.ts';
import type { Prompt } from '../prompt.ts';
import { parsePromptFile } from './prompt-file.ts';

/** Versions of one prompt, the oldest first. */
type Versions = readonly Prompt[];

/** Everything in a folder of prompts. */
export interface PromptFolder {
  readonly prompts: ReadonlyMap<string, Versions>;
  /** Versions by environment and by name. */
  readonly environments: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

const ENVIRONMENTS = 'environments.yaml';

function invalid(problem: string, cause?: unknown): SpanlineError {
  return new SpanlineError({
    code: 'ERR_INVALID_PROMPT',
    problem,
    ...(cause === undefined ? {} : { cause }),
  });
}

function listFiles(dir: string): string[] {
  let found: string[];
  try {
    found = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  } catch (cause) {
    throw new SpanlineError({
      code: 'ERR_INVALID_OPTION',
      option: 'dir',
      expected: 'a folder that can be read',
      got: dir,
      cause,
    });
  }
  return found
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path === ENVIRONMENTS || (path.endsWith('.md') && !/(?:^|\/)readme\.md$/i.test(path)))
    .toSorted();
}

/** A text that differs when a file of the folder was added, changed or removed. */
export function stampOf(dir: string): string {
  return listFiles(dir)
    .map((path) => {
      const { mtimeMs, size, ino } = statSync(join(dir, path));
      return `${path} ${mtimeMs} ${size} ${ino}`;
    })
    .join('\n');
}

/** Numbers in versions count as numbers: 9 is before 10. */
const byVersion = (a: Prompt, b: Prompt): number => a.version.localeCompare(b.version, 'en', { numeric: true });

function readPrompts(dir: string): Map<string, Versions> {
  const prompts = new Map<string, Prompt[]>();
  const places = new Map<string, string>();
  for (const path of listFiles(dir)) {
    if (path === ENVIRONMENTS) continue;
    const prompt = definePrompt(parsePromptFile(readFileSync(join(dir, path), 'utf8'), path)) as unknown as Prompt;
    const key = JSON.stringify([prompt.name, prompt.version]);
    const other = places.get(key);
    if (other !== undefined) throw invalid(`${path} and ${other} are both version ${prompt.version} of ${prompt.name}`);
    places.set(key, path);
    const versions = prompts.get(prompt.name);
    if (versions === undefined) prompts.set(prompt.name, [prompt]);
    else versions.push(prompt);
  }
  for (const versions of prompts.values()) versions.sort(byVersion);
  return prompts;
}

const VERSIONS = option.dictionary(
  option.dictionary(option.anyOf<string | number>(option.string(), option.number()), 'a map of prompts and versions'),
);

function readEnvironments(dir: string, prompts: ReadonlyMap<string, Versions>): Map<string, Map<string, string>> {
  const path = join(dir, ENVIRONMENTS);
  let given: unknown;
  try {
    given = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw invalid(`${ENVIRONMENTS} cannot be read`, cause);
  }
  if (!isPlainObject(given)) throw invalid(`${ENVIRONMENTS} must be a map of environments`);
  for (const [environment, versions] of Object.entries(given))
    checkOptions(
      { [environment]: VERSIONS.each ?? option.any() },
      { [environment]: versions },
      ENVIRONMENTS,
      'ERR_INVALID_PROMPT',
    );
  const environments = new Map<string, Map<string, string>>();
  for (const [environment, versions] of Object.entries(given as Record<string, Record<string, string | number>>)) {
    const chosen = new Map(Object.entries(versions).map(([name, version]) => [name, String(version)]));
    for (const [name, version] of chosen) versionOf(prompts, name, version, `${ENVIRONMENTS}: ${environment}`);
    environments.set(environment, chosen);
  }
  return environments;
}

/**
 * Finds a version of a prompt.
 *
 * @param version - `undefined` for the newest
 * @param place - who asks, for errors
 * @throws SpanlineError `ERR_INVALID_PROMPT` if there is none
 */
export function versionOf(
  prompts: ReadonlyMap<string, Versions>,
  name: string,
  version: string | undefined,
  place: string,
): Prompt {
  const versions = prompts.get(name);
  if (versions === undefined) {
    const meant = nearest(name, [...prompts.keys()]);
    throw invalid(`${place}: there is no prompt ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`);
  }
  const found = version === undefined ? versions.at(-1) : versions.find((prompt) => prompt.version === version);
  if (found !== undefined) return found;
  const known = versions.map((prompt) => prompt.version).join(', ');
  throw invalid(`${place}: there is no version ${version} of ${name}; there are ${known}`);
}

/**
 * Reads a folder.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` if there is no such folder, `ERR_INVALID_PROMPT` for a file that is wrong
 */
export function readFolder(dir: string): PromptFolder {
  const prompts = readPrompts(dir);
  return { prompts, environments: readEnvironments(dir, prompts) };
}
