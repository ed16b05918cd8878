/** Memory after the requests of an hour, from the growth of a shorter run at saturation. */
import { meanOf, studentFactor } from '@spanline/record/statistics';
import { type Bench, startBench } from './measure.ts';

/** Two generations of a small heap: garbage is collected often, and does not look like growth. */
const FLAGS = ['--expose-gc', '--max-semi-space-size=4', '--max-old-space-size=256'];
const REQUESTS_OF_A_SAMPLE = 100;
/** The first part of a run warms up: caches fill, so does the monitor's sample of 5,000 traces, and V8 compiles. */
const WARM_SHARE = 1 / 2;
/** Neighbouring samples resemble each other; means of so many blocks hardly do. */
const BLOCKS = 8;
const Z95 = 1.959_964;
const SECONDS_OF_AN_HOUR = 3600;

/** Memory after so many requests. */
interface Sample {
  readonly requests: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
}

/** A slope, and half of its 95 % interval. */
interface Slope {
  readonly perRequest: number;
  readonly margin: number;
}

/** A run of one service at saturation. */
interface Run {
  /** The samples after warm-up. */
  readonly samples: readonly Sample[];
  readonly requests: number;
  /** Requests a second. */
  readonly perSecond: number;
}

/** Least squares through the means of blocks, with Student's interval. */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): Slope {
  const size = Math.floor(points.length / BLOCKS);
  if (size < 1) throw new Error(`a slope takes at least ${BLOCKS} samples; there are ${points.length}`);
  const blocks = Array.from({ length: BLOCKS }, (_, block) => points.slice(block * size, (block + 1) * size));
  const xs = blocks.map((block) => meanOf(block.map(([x]) => x)));
  const ys = blocks.map((block) => meanOf(block.map(([, y]) => y)));
  const [meanX, meanY] = [meanOf(xs), meanOf(ys)];
  const spread = xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
  const perRequest = xs.reduce((sum, x, index) => sum + (x - meanX) * ((ys[index] ?? 0) - meanY), 0) / spread;
  const errors = xs.map((x, index) => (ys[index] ?? 0) - meanY - perRequest * (x - meanX));
  const degrees = BLOCKS - 2;
  const variance = errors.reduce((sum, error) => sum + error ** 2, 0) / degrees;
  return { perRequest, margin: studentFactor(Z95, degrees) * Math.sqrt(variance / spread) };
}

async function saturated(bench: Bench, seconds: number): Promise<Run> {
  const samples: Sample[] = [];
  const start = performance.now();
  let requests = 0;
  while (performance.now() - start < seconds * 1000) {
    await bench.saturation(REQUESTS_OF_A_SAMPLE);
    requests += REQUESTS_OF_A_SAMPLE;
    samples.push({ requests, ...(await bench.memory()) });
  }
  const perSecond = requests / ((performance.now() - start) / 1000);
  return { samples: samples.slice(Math.floor(samples.length * WARM_SHARE)), requests, perSecond };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function row(name: string, { samples, requests }: Run, hour: number): string {
  const slope = (pick: (sample: Sample) => number): Slope =>
    slopeOf(samples.map((sample): [number, number] => [sample.requests, pick(sample)]));
  const grown = ({ perRequest, margin }: Slope): string =>
    `${((perRequest * hour) / 1e6).toFixed(1)} ± ${megabytes(margin * hour)}`;
  const last = samples.at(-1);
  const cells = [
    name,
    requests.toString(),
    megabytes(last?.rssBytes ?? Number.NaN),
    grown(slope(({ rssBytes }) => rssBytes)),
    megabytes(last?.heapBytes ?? Number.NaN),
    grown(slope(({ heapBytes }) => heapBytes)),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Runs the service without and with tracing at saturation, one after the other. @returns the lines of a table */
export async function memoryOfAnHour(seconds: number, part: number): Promise<string[]> {
  const runs: [string, Run][] = [];
  for (const isTraced of [false, true]) {
    const bench = await startBench(isTraced, FLAGS);
    try {
      runs.push([isTraced ? 'with' : 'without', await saturated(bench, seconds / 2)]);
    } finally {
      await bench.stop();
    }
  }
  const hour = Math.round(part * SECONDS_OF_AN_HOUR * Math.min(...runs.map(([, { perSecond }]) => perSecond)));
  return [
    `Requests of an hour at ${part * 100} %: ${hour}. Growth in them ± half of its 95 % interval:`,
    '',
    '| | requests | RSS at the end | RSS grown in an hour | live heap at the end | live heap grown in an hour |',
    '|---|---|---|---|---|---|',
    ...runs.map(([name, run]) => row(name, run, hour)),
  ];
}
