import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Shipper, type SinkSpec, startShipper } from '@spanline/ship';
import { lockFolders, withCompanions } from '@spanline/ship/internal';
import { type CommandIo, EXIT } from '../command.ts';
import { fail } from '../fail.ts';
import { checkFlags, splitArguments } from '../flags.ts';
import { printHelp } from '../help.ts';
import { lineText } from '../report/index.ts';
import { resolveConfig, type ShipConfig } from './config.ts';
import { asideOf, filesOf, FOLDER, lettersOf, putBack, sinksOf, takeOut } from './dead-letter-files.ts';

const DEAD_LETTERS_HELP = `spanline ship dead-letters [options]

Lists lines that a target refused: time, target, reason, and the file and byte where the line starts.

  --dir <folder>     the folder of the shipper (default .spanline)
  --sink <name>      only those of one target
  --retry            send the lines of each target again, to the one of that name in --to and --config; with --sink to
                     those of --to, whatever their name. Lines that are refused again are listed again
  --text             with --retry: lines that are no JSON become documents with the line as their message
  --time-field <key> with --retry: as for spanline ship
  --to <target>      as for spanline ship; may be repeated
  --traces           as for spanline ship
  --config <file>    as for spanline ship; also targets of your own
  --help

Exit codes: 0; 1 when lines were refused again; 2 when not everything was sent; 64 when an option is wrong.
`;

const FLAGS = {
  dir: 'text',
  sink: 'text',
  retry: 'switch',
  text: 'switch',
  'time-field': 'text',
  to: 'texts',
  traces: 'switch',
  config: 'text',
  help: 'switch',
} as const;
const GRACE_MS = 10_000;

function list(folder: string, sink: string | undefined, { stdout }: CommandIo): number {
  const letters = filesOf(folder, sink).flatMap(lettersOf);
  for (const { time, sink: target, reason, file, offset } of letters) {
    stdout.write(`${lineText(`${time}  ${target}  ${reason}  ${file}, byte ${offset}`)}\n`);
  }
  stdout.write(letters.length === 1 ? '1 dead letter\n' : `${letters.length} dead letters\n`);
  return EXIT.ok;
}

async function drained(shipper: Shipper, stop: AbortSignal): Promise<boolean> {
  const stopped = new Promise<boolean>((resolve) => {
    stop.addEventListener('abort', () => resolve(false), { once: true });
  });
  return Promise.race([shipper.drain().then(() => true), stopped]);
}

/** The letters of one target, and where they are sent. */
interface Again {
  readonly folder: string;
  readonly sink: string;
  readonly to: readonly SinkSpec[];
  readonly lines: ShipConfig['lines'];
}

/** @returns the exit code */
async function sendAgain({ folder, sink, to, lines }: Again, io: CommandIo): Promise<number> {
  const dir = asideOf(folder, sink);
  let isUnreadable = false;
  const shipper = startShipper({
    dir,
    files: takeOut(folder, sink),
    lines,
    to,
    final: true,
    resends: true,
    onReport({ level, what, message }) {
      isUnreadable ||= what === 'unreadable';
      io.stderr.write(`${level}: ${lineText(message)}\n`);
    },
  });
  const isDrained = await drained(shipper, io.stop);
  const isDone = isDrained && shipper.held().length === 0 && !isUnreadable;
  await shipper.stop(GRACE_MS);
  const stats = Object.entries(shipper.stats());
  for (const [name, { stored, rejected }] of stats) {
    io.stdout.write(`${name}  ${stored} stored, ${rejected} refused again\n`);
  }
  // Interrupted, or a file could not be read: the folder has the rest, and its checkpoints.
  if (!isDone) return EXIT.incomplete;
  putBack(folder, sink);
  rmSync(dir, { recursive: true });
  return stats.some(([, { rejected }]) => rejected > 0) ? EXIT.refused : EXIT.ok;
}

/** Letters that are sent again, and their targets. */
interface Retry {
  readonly sink: string | undefined;
  readonly isText: boolean;
  readonly config: ShipConfig & { given: number };
}

/** Sends the letters of each target again. @returns the exit code */
async function retry(folder: string, { sink, isText, config }: Retry, io: CommandIo): Promise<number> {
  const { to, lines: ofFile, given } = config;
  const lines = { ...ofFile, ...(isText ? { text: 'line' as const } : {}) };
  let code: number = EXIT.ok;
  for (const name of sinksOf(folder).filter((other) => sink === undefined || other === sink)) {
    const own = withCompanions(to).filter((target) => target.name === name);
    const targets = own.length > 0 || sink === undefined ? own : to.slice(0, given);
    if (io.stop.aborted) return EXIT.incomplete;
    if (targets.length === 0) {
      io.stderr.write(`warn: the dead letters of ${name} stay: no target has this name. See --sink in --help\n`);
      code = EXIT.incomplete;
    } else {
      code = Math.max(code, await sendAgain({ folder, sink: name, to: targets, lines }, io));
    }
  }
  return code;
}

/** Sends letters again, one process at a time. @returns the exit code */
async function retryAlone(folder: string, what: Retry, io: CommandIo): Promise<number> {
  if (what.config.to.length === 0) fail('--to', 'given, such as --to elasticsearch=https://es:9200, or --config');
  if (!existsSync(folder)) return EXIT.ok;
  const warn = (text: string): void => void io.stderr.write(`warn: ${text}\n`);
  const locks = await lockFolders([folder], {
    signal: io.stop,
    onWait: () => warn(`waits up to 30 s for a sign of life of the process that locked ${folder} in another container`),
  });
  try {
    if (locks.isHeld(folder)) return await retry(folder, what, io);
    const reason = locks.refusal(folder) ?? 'held';
    if (reason === 'held') warn(`another process sends the dead letters of ${folder} again`);
    else warn(`${folder} cannot be locked (${reason})`);
    return EXIT.incomplete;
  } finally {
    locks.release();
  }
}

/** Runs `spanline ship dead-letters`. @returns the exit code */
export async function runDeadLetters(args: readonly string[], io: CommandIo): Promise<number> {
  const { positionals, flags } = splitArguments(args, FLAGS);
  if (positionals.length > 0) fail('dead-letters', 'followed by flags only');
  const {
    sink,
    retry: isRetry = false,
    text: isText = false,
    to = [],
    traces = false,
    help = false,
    ...rest
  } = checkFlags(flags, FLAGS);
  if (help) {
    printHelp(DEAD_LETTERS_HELP, io);
    return EXIT.ok;
  }
  const { dir, config: path, 'time-field': timeField } = rest;
  const given = { dir, config: path, files: [], to, traces, timeField, text: undefined };
  const config = await resolveConfig(given, io.env);
  if (!existsSync(config.dir)) fail('--dir', `the folder of a shipper, but ${config.dir} does not exist`);
  const folder = join(config.dir, FOLDER);
  if (!isRetry) return list(folder, sink, io);
  return retryAlone(folder, { sink, isText, config: { ...config, given: to.length } }, io);
}
