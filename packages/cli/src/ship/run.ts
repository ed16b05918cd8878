import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { type Report, type Shipper, spool, startShipper } from '@spanline/ship';
import { resolveConfig, type ShipConfig } from './config.ts';
import { fail } from './fail.ts';
import { parseShipOptions, SHIP_HELP, type ShipOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { createRates } from './rates.ts';
import { runSetup } from './setup.ts';
import { readStatus, writeStatus } from './status.ts';
import { takeStdin } from './stdin.ts';

/** What a command works with. */
export interface CommandIo {
  readonly stdin: Readable;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { readonly isTTY?: boolean; write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Fires when the command shall end. */
  readonly stop: AbortSignal;
}

const SHOW_MS = 1000;
const GRACE_MS = 10_000;
const OK = 0;
const REFUSED = 1;
const NOT_ALL = 2;
const WRONG = 64;

function onceAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Resolves true when everything was shipped, false when it took too long or the command shall end. */
async function drain(shipper: Shipper, { timeoutSeconds }: ShipOptions, { stop }: CommandIo): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    if (timeoutSeconds !== undefined) timer = setTimeout(() => resolve(false), timeoutSeconds * 1000);
  });
  const stopped = onceAborted(stop).then(() => false);
  const isDone = await Promise.race([shipper.drain().then(() => true), stopped, tooLate]);
  clearTimeout(timer);
  return isDone;
}

/** Says what another process ships already: nothing of it is done here. */
function describeHeld(held: readonly string[], dir: string): string {
  const names = held.length > 3 ? `${held.slice(0, 3).join(', ')} and ${held.length - 3} more` : held.join(', ');
  return `warn: another process ships ${names} of ${dir}; this one takes over when that one has ended\n`;
}

async function work(config: ShipConfig, options: ShipOptions, io: CommandIo): Promise<number> {
  const { dir } = config;
  const progress = createProgress(io.stderr);
  const say = (text: string): void => {
    progress.clear();
    io.stderr.write(text);
  };
  const onReport = ({ level, message, lines }: Report): void =>
    say(`${level}: ${message}${lines === undefined ? '' : ` (${lines})`}\n`);
  // First, so that the shipper finds it at once.
  const spooled = options.stdin ? spool({ dir }) : undefined;
  const shipper = startShipper({ ...config, final: options.once, onReport });
  const held = shipper.held();
  if (held.length > 0) say(describeHeld(held, dir));
  const rates = createRates();
  const show = (): void => {
    const stats = shipper.stats();
    const linesPerSecond = rates(stats);
    progress.show(stats, linesPerSecond);
    // The status is that of the process which ships.
    if (shipper.held().length === 0) writeStatus(dir, stats, linesPerSecond);
  };
  const timer = setInterval(show, SHOW_MS);
  let isDone = true;
  if (spooled !== undefined) await takeStdin(spooled, shipper, io);
  if (options.stdin || options.once) isDone = await drain(shipper, options, io);
  else await onceAborted(io.stop);
  clearInterval(timer);
  const isElsewhere = shipper.held().length > 0;
  await shipper.stop(GRACE_MS);
  show();
  if ((!isDone || (options.once && isElsewhere)) && !io.stop.aborted) return NOT_ALL;
  return options.once && Object.values(shipper.stats()).some(({ rejected }) => rejected > 0) ? REFUSED : OK;
}

function showStatus(dir: string, { stdout }: CommandIo): number {
  const status = readStatus(dir);
  stdout.write(status?.text ?? `no shipper has worked on ${dir}\n`);
  return status?.isRunning === true ? OK : REFUSED;
}

/** A path that is wrong would be waited for in silence, and nothing is what is shipped of it once. */
function checkFiles({ files }: ShipConfig, { once }: ShipOptions, { stderr }: CommandIo): void {
  const missing = files.filter((path) => !/[*?]/.test(path) && !existsSync(path));
  if (missing.length === 0) return;
  if (once) fail(missing.join(', '), 'a file that is there, for --once');
  stderr.write(`warn: ${missing.join(', ')}: not there yet\n`);
}

/** `spanline ship`. @returns the exit code */
export async function runShip(args: readonly string[], io: CommandIo): Promise<number> {
  const [first, ...others] = args;
  if (first === 'setup') return runSetup(others, io);
  try {
    const options = parseShipOptions(args);
    if (options.help) {
      io.stdout.write(SHIP_HELP);
      return OK;
    }
    const config = resolveConfig(options, io.env);
    if (options.status) return showStatus(config.dir, io);
    checkFiles(config, options, io);
    if (config.to.length === 0) fail('--to', 'given at least once, such as --to elasticsearch=https://es:9200');
    return await work(config, options, io);
  } catch (error) {
    io.stderr.write(`spanline ship: ${error instanceof Error ? error.message : String(error)}\n`);
    return WRONG;
  }
}
