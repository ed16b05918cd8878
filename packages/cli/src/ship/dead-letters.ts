import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { parseExactJson, props, text } from '@spanline/record';
import { type Shipper, startShipper } from '@spanline/ship';
import { type CommandIo, EXIT } from '../command.ts';
import { fail } from '../fail.ts';
import { checkFlags, splitArguments } from '../flags.ts';
import { DEFAULT_DIR } from './config.ts';
import { targetFromFlag } from './targets.ts';

/** A line that a target refused. */
interface DeadLetter {
  readonly time: string;
  readonly sink: string;
  readonly reason: string;
  readonly source: string;
  /** Path of the file, or segment of the spool. */
  readonly file: string;
  readonly offset: number;
  readonly line: string;
}

const DEAD_LETTERS_HELP = `spanline ship dead-letters [options]

Lists lines that a target refused: time, target, reason, and the file and byte where the line starts.

  --dir <folder>   the folder of the shipper (default .spanline)
  --sink <name>    only those of one target
  --retry          send them again, to the targets of --to; those that are refused again are listed again
  --text           with --retry: lines that are no JSON become documents with the line as their message
  --to <target>    as for spanline ship; may be repeated
  --help

Exit codes: 0; 1 when lines were refused again; 2 when not everything was sent; 64 when an option is wrong.
`;

const FLAGS = { dir: 'text', sink: 'text', retry: 'switch', text: 'switch', to: 'texts', help: 'switch' } as const;
const FOLDER = 'dead-letter';
/** Lines that are sent again. The folder stays if the command is interrupted, and the next one goes on with it. */
const RETRY = 'retry';
const LETTERS = '.letters';
const LINES = '.lines';
const FILE = /^(?<sink>.+?)(?:\.1)?\.ndjson$/;
const GRACE_MS = 10_000;
const MODE = 0o600;

function parseLetter(json: string): DeadLetter[] {
  try {
    const letter = props(parseExactJson(json));
    const line = text(letter['line']);
    if (line === undefined) return [];
    return [
      {
        time: text(letter['@timestamp']) ?? '',
        sink: text(letter['sink']) ?? '',
        reason: text(letter['reason']) ?? '',
        source: text(letter['source']) ?? '',
        file: text(letter['file']) ?? '',
        offset: Number(letter['offset']),
        line,
      },
    ];
  } catch {
    return [];
  }
}

/** Files of dead letters in a folder, the older one of a target first. */
function filesOf(folder: string, sink: string | undefined): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => FILE.test(name) && (sink === undefined || FILE.exec(name)?.groups?.['sink'] === sink))
    .toSorted()
    .map((name) => join(folder, name));
}

const lettersOf = (path: string): DeadLetter[] => readFileSync(path, 'utf8').split('\n').flatMap(parseLetter);

const printable = (value: string): string => value.replaceAll(/\p{Cc}+/gu, ' ');

function list(folder: string, sink: string | undefined, { stdout }: CommandIo): number {
  const letters = filesOf(folder, sink).flatMap(lettersOf);
  for (const { time, sink: target, reason, file, offset } of letters) {
    stdout.write(printable(`${time}  ${target}  ${reason}  ${file}, byte ${offset}`) + '\n');
  }
  stdout.write(letters.length === 1 ? '1 dead letter\n' : `${letters.length} dead letters\n`);
  return EXIT.ok;
}

/** Writes the lines of letters that were moved aside to a file of their own. Repeating it changes nothing. */
function extractLines(letters: string): void {
  const base = letters.slice(0, -LETTERS.length);
  if (existsSync(`${base}${LINES}`)) return;
  const lines = lettersOf(letters).map(({ line }) => `${line}\n`);
  writeFileSync(`${base}.part`, lines.join(''), { mode: MODE });
  renameSync(`${base}.part`, `${base}${LINES}`);
}

/** Adds letters that were refused again to those of their target, with the place where the line was written first. */
function putBack(folder: string, path: string, places: ReadonlyMap<string, DeadLetter>): void {
  const lines = lettersOf(path).map(({ time, sink, reason, ...letter }) => {
    const { source, file, offset } = places.get(letter.line) ?? letter;
    return `${JSON.stringify({ '@timestamp': time, sink, reason, source, file, offset, line: letter.line })}\n`;
  });
  appendFileSync(join(folder, basename(path)), lines.join(''), { mode: MODE });
}

const inFolder = (folder: string, end: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(end))
    .map((name) => join(folder, name));

/**
 * Moves dead letters aside, as files of the lines themselves. After a crash each of them is in one place or the other,
 * and the next run goes on.
 */
function takeOut(folder: string, sink: string | undefined): string[] {
  const aside = join(folder, RETRY);
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  const now = Date.now();
  for (const path of filesOf(folder, sink)) renameSync(path, join(aside, `${now}-${basename(path)}${LETTERS}`));
  for (const letters of inFolder(aside, LETTERS)) extractLines(letters);
  return inFolder(aside, LINES);
}

async function drained(shipper: Shipper, stop: AbortSignal): Promise<boolean> {
  const stopped = new Promise<boolean>((resolve) => {
    stop.addEventListener('abort', () => resolve(false), { once: true });
  });
  return Promise.race([shipper.drain().then(() => true), stopped]);
}

/** Values of the flags. */
interface RetryOptions {
  readonly sink: string | undefined;
  readonly to: readonly string[];
  readonly isText: boolean;
}

async function retry(folder: string, { sink, to, isText }: RetryOptions, io: CommandIo): Promise<number> {
  if (to.length === 0) return fail('--to', 'given, such as --to elasticsearch=https://es:9200');
  const targets = to.map((target) => targetFromFlag(target, io.env));
  const files = takeOut(folder, sink);
  const dir = join(folder, RETRY);
  const shipper = startShipper({
    dir,
    files,
    ...(isText ? { lines: { text: 'line' } as const } : {}),
    to: targets,
    final: true,
    onReport: ({ level, message }) => void io.stderr.write(`${level}: ${message}\n`),
  });
  const isDone = await drained(shipper, io.stop);
  await shipper.stop(GRACE_MS);
  const stats = Object.entries(shipper.stats());
  for (const [name, { stored, rejected }] of stats) {
    io.stdout.write(`${name}  ${stored} stored, ${rejected} refused again\n`);
  }
  // Interrupted: the folder has the rest, and its checkpoints.
  if (!isDone) return EXIT.incomplete;
  const places = new Map(
    inFolder(dir, LETTERS)
      .flatMap(lettersOf)
      .map((letter) => [letter.line, letter]),
  );
  for (const path of filesOf(join(dir, FOLDER), undefined)) putBack(folder, path, places);
  rmSync(dir, { recursive: true });
  return stats.some(([, { rejected }]) => rejected > 0) ? EXIT.refused : EXIT.ok;
}

/** Runs `spanline ship dead-letters`. @returns the exit code */
export async function runDeadLetters(args: readonly string[], io: CommandIo): Promise<number> {
  const { positionals, flags } = splitArguments(args, FLAGS);
  if (positionals.length > 0) fail('dead-letters', 'followed by flags only');
  const {
    dir = DEFAULT_DIR,
    sink,
    retry: isRetry = false,
    text: isText = false,
    to = [],
    help = false,
  } = checkFlags(flags, FLAGS);
  if (help) {
    io.stdout.write(DEAD_LETTERS_HELP);
    return EXIT.ok;
  }
  if (!existsSync(dir)) fail('--dir', `the folder of a shipper, but ${dir} does not exist`);
  const folder = join(dir, FOLDER);
  return isRetry ? retry(folder, { sink, to, isText }, io) : list(folder, sink, io);
}
