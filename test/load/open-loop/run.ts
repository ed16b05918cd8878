/**
 * `pnpm load:open [--seconds 40] [--node 20,22,24]`: latency of a service at parts of its saturation, without and with
 * Spanline. `pnpm load:open --hour [--seconds 400]`: its memory after the requests of an hour, from a shorter run. Sends
 * to the loopback only.
 */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { memoryOfAnHour } from './hour.ts';
import { measureRates, PARTS } from './rates.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    node: { type: 'string' },
    hour: { type: 'boolean', default: false },
  },
});
const { hour: isHour, seconds: given = isHour ? '400' : '40', node: versions } = values;
const seconds = Number(given);
if (!(seconds > 0)) throw new Error('--seconds takes a number above 0');

async function measureHere(): Promise<void> {
  const began = performance.now();
  console.log(`\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}`);
  if (isHour) console.log((await memoryOfAnHour(seconds, PARTS.at(-1) ?? 1)).join('\n'));
  else await measureRates(seconds);
  console.log(`\n${((performance.now() - began) / 1000).toFixed(0)} s`);
}

if (versions === undefined) await measureHere();
else {
  for (const version of versions.split(',')) {
    const args = ['-y', '-p', `node@${version}`, 'node', '--import', 'tsx', fileURLToPath(import.meta.url)];
    const more = isHour ? ['--hour'] : [];
    const { status } = spawnSync('npx', [...args, '--seconds', given, ...more], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
