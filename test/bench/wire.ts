/** Wire capture beside the official OpenTelemetry instrumentations of undici and OpenAI. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BenchResult, median, resultOf } from './harness.ts';
import { type Row, ratio, told } from './rows.ts';
import { SHORT_CHUNKS, type TurnCost, type WireCase, type WireOrder } from './wire-client.ts';
import type { OtherCase, OtherCosts } from './wire-other.ts';

/** Processes of each kind, one after the other: V8 compiles and places code differently in each. */
const LAUNCHES = 3;
/** Rounds that warm up, and those that count. A case has one turn in each round. */
const WARM_ROUNDS = 1;
const ROUNDS = 6;
/** Short answers before the first round. V8 is still compiling for as long. */
const WARM_ANSWERS = 1000;
/** A count of four bytes. */
const NO_PROGRESS = Buffer.alloc(4);

const BARE = 'client as it is';
const IS_PATCHED = Number(process.versions.node.split('.')[0]) < 24;
const FLOOR: WireCase = IS_PATCHED ? 'bytes are counted' : 'listeners that do nothing';

/**
 * Kinds of processes, and their cases. Those that can be taken back share one: they meet the same compiled code, heap
 * and connections, and differ in nothing else. Another process has only ever had the bare client.
 */
const KINDS = {
  shared: [BARE, 'wire', FLOOR],
  alone: [BARE],
  peer: ['OpenTelemetry'],
} as const satisfies Readonly<Record<string, readonly WireCase[]>>;

type Operation = keyof TurnCost;

const OPERATIONS: readonly (readonly [string, Operation])[] = [
  [`a streamed answer of ${SHORT_CHUNKS} chunks`, 'answer'],
  ['one more chunk', 'chunk'],
  ['a request to another host', 'other'],
];

/** The process in which the cases take short turns of requests to another host. */
const TURNS = 'turns';

type Kind = keyof typeof KINDS | typeof TURNS;

/** A case in one kind of process. */
type Side = readonly [kind: Kind, name: WireCase | OtherCase];

interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The costs of one launch of all processes. */
class Launch {
  readonly #costs = new Map<string, number[]>();

  add(side: Side, operation: Operation, ...ns: readonly number[]): void {
    this.#costs.set([...side, operation].join(), [...this.ns(side, operation), ...ns]);
  }

  ns(side: Side, operation: Operation): readonly number[] {
    return this.#costs.get([...side, operation].join()) ?? [];
  }
}

/** The costs of all launches. */
class Samples {
  readonly #launches: Launch[] = [];

  launched(launch: Launch): void {
    this.#launches.push(launch);
  }

  result(side: Side, operation: Operation): BenchResult {
    const all = this.#launches.flatMap((launch) => launch.ns(side, operation));
    return resultOf(
      side[1],
      all.map((ns) => ({ ns, bytes: Number.NaN, gcNs: Number.NaN })),
    );
  }

  /** The ratio of the medians of each launch: the middle one, and those that are farthest apart. */
  ratio(side: Side, against: Side, operation: Operation): Spread {
    const ratios = this.#launches.map(
      (launch) => median(launch.ns(side, operation)) / median(launch.ns(against, operation)),
    );
    return { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
  }
}

const start = (file: string, ...args: string[]): ChildProcess =>
  fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: ['--expose-gc', '--import', 'tsx'] });

/** Sends an order to a process, and waits for what it answers. */
async function follow(client: ChildProcess, order: WireOrder): Promise<TurnCost> {
  const answered = new AbortController();
  const { signal } = answered;
  client.send(order);
  // An error ends the process.
  const events = ['message', 'exit'].map((event) => once(client, event, { signal }).catch(() => []));
  const [cost] = (await Promise.race(events)) as [TurnCost | number];
  answered.abort();
  if (typeof cost !== 'object') throw new Error(`failed: ${JSON.stringify(order)}`);
  return cost;
}

/** Requests to another host, in a process of their own. */
async function launchTurns(launch: Launch, url: string): Promise<void> {
  const client = start('wire-other.ts', url);
  try {
    const events = ['message', 'exit'].map((event) => once(client, event));
    const [costs] = (await Promise.race(events)) as [OtherCosts | number];
    if (typeof costs !== 'object') throw new Error('the requests to another host failed');
    for (const [name, ns] of Object.entries(costs)) launch.add([TURNS, name as OtherCase], 'other', ...ns);
  } finally {
    client.kill();
  }
}

async function launch(url: string, progress: string): Promise<Launch> {
  const clients = Object.entries(KINDS).map(([kind, names]) => ({
    kind: kind as Kind,
    names,
    client: start('wire-client.ts', url, progress),
  }));
  const launched = new Launch();
  try {
    for (const { names, client } of clients)
      for (const name of names) await follow(client, { warmUp: name, answers: WARM_ANSWERS });
    for (let count = -WARM_ROUNDS; count < ROUNDS; count++)
      for (const { kind, names, client } of clients) {
        // The first case of a process pays for what the other processes have done: each case comes first as often.
        const first = (count + WARM_ROUNDS) % names.length;
        for (const name of [...names.slice(first), ...names.slice(0, first)]) {
          const cost = await follow(client, { turn: name });
          if (count < 0) continue;
          for (const [, operation] of OPERATIONS) launched.add([kind, name], operation, cost[operation]);
        }
      }
  } finally {
    for (const { client } of clients) client.kill();
  }
  await launchTurns(launched, url);
  return launched;
}

const LIMITS: Partial<Record<Operation, number>> = { chunk: 1.1, other: 1.02 };

const SHARED_BARE: Side = ['shared', BARE];
const ALONE: Side = ['alone', BARE];
const PEER: Side = ['peer', 'OpenTelemetry'];
const TURNS_BARE: Side = [TURNS, BARE];

type Sides = readonly [measured: Side, against: Side];

/** A line of the table: two sides for each operation that it has. */
type Compared = readonly [title: string, sides: Readonly<Partial<Record<Operation, Sides>>>];

const each = (answer: Sides, other: Sides = answer): Record<Operation, Sides> => ({ answer, chunk: answer, other });

const SPANLINE = each([['shared', 'wire'], SHARED_BARE], [[TURNS, 'wire'], TURNS_BARE]);
const COMPARED: readonly Compared[] = [
  ['Spanline', SPANLINE],
  ['OpenTelemetry', each([PEER, ALONE])],
  ['*floor*', each([['shared', FLOOR], SHARED_BARE], [[TURNS, 'a listener that ignores the request'], TURNS_BARE])],
  ['*taken back*', each([SHARED_BARE, ALONE])],
  ['*the client as it is, again*', { other: [[TURNS, 'the client as it is, again'], TURNS_BARE] }],
];

const figure = (ratio: number): string => ratio.toFixed(2);

/** The rows of the table in docs/wire.md for the Node that runs this. */
function pageRows(samples: Samples): string[] {
  const node = process.versions.node.split('.').slice(0, 2).join('.');
  return COMPARED.map(([title, sides], index) => {
    const cells = OPERATIONS.map(([, operation]) => {
      const compared = sides[operation];
      if (compared === undefined) return '';
      const { median: middle, least, most } = samples.ratio(...compared, operation);
      return `${figure(middle)}× (${figure(least)}–${figure(most)})`;
    });
    return `| ${[index === 0 ? node : '', title, ...cells].join(' | ')} |`;
  });
}

function rowsOf(samples: Samples): Row[] {
  const row = (make: typeof told, what: string, sides: Sides, operation: Operation): Row => {
    const { median: measured, least, most } = samples.ratio(...sides, operation);
    const [ours, against] = sides.map((side) => samples.result(side, operation));
    const made = make(what, ours, against);
    return { ...made, measured, detail: `${made.detail}, ${figure(least)}–${figure(most)} of ${LAUNCHES} launches` };
  };
  const most =
    (limit: number): typeof told =>
    (what, ...sides) =>
      ratio(what, limit, ...sides);
  return OPERATIONS.flatMap(([what, operation]) => {
    const limit = LIMITS[operation];
    return COMPARED.flatMap(([title, { [operation]: sides }], index) => {
      if (sides === undefined) return [];
      return index === 0
        ? row(limit === undefined ? told : most(limit), what, sides, operation)
        : row(told, `  - ${title.replaceAll('*', '')}`, sides, operation);
    });
  });
}

/** Rows of wire capture. */
export async function wireRows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-bench-'));
  const progress = join(folder, 'progress');
  writeFileSync(progress, NO_PROGRESS);
  const server = start('wire-server.ts', progress);
  try {
    const [port] = (await once(server, 'message')) as [number];
    const samples = new Samples();
    for (let count = 0; count < LAUNCHES; count++) samples.launched(await launch(`http://127.0.0.1:${port}`, progress));
    for (const line of pageRows(samples)) console.log(line);
    return rowsOf(samples);
  } finally {
    server.kill();
    rmSync(folder, { recursive: true });
  }
}
