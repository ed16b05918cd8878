/**
 * `pnpm load:open [--seconds 20] [--node 20,22,24]`: latency of a service at parts of its saturation, with and without
 * Spanline. Sends to the loopback only.
 */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Bench, type Measured, startBench } from './measure.ts';

const PARTS = [0.5, 0.8, 0.95];
const SATURATION_REQUESTS = 1500;
const SATURATION_TURNS = 3;

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '20' }, node: { type: 'string' } },
});
const seconds = Number(values.seconds);
if (!(seconds > 0)) throw new Error('--seconds takes a number above 0');

const best = (numbers: readonly number[]): number => Math.max(...numbers);
const ms = (value: number): string => value.toFixed(1);

/** Both are asked in turns, so that other work of the machine meets both. */
async function saturations(benches: readonly Bench[]): Promise<number[]> {
  const found: number[][] = benches.map(() => []);
  for (let turn = 0; turn < SATURATION_TURNS; turn++)
    for (const [place, bench] of benches.entries()) found[place]?.push(await bench.saturation(SATURATION_REQUESTS));
  return found.map(best);
}

function row(part: number, name: string, measured: Measured): string {
  const { p50Ms, p99Ms, cpuMsPerRequest, loopDelayMs, rssMb, perSecond, failed, internalErrors } = measured;
  const cells = [`${part * 100} %`, name, perSecond.toFixed(0), ms(p50Ms), ms(p99Ms), cpuMsPerRequest.toFixed(2)];
  return `| ${[...cells, ms(loopDelayMs), rssMb.toFixed(0), `${failed} / ${internalErrors}`].join(' | ')} |`;
}

async function measureHere(): Promise<void> {
  const plain = await startBench(false);
  const traced = await startBench(true).catch(async (error: unknown) => {
    await plain.stop();
    throw error;
  });
  try {
    const [without = 0, withSpanline = 0] = await saturations([plain, traced]);
    const lostShare = (1 - withSpanline / without) * 100;
    console.log(`\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}`);
    console.log(
      `Saturation: ${without.toFixed(0)} requests a second without, ${withSpanline.toFixed(0)} with Spanline`,
    );
    console.log(`(${lostShare.toFixed(1)} % lost). Parts are of the lower one.\n`);
    console.log(
      '| load | | requests a second | p50, ms | p99, ms | CPU ms a request | loop delay p99, ms | RSS, MB | failed requests / internal errors |',
    );
    console.log('|---|---|---|---|---|---|---|---|---|');
    for (const part of PARTS) {
      const perSecond = Math.min(without, withSpanline) * part;
      console.log(row(part, 'without', await plain.measure(perSecond, seconds)));
      console.log(row(part, 'with', await traced.measure(perSecond, seconds)));
    }
  } finally {
    await Promise.all([plain.stop(), traced.stop()]);
  }
}

if (values.node === undefined) await measureHere();
else {
  for (const version of values.node.split(',')) {
    const args = ['-y', '-p', `node@${version}`, 'node', '--import', 'tsx', fileURLToPath(import.meta.url)];
    const { status } = spawnSync('npx', [...args, '--seconds', values.seconds], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
