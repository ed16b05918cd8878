import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Outage, type OutageTarget, startOutageTarget } from './target.ts';
import type { TransportName } from './transports.ts';

/** A run: the target works, then it does not, then it does again. */
export interface OutagePlan {
  readonly linesPerSecond: number;
  readonly goodSeconds: number;
  readonly badSeconds: number;
  readonly afterSeconds: number;
}

/** What became of the lines of a run. */
export interface OutageResult {
  readonly logged: number;
  readonly lost: number;
  /** Lines that arrived more than once. */
  readonly repeated: number;
  /** Exit code of the application; not 0 when it was ended by its transport. */
  readonly code: number | null;
}

const APP = fileURLToPath(new URL('./app.ts', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));

async function trouble(target: OutageTarget, outage: Outage, plan: OutagePlan): Promise<void> {
  await sleep(plan.goodSeconds * 1000);
  await target.fail(outage);
  await sleep(plan.badSeconds * 1000);
  await target.recover();
}

/** Runs an application with a transport while its target is out of order for a time. */
export async function runOutage(transport: TransportName, outage: Outage, plan: OutagePlan): Promise<OutageResult> {
  const target = await startOutageTarget();
  const dir = mkdtempSync(join(tmpdir(), 'spanline-outage-'));
  const { linesPerSecond, goodSeconds, badSeconds, afterSeconds } = plan;
  const duration = goodSeconds + badSeconds + afterSeconds;
  const args = ['--import', 'tsx', APP, transport, target.port, dir, linesPerSecond, duration].map(String);
  const child = spawn(process.execPath, args, { cwd: HERE, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'close') as Promise<[number | null]>;
  await Promise.race([once(child.stdout, 'data'), ended]);
  await trouble(target, outage, plan);
  const [code] = await ended;
  await target.close();
  rmSync(dir, { recursive: true, force: true });
  const logged = linesPerSecond * duration;
  const repeated = [...target.arrived.values()].filter((times) => times > 1).length;
  return { logged, lost: logged - target.arrived.size, repeated, code };
}
