/** `spanline tail` and `node app.js | spanline`. */

import { statSync } from 'node:fs';
import { type CommandIo, endEarly, EXIT } from '../command.ts';
import { fail } from '../fail.ts';
import { checkFlags, splitArguments } from '../flags.ts';
import { findSources } from '../source/find-source.ts';
import { followFile } from './follow-file.ts';
import { createLivePrinter, type LiveOptions, type LivePrinter } from './live-printer.ts';

const HELP = `node app.js | spanline [tail]
spanline tail <file>

Prints lines while they are written: each trace as a tree when it ends, lines of the application in one line each,
everything else as it is, byte for byte. A file is followed from its end on, also through rotation.

  --from-start    begin with the lines that are in the file
  --logs          JSON lines of other loggers in one line each, too
  --no-color      no colours, as with the environment variable NO_COLOR

Ctrl-C prints the traces that have not ended. A program in front of the pipe gets the signal as well; its last lines are
still printed.
`;

const FLAGS = { 'from-start': 'switch', logs: 'switch', 'no-color': 'switch', help: 'switch' } as const;
/** After a signal: how long the standard input may be silent. */
const GRACE_MS = 2000;

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

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
  const printer = createLivePrinter(io, options);
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
  return runInput(io, { logs: false });
}

async function runFile(path: string, fromStart: boolean, io: CommandIo, options: LiveOptions): Promise<void> {
  const printer = createLivePrinter(io, options);
  await printAll(followFile(path, { fromStart, stop: io.stop }), printer, io);
  printer.end();
}

/** Runs `spanline tail`. @returns the exit code */
export async function runTail(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    const { flags: given, positionals } = splitArguments(args, FLAGS, { h: 'help' });
    const flags = checkFlags(given, FLAGS);
    if (flags.help === true) {
      io.stdout.write(HELP);
      return EXIT.ok;
    }
    const [path, ...others] = positionals.length > 0 || io.stdin.isTTY !== true ? positionals : findSources([], io);
    if (others.length > 0) fail('file', 'one file, or none for the standard input');
    if (path !== undefined && path !== '-' && !isFile(path)) fail('file', `a file; ${path} is none`);
    const options = { logs: flags.logs === true, ...(flags['no-color'] === true ? { color: false } : {}) };
    if (path === undefined || path === '-') await runInput(io, options);
    else await runFile(path, flags['from-start'] === true, io, options);
    return EXIT.ok;
  } catch (error) {
    return endEarly('tail', error, io);
  }
}
