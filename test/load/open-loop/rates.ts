/** Latency, throughput and event loop of a service at parts of its saturation, without and with Spanline. */
import { meanOf } from '@spanline/record/statistics';
import { type Bench, startBench, type Turn } from './measure.ts';

/** Parts of the saturation. */
export const PARTS = [0.5, 0.8, 0.95];
const SATURATION_TURNS = 3;
/** Requests of a turn at saturation, for each second at a rate: 1500 for 40 seconds. */
const SATURATION_REQUESTS = 37.5;
/** Each side has so many turns at a rate, one after the other, so that a machine that slows down slows both. */
const TURNS = 2;

/** A service at one rate. */
interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMsPerRequest: number;
  readonly loopDelayP50Ms: number;
  readonly loopDelayP99Ms: number;
  readonly rssMb: number;
  readonly failed: number;
  readonly internalErrors: number;
}

const best = (numbers: readonly number[]): number => Math.max(...numbers);
const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/** Both are asked in turns. */
async function saturations(benches: readonly Bench[], seconds: number): Promise<number[]> {
  const requests = Math.ceil(SATURATION_REQUESTS * seconds);
  const found: number[][] = benches.map(() => []);
  for (let turn = 0; turn < SATURATION_TURNS; turn++)
    for (const [place, bench] of benches.entries()) found[place]?.push(await bench.saturation(requests));
  return found.map(best);
}

function together(turns: readonly Turn[]): Measured {
  const sorted = turns.flatMap(({ latenciesMs }) => latenciesMs).toSorted((a, b) => a - b);
  const costs = turns.map(({ cost }) => cost);
  return {
    perSecond: sorted.length / sumOf(turns.map(({ seconds }) => seconds)),
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    cpuMsPerRequest: sumOf(costs.map(({ cpuMs }) => cpuMs)) / sorted.length,
    loopDelayP50Ms: meanOf(costs.map(({ loopDelayP50Ms }) => loopDelayP50Ms)),
    loopDelayP99Ms: meanOf(costs.map(({ loopDelayP99Ms }) => loopDelayP99Ms)),
    rssMb: best(costs.map(({ rssMb }) => rssMb)),
    failed: sumOf(turns.map(({ failed }) => failed)),
    internalErrors: best(costs.map(({ internalErrors }) => internalErrors)),
  };
}

const ms = (value: number): string => value.toFixed(1);

function cells(measured: Measured): string[] {
  const { perSecond, p50Ms, p99Ms, cpuMsPerRequest, loopDelayP50Ms, loopDelayP99Ms, rssMb } = measured;
  const loop = `${ms(loopDelayP50Ms)} / ${ms(loopDelayP99Ms)}`;
  return [perSecond.toFixed(0), ms(p50Ms), ms(p99Ms), cpuMsPerRequest.toFixed(2), loop, rssMb.toFixed(0)];
}

function rows(part: number, without: Measured, traced: Measured): string[] {
  const added = [
    '',
    ms(traced.p50Ms - without.p50Ms),
    ms(traced.p99Ms - without.p99Ms),
    (traced.cpuMsPerRequest - without.cpuMsPerRequest).toFixed(2),
    `${ms(traced.loopDelayP50Ms - without.loopDelayP50Ms)} / ${ms(traced.loopDelayP99Ms - without.loopDelayP99Ms)}`,
    (traced.rssMb - without.rssMb).toFixed(0),
    '',
  ];
  const line = (name: string, values: readonly string[]): string =>
    `| ${[`${part * 100} %`, name, ...values].join(' | ')} |`;
  const faults = ({ failed, internalErrors }: Measured): string => `${failed} / ${internalErrors}`;
  return [
    line('without', [...cells(without), faults(without)]),
    line('with', [...cells(traced), faults(traced)]),
    line('added', added),
  ];
}

/** Measures both services in turns, each for so many seconds at a rate. Prints as it goes. */
export async function measureRates(seconds: number): Promise<void> {
  const plain = await startBench(false);
  const traced = await startBench(true).catch(async (error: unknown) => {
    await plain.stop();
    throw error;
  });
  try {
    const [without = 0, withSpanline = 0] = await saturations([plain, traced], seconds);
    const lostShare = (1 - withSpanline / without) * 100;
    console.log(
      `Saturation: ${without.toFixed(0)} requests a second without, ${withSpanline.toFixed(0)} with Spanline`,
    );
    console.log(`(${lostShare.toFixed(1)} % lost). Parts are of the lower one.\n`);
    console.log(
      '| load | | requests a second | p50, ms | p99, ms | CPU, ms a request | late event loop p50 / p99, ms | RSS, MB | failed requests / internal errors |',
    );
    console.log('|---|---|---|---|---|---|---|---|---|');
    for (const part of PARTS) {
      const perSecond = Math.min(without, withSpanline) * part;
      const turns: [Turn[], Turn[]] = [[], []];
      for (let turn = 0; turn < TURNS; turn++) {
        turns[0].push(await plain.turn(perSecond, seconds / TURNS));
        turns[1].push(await traced.turn(perSecond, seconds / TURNS));
      }
      console.log(rows(part, together(turns[0]), together(turns[1])).join('\n'));
    }
  } finally {
    await Promise.all([plain.stop(), traced.stop()]);
  }
}
