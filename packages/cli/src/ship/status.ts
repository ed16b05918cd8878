import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SinkStats } from '@spanline/ship';
import { currentProcess, livenessOf, parseIdentity, replaceFile } from '@spanline/ship/internal';
import { describeStats } from './progress.ts';
import type { Rates } from './rates.ts';

type Stats = Readonly<Record<string, SinkStats>>;

const FILE = 'status.json';
/** A running shipper writes its status every second. */
const FRESH_MS = 30_000;

/** Saves the status for `--status`. Never throws: a full disk must not end a shipper. */
export function writeStatus(dir: string, stats: Stats, linesPerSecond: Rates): void {
  try {
    const at = new Date().toISOString();
    const status = { ...currentProcess(), at, sinks: stats, linesPerSecond };
    replaceFile(join(dir, FILE), JSON.stringify(status), { isDurable: false });
  } catch {
    // The next second tries again.
  }
}

/** Describes what the shipper of a folder is doing; `undefined` when none has ever worked there. */
export function readStatus(dir: string): { text: string; isRunning: boolean } | undefined {
  try {
    const text = readFileSync(join(dir, FILE), 'utf8');
    const { at, sinks, linesPerSecond } = JSON.parse(text) as {
      at: string;
      sinks: Stats;
      linesPerSecond: Rates;
    };
    const shipper = parseIdentity(text);
    if (shipper === undefined) return undefined;
    const isRunning = livenessOf(shipper) !== 'gone' && Date.now() - Date.parse(at) < FRESH_MS;
    const title = isRunning
      ? `running, pid ${shipper.pid}, ${at}`
      : `not running; last status of pid ${shipper.pid}, ${at}`;
    return { text: `${[title, ...describeStats(sinks, isRunning ? linesPerSecond : {})].join('\n')}\n`, isRunning };
  } catch {
    return undefined;
  }
}
