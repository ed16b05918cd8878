/** `spanline view`: the viewer on a port of this machine, until it is interrupted. */

import { once } from 'node:events';
import { SpanlineError } from '@spanline/record';
import { startViewer } from '@spanline/viewer';
import { type CommandIo, EXIT, messageOf } from '../command.ts';
import { fail } from '../fail.ts';
import { checkFlags, splitArguments } from '../flags.ts';
import { findSources } from '../source/index.ts';
import { openBrowser } from './open-browser.ts';

const FLAGS = { port: 'text', host: 'text', 'no-open': 'switch', help: 'switch' } as const;

const HELP = `spanline view [source…]

Shows traces in the browser. It reads the log, and nothing leaves this machine.

  --port n        the port. Default: any free one
  --host address  listen on another address than 127.0.0.1. Who has the printed address can then read the log
  --no-open       print the address only
  -h, --help      this help

The source is a file, a folder or a glob; otherwise SPANLINE_SOURCE, or "source" of spanline.json.
Ctrl-C ends it. Exit codes: 0 ended, 64 wrong usage.
`;

function portOf(text: string | undefined): { port?: number } {
  if (text === undefined) return {};
  return /^\d{1,5}$/.test(text) && Number(text) < 65_536
    ? { port: Number(text) }
    : fail('--port', 'a number up to 65535');
}

async function start(args: readonly string[], io: CommandIo): Promise<number> {
  const split = splitArguments(args, FLAGS, { h: 'help' });
  const flags = checkFlags(split.flags, FLAGS);
  if (flags.help === true) {
    io.stdout.write(HELP);
    return EXIT.ok;
  }
  const found = findSources(split.positionals, io);
  const [first = '', ...more] = found;
  if (first === '-') return fail('source', 'a file, a folder or a glob: the standard input can be read only once');
  const viewer = await startViewer({
    source: more.length === 0 ? first : found,
    ...portOf(flags.port),
    ...(flags.host === undefined ? {} : { host: flags.host }),
  });
  io.stdout.write(`${viewer.url}\n`);
  const isAtDesk = io.stdout.isTTY === true && io.env['SSH_CONNECTION'] === undefined && io.env['CI'] === undefined;
  const forget = isAtDesk && flags['no-open'] !== true ? openBrowser(viewer.url) : undefined;
  if (!io.stop.aborted) await once(io.stop, 'abort');
  forget?.();
  await viewer.close();
  return EXIT.ok;
}

export async function view(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    return await start(args, io);
  } catch (error) {
    io.stderr.write(`spanline view: ${messageOf(error)}\n`);
    return error instanceof SpanlineError ? EXIT.usage : EXIT.incomplete;
  }
}
