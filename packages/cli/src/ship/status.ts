import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SinkStats } from '@spanline/ship';
import { describeStats } from './progress.ts';
import type { Rates } from './rates.ts';

type Stats = Readonly<Record<string, SinkStats>>;

const FILE = 'status.json';
/** It is written each second; a pid of another container, or of before the last boot, says nothing. */
const FRESH_MS = 30_000;

/** Leaves what the shipper is doing for `--status`. Never throws: a full disk must not end a shipper. */
export function writeStatus(dir: string, stats: Stats, linesPerSecond: Rates): void {
  try {
    const path = join(dir, FILE);
    const at = new Date().toISOString();
    const text = JSON.stringify({ pid: process.pid, at, sinks: stats, linesPerSecond });
    writeFileSync(`${path}.tmp`, text, { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
  } catch {
    // The next second tries again.
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What the shipper of a folder is doing, in words; `undefined` when none has worked there. */
export function readStatus(dir: string): { text: string; isRunning: boolean } | undefined {
  try {
    const { pid, at, sinks, linesPerSecond } = JSON.parse(readFileSync(join(dir, FILE), 'utf8')) as {
      pid: number;
      at: string;
      sinks: Stats;
      linesPerSecond: Rates;
    };
    const isRunning = runs(pid) && Date.now() - Date.parse(at) < FRESH_MS;
    const head = isRunning ? `running, pid ${pid}, ${at}` : `not running; what pid ${pid} said last, ${at}`;
    return { text: `${[head, ...describeStats(sinks, isRunning ? linesPerSecond : {})].join('\n')}\n`, isRunning };
  } catch {
    return undefined;
  }
}
