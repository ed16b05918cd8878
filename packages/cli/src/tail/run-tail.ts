/** `spanline tail` and `node app.js | spanline`. */

import { statSync } from 'node:fs';
import { openLogFile } from '@spanline/query/internal';
import { type CommandIo, endEarly, EXIT } from '../command.ts';
import { fail } from '../fail.ts';
import { checkFlags, type FlagValues, splitArguments } from '../flags.ts';
import { printHelp } from '../help.ts';
import { findSources } from '../source/find-source.ts';
import { timeRange } from '../source/time-range.ts';
import { type FollowOptions, followFile } from './follow-file.ts';
import { createJsonForm, createMarkdownForm, createTerminalForm, type LiveForm } from './live-forms.ts';
import { createLivePrinter, type LiveOptions, type LivePrinter } from './live-printer.ts';
import { offsetSince } from './offset-since.ts';

const HELP = `node app.js | spanline [tail]
spanline tail <file>

Prints lines while they are written: each trace as a tree when it ends, lines of the application in one line each,
everything else as it is, byte for byte. A file is followed from its end on, also through rotation.

  --from-start    begin with the lines that are in the file
  --since t       begin with the lines since a length of time (90m, 7d) or a time
  --logs          JSON lines of other loggers in one line each, too
  --json          a line of JSON for each line of Spanline, in the canonical form; others go to the standard error
  --md            trees and lines in fences of Markdown
  --no-color      no colours, as with the environment variable NO_COLOR

Ctrl-C prints the traces that have not ended. A program in front of the pipe gets the signal as well; its last lines are
still printed.
`;

const FLAGS = {
  'from-start': 'switch',
  since: 'text',
  logs: 'switch',
  json: 'switch',
  md: 'switch',
  'no-color': 'switch',
  help: 'switch',
} as const;
type Flags = FlagValues<typeof FLAGS>;
/** After a signal: how long the standard input may be silent. */
const GRACE_MS = 2000;

/** @throws SpanlineError `ERR_INVALID_OPTION` for what cannot be followed: it would be waited for without an end */
function checkFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) fail('file', `a file; ${path} is none`);
  let isCompressed: boolean;
  try {
    const file = openLogFile(path);
    ({ isCompressed } = file);
    file.close();
  } catch (error) {
    return fail('file', `readable; ${path} is not (${(error as NodeJS.ErrnoException).code})`);
  }
  if (isCompressed) fail('file', `a file that grows; ${path} is compressed, spanline ls lists its traces`);
}

/** Waits for a slow reader. */
async function drained({ stdout }: CommandIo): Promise<void> {
  if (stdout.writableNeedDrain === true && stdout.once !== undefined)
    await new Promise<void>((resolve) => stdout.once?.('drain', resolve));
}

async function printAll(chunks: AsyncIterable<Uint8Array>, printer: LivePrinter, io: CommandIo): Promise<void> {
  for await (const chunk of chunks) {
    printer.add(Buffer.from(chunk));
    await drained(io);
  }
}

/** Ends the input when it is silent for a while after a signal: the program in front of it may still print. */
async function* untilStopped({ stdin, stop }: CommandIo): AsyncGenerator<Uint8Array> {
  let timer: NodeJS.Timeout | undefined;
  const restart = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stdin.destroy(), GRACE_MS);
  };
  if (stop.aborted) restart();
  stop.addEventListener('abort', restart, { once: true });
  try {
    for await (const chunk of stdin as AsyncIterable<Uint8Array | string>) {
      if (stop.aborted) restart();
      yield Buffer.from(chunk as Uint8Array);
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', restart);
  }
}

async function runInput(io: CommandIo, options: LiveOptions): Promise<boolean> {
  const printer = createLivePrinter(options);
  let isEmpty = true;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of untilStopped(io)) {
      isEmpty = false;
      yield chunk;
    }
  };
  await printAll(counted(), printer, io);
  printer.end();
  return !isEmpty;
}

/** Prints the standard input. @returns false if there was none */
export function tailInput(io: CommandIo): Promise<boolean> {
  return runInput(io, { form: createTerminalForm(io), logs: false });
}

type StartIn = FollowOptions['startIn'];

async function runFile(path: string, startIn: StartIn, io: CommandIo, options: LiveOptions): Promise<void> {
  const printer = createLivePrinter(options);
  await printAll(followFile(path, { startIn, stop: io.stop }), printer, io);
  printer.end();
}

function formOf({ json, md, 'no-color': noColor }: Flags, io: CommandIo): LiveForm {
  if (json === true && md === true) fail('--md', 'absent beside --json');
  if (json === true) return createJsonForm(io);
  return md === true ? createMarkdownForm(io) : createTerminalForm(io, noColor === true ? false : undefined);
}

/** The time of `--since`, in milliseconds since the epoch. */
function sinceOf({ since, 'from-start': fromStart }: Flags): number | undefined {
  if (since === undefined) return undefined;
  if (fromStart === true) fail('--from-start', 'absent beside --since');
  const range = timeRange({ since });
  return range.kind === 'test' && range.test.kind === 'range' ? range.test.bounds.gte : undefined;
}

/** Where a file is begun. */
function startOf(since: number | undefined, { 'from-start': fromStart }: Flags): StartIn {
  if (since !== undefined) return (file) => offsetSince(file, since);
  return fromStart === true ? () => 0 : undefined;
}

/** Runs `spanline tail`. @returns the exit code */
export async function runTail(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    const { flags: given, positionals } = splitArguments(args, FLAGS, { h: 'help' });
    const flags = checkFlags(given, FLAGS);
    if (flags.help === true) {
      printHelp(HELP, io);
      return EXIT.ok;
    }
    const [path, ...others] = positionals.length > 0 || io.stdin.isTTY !== true ? positionals : findSources([], io);
    if (others.length > 0) fail('file', 'one file, or none for the standard input');
    if (path !== undefined && path !== '-') checkFile(path);
    const since = sinceOf(flags);
    const options = { form: formOf(flags, io), logs: flags.logs === true, ...(since === undefined ? {} : { since }) };
    if (path === undefined || path === '-') await runInput(io, options);
    else await runFile(path, startOf(since, flags), io, options);
    return EXIT.ok;
  } catch (error) {
    return endEarly('tail', error, io);
  }
}
