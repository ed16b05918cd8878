/** Wire capture beside the official OpenTelemetry instrumentations of undici and OpenAI. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BenchResult, median, resultOf } from './harness.ts';
import { addedTold, type Row, ratio, told } from './rows.ts';
import { SHORT_CHUNKS, type TurnCost, type WireCase, type WireOrder } from './wire-client.ts';

/**
 * Each launch starts a process for every case: which code V8 compiles, and where it lies, differs between two processes
 * by more than the rows tell apart.
 */
const LAUNCHES = 5;
const WARM_TURNS = 1;
/** Turns of each process, in turn with the others. */
const TURNS = 3;
/** A count of four bytes. */
const NO_PROGRESS = Buffer.alloc(4);

type Operation = keyof TurnCost;

/** CPU nanoseconds of an operation, by case, a list for each launch. */
class Samples {
  readonly #launches: Map<string, TurnCost[]>[] = [];

  launched(costs: Map<string, TurnCost[]>): void {
    this.#launches.push(costs);
  }

  #of(launch: Map<string, TurnCost[]>, name: WireCase, operation: Operation): number[] {
    return (launch.get(name) ?? []).map((cost) => cost[operation]);
  }

  result(name: WireCase, operation: Operation): BenchResult {
    const all = this.#launches.flatMap((launch) => this.#of(launch, name, operation));
    return resultOf(
      name,
      all.map((ns) => ({ ns, bytes: Number.NaN, gcNs: Number.NaN })),
    );
  }

  /** The medians of each launch, as ratios. */
  ratios(name: WireCase, against: WireCase, operation: Operation): number[] {
    return this.#launches.map(
      (launch) => median(this.#of(launch, name, operation)) / median(this.#of(launch, against, operation)),
    );
  }
}

const start = (file: string, ...args: string[]): ChildProcess =>
  fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: ['--import', 'tsx'] });

/** Sends an order to the process of a case, and waits for what it answers. */
async function order(name: WireCase, client: ChildProcess, what: WireOrder): Promise<TurnCost> {
  client.send(what);
  // An error ends the process.
  const [cost] = (await Promise.race([once(client, 'message'), once(client, 'exit')])) as [TurnCost | number];
  if (typeof cost !== 'object') throw new Error(`the case ${name} failed`);
  return cost;
}

async function launch(names: readonly WireCase[], ...where: string[]): Promise<Map<string, TurnCost[]>> {
  const clients = names.map((name) => ({ name, client: start('wire-client.ts', name, ...where) }));
  const costs = new Map<string, TurnCost[]>(names.map((name) => [name, []]));
  try {
    for (const { name, client } of clients) await order(name, client, 'warm up');
    for (let turn = -WARM_TURNS; turn < TURNS; turn++) {
      for (const { name, client } of clients) {
        const cost = await order(name, client, 'turn');
        if (turn >= 0) costs.get(name)?.push(cost);
      }
    }
  } finally {
    for (const { client } of clients) client.kill();
  }
  return costs;
}

const BARE = 'client as it is';
const OPERATIONS: readonly (readonly [string, Operation])[] = [
  [`a streamed answer of ${SHORT_CHUNKS} chunks`, 'answer'],
  ['one more chunk', 'chunk'],
  ['a request to another host', 'other'],
];
const LIMITS: Partial<Record<Operation, number>> = { chunk: 1.1, other: 1.02 };

interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

const spread = (ratios: readonly number[]): Spread => ({
  median: median(ratios),
  least: Math.min(...ratios),
  most: Math.max(...ratios),
});
const figure = (ratio: number): string => ratio.toFixed(2);

/** The rows of the table in docs/wire.md for the Node that runs this. */
function pageRows(samples: Samples, floors: readonly WireCase[], isPatched: boolean): string[] {
  const node = `${process.versions.node.split('.').slice(0, 2).join('.')}${isPatched ? ', with `patch`' : ''}`;
  const cases: readonly (readonly [string, WireCase])[] = [
    ['Spanline', 'wire'],
    ['OpenTelemetry', 'OpenTelemetry'],
    ...floors.map((name) => [`*${name}*`, name] as const),
  ];
  return cases.map(([title, name], index) => {
    const cells = OPERATIONS.map(([, operation]) => {
      const { median: middle, least, most } = spread(samples.ratios(name, BARE, operation));
      return `${figure(middle)}× (${figure(least)}–${figure(most)})`;
    });
    return `| ${[index === 0 ? node : '', title, ...cells].join(' | ')} |`;
  });
}

/** Rows of wire capture. On Node 20 and 22 with its patch of `fetch`. */
export async function wireRows(): Promise<Row[]> {
  const isPatched = Number(process.versions.node.split('.')[0]) < 24;
  const floors: readonly WireCase[] = isPatched
    ? ['bytes are counted', 'a context was entered']
    : ['listeners that do nothing'];
  const folder = mkdtempSync(join(tmpdir(), 'spanline-bench-'));
  const progress = join(folder, 'progress');
  writeFileSync(progress, NO_PROGRESS);
  const server = start('wire-server.ts', progress);
  try {
    const [port] = (await once(server, 'message')) as [number];
    const samples = new Samples();
    for (let count = 0; count < LAUNCHES; count++) {
      const names: readonly WireCase[] = [BARE, 'wire', 'OpenTelemetry', ...floors];
      samples.launched(await launch(names, `http://127.0.0.1:${port}`, progress));
    }
    const row = (make: typeof told, what: string, name: WireCase, operation: Operation): Row => {
      const ratios = samples.ratios(name, BARE, operation);
      const made = make(what, samples.result(name, operation), samples.result(BARE, operation));
      const { median: measured, least, most } = spread(ratios);
      const detail = `${made.detail}, ${figure(least)}–${figure(most)} of ${LAUNCHES} launches`;
      return { ...made, measured, detail };
    };
    const most =
      (limit: number): typeof told =>
      (what, ...sides) =>
        ratio(what, limit, ...sides);
    const rowsOf = ([what, operation]: readonly [string, Operation]): Row[] => {
      const limit = LIMITS[operation];
      const [bare, wire, peer] = ([BARE, 'wire', 'OpenTelemetry'] as const).map((name) =>
        samples.result(name, operation),
      );
      return [
        row(limit === undefined ? told : most(limit), what, 'wire', operation),
        row(told, '  - OpenTelemetry', 'OpenTelemetry', operation),
        ...floors.map((name) => row(told, `  - ${name}`, name, operation)),
        addedTold('  - added, beside OpenTelemetry', bare, wire, peer),
      ];
    };
    for (const line of pageRows(samples, floors, isPatched)) console.log(line);
    return OPERATIONS.flatMap(rowsOf);
  } finally {
    server.kill();
    rmSync(folder, { recursive: true });
  }
}
