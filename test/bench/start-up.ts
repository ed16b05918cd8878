import { spawnSync } from 'node:child_process';
import { median } from './harness.ts';
import { absolute, type Row } from './rows.ts';

const ROUNDS = 11;
/** `import '@spanline/core'` may take this many times as long as `import 'pino'`, and this much more. */
const FACTOR = 1.3;
const MORE_MS = 20;

/** CPU milliseconds of an import, in a process of its own. */
function importMs(specifier: string): number {
  const program = `
    const before = process.cpuUsage();
    await import(${JSON.stringify(import.meta.resolve(specifier))});
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  return Number(stdout);
}

/** How long a process takes to load the tracer. */
export function startUpRows(): Promise<Row[]> {
  const ours: number[] = [];
  const pino: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const [one, other] = [importMs('@spanline/core'), importMs('pino')];
    if (round < 0) continue;
    ours.push(one);
    pino.push(other);
  }
  const [core, peer] = [median(ours), median(pino)];
  const measured = core - FACTOR * peer;
  return Promise.resolve([
    absolute(
      "import '@spanline/core', beyond 1.3 × import 'pino'",
      { limit: MORE_MS, unit: 'ms', measured },
      `${core.toFixed(1)} ms / ${peer.toFixed(1)} ms (pino), CPU`,
    ),
  ]);
}
