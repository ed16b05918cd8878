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

type Kind = keyof typeof KINDS;
type Operation = keyof TurnCost;

/** A case in one kind of process. */
type Side = readonly [kind: Kind, name: WireCase];

/** The costs of one round. */
class Round {
  readonly #costs = new Map<string, TurnCost>();

  add([kind, name]: Side, cost: TurnCost): void {
    this.#costs.set(`${kind} ${name}`, cost);
  }

  ns([kind, name]: Side, operation: Operation): number {
    return this.#costs.get(`${kind} ${name}`)?.[operation] ?? Number.NaN;
  }
}

interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The rounds of all launches. */
class Samples {
  readonly #launches: (readonly Round[])[] = [];

  launched(rounds: readonly Round[]): void {
    this.#launches.push(rounds);
  }

  result(side: Side, operation: Operation): BenchResult {
    const rounds = this.#launches.flat();
    return resultOf(
      side[1],
      rounds.map((round) => ({ ns: round.ns(side, operation), bytes: Number.NaN, gcNs: Number.NaN })),
    );
  }

  /** The ratio of the medians of each launch: the middle one, and those that are farthest apart. */
  ratio(side: Side, against: Side, operation: Operation): Spread {
    const ratios = this.#launches.map((rounds) => {
      const [measured, base] = [side, against].map((each) => median(rounds.map((round) => round.ns(each, operation))));
      return (measured ?? Number.NaN) / (base ?? Number.NaN);
    });
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

async function launch(...where: string[]): Promise<Round[]> {
  const clients = Object.entries(KINDS).map(([kind, names]) => ({
    kind: kind as Kind,
    names,
    client: start('wire-client.ts', ...where),
  }));
  const rounds: Round[] = [];
  try {
    for (const { names, client } of clients)
      for (const name of names) await follow(client, { warmUp: name, answers: WARM_ANSWERS });
    for (let count = -WARM_ROUNDS; count < ROUNDS; count++) {
      const round = new Round();
      for (const { kind, names, client } of clients) {
        // The first case of a process pays for what the other processes have done: each case comes first as often.
        const first = (count + WARM_ROUNDS) % names.length;
        for (const name of [...names.slice(first), ...names.slice(0, first)])
          round.add([kind, name], await follow(client, { turn: name }));
      }
      if (count >= 0) rounds.push(round);
    }
  } finally {
    for (const { client } of clients) client.kill();
  }
  return rounds;
}

const OPERATIONS: readonly (readonly [string, Operation])[] = [
  [`a streamed answer of ${SHORT_CHUNKS} chunks`, 'answer'],
  ['one more chunk', 'chunk'],
  ['a request to another host', 'other'],
];
const LIMITS: Partial<Record<Operation, number>> = { chunk: 1.1, other: 1.02 };

const SHARED_BARE: Side = ['shared', BARE];
const ALONE: Side = ['alone', BARE];
const WIRE: Side = ['shared', 'wire'];
const PEER: Side = ['peer', 'OpenTelemetry'];

/** What is compared, by its name. */
const COMPARED: readonly (readonly [string, Side, Side])[] = [
  ['Spanline', WIRE, SHARED_BARE],
  ['OpenTelemetry', PEER, ALONE],
  [`*${FLOOR}*`, ['shared', FLOOR], SHARED_BARE],
  ['*taken back*', SHARED_BARE, ALONE],
];

const figure = (ratio: number): string => ratio.toFixed(2);

/** The rows of the table in docs/wire.md for the Node that runs this. */
function pageRows(samples: Samples): string[] {
  const node = process.versions.node.split('.').slice(0, 2).join('.');
  return COMPARED.map(([title, side, against], index) => {
    const cells = OPERATIONS.map(([, operation]) => {
      const { median: middle, least, most } = samples.ratio(side, against, operation);
      return `${figure(middle)}× (${figure(least)}–${figure(most)})`;
    });
    return `| ${[index === 0 ? node : '', title, ...cells].join(' | ')} |`;
  });
}

function rowsOf(samples: Samples): Row[] {
  const row = (make: typeof told, what: string, side: Side, against: Side, operation: Operation): Row => {
    const { median: measured, least, most } = samples.ratio(side, against, operation);
    const made = make(what, samples.result(side, operation), samples.result(against, operation));
    return { ...made, measured, detail: `${made.detail}, ${figure(least)}–${figure(most)} of ${LAUNCHES} launches` };
  };
  const most =
    (limit: number): typeof told =>
    (what, ...sides) =>
      ratio(what, limit, ...sides);
  return OPERATIONS.flatMap(([what, operation]) => {
    const limit = LIMITS[operation];
    const [bare, wire, peer] = [ALONE, WIRE, PEER].map((side) => samples.result(side, operation));
    return [
      ...COMPARED.map(([title, side, against], index) =>
        index === 0
          ? row(limit === undefined ? told : most(limit), what, side, against, operation)
          : row(told, `  - ${title.replaceAll('*', '')}`, side, against, operation),
      ),
      addedTold('  - added, beside OpenTelemetry', bare, wire, peer),
    ];
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
