/** `spanline prompts import`: prompts of Langfuse and LangSmith become files. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { formatPromptFile, fetchPrompts, type ImportedPrompts, type PromptStore, readExport } from '@spanline/prompts';
import { SpanlineError } from '@spanline/record';
import { endEarly, EXIT, type RunCommand } from '../command.ts';
import { fail } from '../fail.ts';
import { checkFlags, splitArguments } from '../flags.ts';
import { printHelp } from '../help.ts';

const HELP = `spanline prompts import <file | langfuse | langsmith> [name...]

Writes prompts of another store as files, one for each version: prompts/<name>/<version>.md. Labels of Langfuse become
environments in environments.yaml. The source is a file of JSON (versions of Langfuse, commits of LangSmith: one, or a
list), or the API of the store. Files that exist are kept.

  --to dir        folder of the files (prompts)
  --force         write over files that exist
  --dry-run       print what would be written
  --url u         address of the API

Langfuse: LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY; LANGFUSE_BASE_URL, or --url. Without names, all prompts.
LangSmith: LANGSMITH_API_KEY; LANGSMITH_ENDPOINT, or --url. Names are name, owner/name or name:commit.
Exit codes: 0 written, 1 some prompts were left out, 2 the store did not answer, 64 wrong usage, 130 interrupted.
`;

const FLAGS = { to: 'text', force: 'switch', 'dry-run': 'switch', url: 'text', help: 'switch' } as const;
const ENVIRONMENTS = 'environments.yaml';

const isStore = (word: string): word is PromptStore => word === 'langfuse' || word === 'langsmith';

/** A name of another system as a path: it leads to no other folder. */
function pathOf(name: string, version: string): string {
  const parts = [...name.split('/'), version].map((part) => part.replaceAll(/[^\w.-]+/g, '-').replace(/^\.+/, ''));
  return `${parts.filter((part) => part !== '').join('/')}.md`;
}

function readFile(path: string): ImportedPrompts {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new SpanlineError({
      code: 'ERR_INVALID_OPTION',
      option: path,
      expected: 'a file of JSON that can be read',
      cause,
    });
  }
  return readExport(document);
}

/** The files of an import, by their paths in the folder. */
function filesOf({ prompts, environments }: ImportedPrompts): Map<string, string> {
  const files = new Map<string, string>();
  for (const prompt of prompts) {
    const path = pathOf(prompt.name, prompt.version ?? '');
    const free = files.has(path) ? path.replace(/\.md$/, `-${files.size}.md`) : path;
    files.set(free, formatPromptFile(prompt, free));
  }
  if (Object.keys(environments).length > 0) files.set(ENVIRONMENTS, stringify(environments));
  return files;
}

/** Runs `spanline prompts import`. */
export const importPrompts: RunCommand = async (args, io) => {
  try {
    const { positionals, flags: given } = splitArguments(args, FLAGS, { h: 'help' });
    const flags = checkFlags(given, FLAGS);
    if (flags.help === true) {
      printHelp(HELP, io);
      return EXIT.ok;
    }
    const [source, ...names] = positionals;
    if (source === undefined) return fail('prompts import', 'followed by a file, langfuse or langsmith');
    const { to = 'prompts', url } = flags;
    if (!isStore(source) && names.length > 0) return fail('names', 'given for langfuse and langsmith, not for a file');
    const wanted = names.length === 0 ? {} : { names };
    const imported = isStore(source)
      ? await fetchPrompts({ from: source, signal: io.stop, ...wanted, ...(url === undefined ? {} : { url }) })
      : readFile(source);
    for (const [path, text] of filesOf(imported)) {
      const file = join(to, path);
      const isKept = flags.force !== true && existsSync(file);
      if (flags['dry-run'] !== true && !isKept) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
      io.stdout.write(`${isKept ? 'kept ' : ''}${file}\n`);
    }
    for (const { name, version, reason } of imported.skipped) {
      const which = JSON.stringify(version === undefined ? name : `${name} ${version}`);
      io.stderr.write(`left out: ${which}: ${reason.replaceAll(/\p{Cc}+/gu, ' ')}\n`);
    }
    return imported.skipped.length > 0 ? EXIT.refused : EXIT.ok;
  } catch (error) {
    return endEarly('prompts import', error, io);
  }
};
