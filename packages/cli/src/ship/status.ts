import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SinkStats } from '@spanline/ship';
import {
  livenessOf,
  parseIdentity,
  type Rates,
  readSpoolState,
  STATUS_FILE,
  type WriterState,
} from '@spanline/ship/internal';
import { describeStats, formatBytes } from './progress.ts';

type Stats = Readonly<Record<string, SinkStats>>;

/** A running shipper writes its status every second. */
const FRESH_MS = 30_000;

/** Answer of `--status`. */
interface Status {
  readonly text: string;
  readonly isRunning: boolean;
}

function describeWriter({ name, isRunning, bytes, lagBytes }: WriterState): string {
  const behind = [...lagBytes].map(([sink, lag]) => `${sink} ${formatBytes(lag)} behind`);
  const sinks = behind.length === 0 ? `${formatBytes(bytes)}, no target has read it yet` : behind.join('  ');
  return `${name}  ${isRunning ? 'running' : 'ended'}  ${sinks}`;
}

/** Describes a spool by its files, for one that an application ships itself; `undefined` when there is no writer. */
export function describeSpool(dir: string): Status | undefined {
  const writers = readSpoolState(dir);
  if (writers.length === 0) return undefined;
  const title = `no shipper has worked on ${dir}; applications write and ship it`;
  const isRunning = writers.some((writer) => writer.isRunning);
  return { text: `${[title, ...writers.map(describeWriter)].join('\n')}\n`, isRunning };
}

/** Describes what the shipper of a folder is doing; `undefined` when none has ever worked there. */
export function readStatus(dir: string): Status | undefined {
  try {
    const text = readFileSync(join(dir, STATUS_FILE), 'utf8');
    const { at, sinks, linesPerSecond, isStopped } = JSON.parse(text) as {
      at: string;
      sinks: Stats;
      linesPerSecond: Rates;
      isStopped?: boolean;
    };
    const shipper = parseIdentity(text);
    if (shipper === undefined) return undefined;
    const isRunning = isStopped !== true && livenessOf(shipper) !== 'gone' && Date.now() - Date.parse(at) < FRESH_MS;
    const title = isRunning
      ? `running, pid ${shipper.pid}, ${at}`
      : `not running; last status of pid ${shipper.pid}, ${at}`;
    return { text: `${[title, ...describeStats(sinks, isRunning ? linesPerSecond : {})].join('\n')}\n`, isRunning };
  } catch {
    return undefined;
  }
}
