import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'yaml';
/** A prompt file: Markdown with YAML front matter. */
import { checkOptions, isPlainObject, option, type Shape, SpanlineError } from '@spanline/record';
import type { PromptOptions } from '../define-prompt.ts';
import { TEMPLATE } from '../template/messages.ts';
import { VARIABLES } from '../template/variables.ts';
import { readBody, writeBody } from './role-lines.ts';

/** The front matter. */
interface FrontMatter extends Partial<Omit<PromptOptions, 'version'>> {
  version?: string | number;
}

const FRONT: Shape<FrontMatter> = {
  name: option.string(),
  version: option.anyOf<string | number>(option.string(), option.number({ min: 0 })),
  description: option.string(),
  template: TEMPLATE,
  variables: VARIABLES,
  config: option.like<Record<string, unknown>>('a map', isPlainObject),
};

const FENCED = /^---[ \t]*\r?\n([\s\S]*?\r?\n)??---[ \t]*(?:\r?\n|$)/;
/** File names that are versions: `3.md`, `v2.1.md`. */
const VERSION = /^v?\d+(?:\.\d+)*$/;

function invalid(path: string, problem: string, cause?: unknown): SpanlineError {
  return new SpanlineError({
    code: 'ERR_INVALID_PROMPT',
    problem: `${path}: ${problem}`,
    ...(cause === undefined ? {} : { cause }),
  });
}

function readFront(text: string, path: string): FrontMatter {
  let front: unknown;
  try {
    front = parse(text) ?? {};
  } catch (cause) {
    const [reason = 'not YAML'] = cause instanceof Error ? cause.message.split('\n') : [];
    throw invalid(path, `the front matter cannot be read: ${reason}`, cause);
  }
  if (!isPlainObject(front)) throw invalid(path, 'the front matter must be a map of names and values');
  checkOptions<FrontMatter>(FRONT, front, path, 'ERR_INVALID_PROMPT');
  return front;
}

/** Name and version that a path gives: `answer.md`, `support/answer.md`, `answer/3.md`. */
function namesOf(path: string): { name: string; version?: string } {
  const parts = path.replace(/\.md$/, '').split('/');
  const last = parts.at(-1) ?? '';
  if (parts.length > 1 && VERSION.test(last))
    return { name: parts.slice(0, -1).join('/'), version: last.replace(/^v/, '') };
  return { name: parts.join('/') };
}

/**
 * Reads a prompt file.
 *
 * @param text - the file
 * @param path - its path in the folder of prompts, with slashes. It gives the name and the version that the front
 *   matter does not.
 * @throws SpanlineError `ERR_INVALID_PROMPT`
 */
export function parsePromptFile(text: string, path: string): PromptOptions {
  const plain = text.replace(/^\uFEFF/, '');
  const fenced = FENCED.exec(plain);
  if (fenced === null && /^---[ \t]*\r?\n/.test(plain)) throw invalid(path, 'the front matter has no end (---)');
  const { template: given, version, ...front } = fenced === null ? {} : readFront(fenced[1] ?? '', path);
  const body = readBody(plain.slice(fenced?.[0].length ?? 0));
  if (body === undefined) throw invalid(path, 'text must follow a line such as "system:" or "user:"');
  if (given !== undefined && body !== '')
    throw invalid(path, 'there is a template in the front matter, and text below it');
  const template = given ?? body;
  if (template === '') throw invalid(path, 'there is no text');
  return { ...namesOf(path), ...(version === undefined ? {} : { version: String(version) }), ...front, template };
}

/**
 * Writes a prompt as a file that {@link parsePromptFile} reads back as it is. Text that a body cannot hold, such as
 * blank lines at its end, goes into the front matter.
 *
 * @param path - where the file will be. Name and version are written where the path does not give them.
 */
export function formatPromptFile(prompt: PromptOptions, path: string): string {
  const { name, version, template, ...rest } = prompt;
  const known = namesOf(path);
  const body = writeBody(template);
  const fits = isDeepStrictEqual(readBody(body), template);
  const front: Record<string, unknown> = {
    ...(known.name === name ? {} : { name }),
    ...(version === undefined || known.version === version ? {} : { version }),
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
  };
  const facts = Object.keys(front).length === 0 ? '' : stringify(front, { lineWidth: 100 });
  // JSON is YAML, and keeps every space.
  const given = fits ? '' : `template: ${JSON.stringify(template)}\n`;
  const head = facts + given === '' ? '' : `---\n${facts}${given}---\n`;
  const file = `${head}${fits ? body : ''}`;
  // A text that begins like front matter needs one of its own in front.
  return head === '' && /^---[ \t]*\r?\n/.test(file) ? `---\n---\n${file}` : file;
}
