import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startTarget } from './target.ts';

const APP = fileURLToPath(new URL('app.ts', import.meta.url));

/** How long each part of a run is, in seconds, and how many lines it logs a second. */
export interface Plan {
  readonly good: number;
  readonly outage: number;
  readonly recovery: number;
  readonly perSecond: number;
  /** Of the application. @defaultValue none: it runs built packages */
  readonly nodeOptions?: readonly string[];
}

/** What came of a run. */
export interface Outcome {
  readonly transport: string;
  readonly lines: number;
  readonly stored: number;
  readonly requests: number;
  /** From the last line to the end of the process, in seconds. */
  readonly endSeconds: number;
  readonly code: number | null;
}

function start(transport: string, url: string, folder: string, plan: Plan): ChildProcess {
  const { good, outage, recovery, perSecond, nodeOptions = [] } = plan;
  const seconds = good + outage + recovery;
  const args = ['--import', 'tsx', ...nodeOptions, APP, transport, url, folder, String(perSecond), String(seconds)];
  return spawn(process.execPath, args, { stdio: 'ignore' });
}

/** Runs an application whose target is gone for a while. */
export async function survive(transport: string, plan: Plan): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-outage-'));
  const target = await startTarget();
  const child = start(transport, target.url, folder, plan);
  const ended = once(child, 'exit') as Promise<[number | null]>;
  try {
    await wait(plan.good * 1000);
    await target.down();
    await wait(plan.outage * 1000);
    await target.up();
    const lastLine = performance.now() + plan.recovery * 1000;
    const [code] = await ended;
    const lines = (plan.good + plan.outage + plan.recovery) * plan.perSecond;
    const endSeconds = Math.max(0, (performance.now() - lastLine) / 1000);
    return { transport, lines, stored: target.seen.size, requests: target.requests(), endSeconds, code };
  } finally {
    child.kill('SIGKILL');
    await target.down();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The outcomes as a table. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ transport, lines, stored, requests, endSeconds, code }) => [
    transport,
    String(lines),
    String(stored),
    `${(((lines - stored) / lines) * 100).toFixed(1)} %`,
    String(requests),
    `${endSeconds.toFixed(1)} s`,
    code === 0 ? 'ended' : `code ${code}`,
  ]);
  const head = ['transport', 'lines', 'stored', 'lost', 'requests', 'end', 'process'];
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [head, ...rows]
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .join('\n');
}
