import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type Report, type Shipper, spool, startShipper } from '@spanline/ship';
import { resolveConfig, type ShipConfig } from './config.ts';
import { fail } from './fail.ts';
import { parseShipOptions, SHIP_HELP, type ShipOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { runSetup } from './setup.ts';
import { readStatus, writeStatus } from './status.ts';

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
const TOO_LATE = 2;
const WRONG = 64;

function onceAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Lines of the standard input are put into the spool, so that they survive what a spool survives. */
async function takeStdin(dir: string, { stdin, stop }: CommandIo): Promise<void> {
  const spooled = spool({ dir });
  const lines = createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY });
  stop.addEventListener('abort', () => lines.close(), { once: true });
  lines.on('line', (line) => spooled.write(line));
  await new Promise((resolve) => {
    lines.once('close', resolve);
  });
  stdin.destroy();
  await spooled.close(0);
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

async function work(config: ShipConfig, options: ShipOptions, io: CommandIo): Promise<number> {
  const progress = createProgress(io.stderr);
  const onReport = ({ level, message, lines }: Report): void => {
    progress.clear();
    io.stderr.write(`${level}: ${message}${lines === undefined ? '' : ` (${lines})`}\n`);
  };
  const shipper = startShipper({ ...config, final: options.once, onReport });
  const show = (): void => {
    const stats = shipper.stats();
    progress.show(stats);
    writeStatus(config.dir, stats);
  };
  const timer = setInterval(show, SHOW_MS);
  let isDone = true;
  if (options.stdin) await takeStdin(config.dir, io);
  if (options.stdin || options.once) isDone = await drain(shipper, options, io);
  else await onceAborted(io.stop);
  clearInterval(timer);
  await shipper.stop(GRACE_MS);
  show();
  if (!isDone && !io.stop.aborted) return TOO_LATE;
  return options.once && Object.values(shipper.stats()).some(({ rejected }) => rejected > 0) ? REFUSED : OK;
}

function showStatus(dir: string, { stdout }: CommandIo): number {
  const status = readStatus(dir);
  stdout.write(status?.text ?? `no shipper has worked on ${dir}\n`);
  return status?.isRunning === true ? OK : REFUSED;
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
    if (config.to.length === 0) fail('--to', 'given at least once, such as --to elasticsearch=https://es:9200');
    return await work(config, options, io);
  } catch (error) {
    io.stderr.write(`spanline ship: ${error instanceof Error ? error.message : String(error)}\n`);
    return WRONG;
  }
}
