import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { nearest, SpanlineError } from '@spanline/record';
import { type Report, type Shipper, spool, startShipper } from '@spanline/ship';
import { createRateMeter } from '@spanline/ship/internal';
import { type CommandIo, EXIT, messageOf } from '../command.ts';
import { fail } from '../fail.ts';
import { printHelp } from '../help.ts';
import { lineText } from '../report/index.ts';
import { resolveConfig, type ShipConfig } from './config.ts';
import { runDeadLetters } from './dead-letters.ts';
import { parseShipOptions, SHIP_HELP, type ShipOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { describeSpool, readStatus } from './status.ts';
import { spoolStdin } from './stdin.ts';

const SHOW_MS = 1000;
/** Names in the folder of a spool. */
const OURS = /^(?:writer-|file-|gzip-|read$|dead-letter$|status\.json$)/;
const GRACE_MS = 10_000;
const COMMANDS = ['setup', 'dead-letters'];

function onceAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Resolves true when everything was shipped, false when it took too long or the command must end. */
async function drain(shipper: Shipper, { timeoutSeconds }: ShipOptions, { stop }: CommandIo): Promise<boolean> {
  const done = new AbortController();
  const outcomes = [shipper.drain().then(() => true), onceAborted(stop).then(() => false)];
  if (timeoutSeconds !== undefined) {
    outcomes.push(sleep(timeoutSeconds * 1000, false, { signal: done.signal }).catch(() => false));
  }
  const isDone = await Promise.race(outcomes);
  done.abort();
  return isDone;
}

function describeHeld(held: readonly string[], dir: string): string {
  const names = held.length > 3 ? `${held.slice(0, 3).join(', ')} and ${held.length - 3} more` : held.join(', ');
  return `warn: another process ships ${names} of ${dir}; this one takes over when that one ends\n`;
}

async function work(config: ShipConfig, options: ShipOptions, io: CommandIo): Promise<number> {
  const { dir } = config;
  const progress = createProgress(io.stderr);
  const print = (text: string): void => {
    progress.clear();
    io.stderr.write(text);
  };
  let isUnreadable = false;
  const onReport = ({ level, what, message, lines }: Report): void => {
    isUnreadable ||= what === 'unreadable';
    print(`${level}: ${lineText(message)}${lines === undefined ? '' : ` (${lines})`}\n`);
  };
  // Before the shipper, so that it finds the writer at once.
  const spooled = options.stdin ? spool({ dir }) : undefined;
  const shipper = startShipper({ ...config, final: options.once, onReport });
  await shipper.found();
  const held = shipper.held();
  if (held.length > 0) print(describeHeld(held, dir));
  const rates = createRateMeter();
  const show = (): void => {
    const stats = shipper.stats();
    progress.show(stats, rates(stats));
  };
  const timer = setInterval(show, SHOW_MS);
  let isDone = true;
  if (spooled !== undefined) await spoolStdin(spooled, shipper, io);
  if (options.stdin || options.once) isDone = await drain(shipper, options, io);
  else await onceAborted(io.stop);
  clearInterval(timer);
  const isElsewhere = shipper.held().length > 0;
  await shipper.stop(GRACE_MS);
  show();
  if (options.once) printSummary(shipper, io);
  if ((!isDone || (options.once && (isElsewhere || isUnreadable))) && !io.stop.aborted) return EXIT.incomplete;
  return options.once && Object.values(shipper.stats()).some(({ rejected }) => rejected > 0) ? EXIT.refused : EXIT.ok;
}

function printSummary(shipper: Shipper, { stdout }: CommandIo): void {
  for (const [name, { stored, rejected, skipped }] of Object.entries(shipper.stats())) {
    const left = skipped === 0 ? '' : `, ${skipped} not for this target`;
    stdout.write(`${name}  ${stored} shipped, ${rejected} refused${left}\n`);
  }
}

function showStatus(dir: string, { stdout }: CommandIo): number {
  const status = readStatus(dir) ?? describeSpool(dir);
  stdout.write(status?.text ?? `no shipper has worked on ${dir}\n`);
  return status?.isRunning === true ? EXIT.ok : EXIT.refused;
}

/** A word that names no file and is almost that of a command. */
function checkCommand(word: string | undefined): void {
  if (word === undefined || !/^[a-z_-]+$/i.test(word) || word.startsWith('-') || existsSync(word)) return;
  const command = nearest(word, COMMANDS);
  if (command === undefined) return;
  const problem = `${word} is no file and no command; did you mean "spanline ship ${command}"? Write a file as ./${word}`;
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem });
}

/**
 * Refuses a folder that is not one of ours, if nothing else is to be shipped: a typo would ship nothing and say
 * nothing.
 */
function checkDir({ dir, files }: ShipConfig, { stdin }: ShipOptions): void {
  if (stdin || files.length > 0) return;
  if (!existsSync(dir)) fail('--dir', `the folder of a spool, but ${dir} does not exist`);
  const names = readdirSync(dir);
  if (names.length > 0 && !names.some((name) => OURS.test(name))) {
    fail('--dir', `the folder of a spool, but ${dir} holds other files`);
  }
}

/** Runs `spanline ship`. @returns the exit code */
export async function runShip(args: readonly string[], io: CommandIo): Promise<number> {
  const [first, ...others] = args;
  if (first === 'setup') return (await import('../setup/run-setup.ts')).runSetup(others, io);
  try {
    if (first === 'dead-letters') return await runDeadLetters(others, io);
    checkCommand(first);
    const options = parseShipOptions(args);
    if (options.help) {
      printHelp(SHIP_HELP, io);
      return EXIT.ok;
    }
    const config = await resolveConfig(options, io.env);
    if (options.status) return showStatus(config.dir, io);
    if (config.to.length === 0) fail('--to', 'given at least once, such as --to elasticsearch=https://es:9200');
    checkDir(config, options);
    return await work(config, options, io);
  } catch (error) {
    io.stderr.write(`spanline ship: ${messageOf(error)}\n`);
    return EXIT.usage;
  }
}
