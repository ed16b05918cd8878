import { type HeapUse, startHeapMeter } from './heap-meter.ts';

/** One thing to measure; called again and again. */
export interface BenchCase {
  readonly name: string;
  /** One operation. */
  run(): void | Promise<void>;
  /** Finishes what operations have left to the background; its CPU time counts. */
  settle?(): Promise<unknown>;
  /** Called before each turn of the case, unmeasured; what it returns is called after the turn. */
  turn?(): () => void;
}

/** What one operation takes. */
export interface OperationCost extends HeapUse {
  /** CPU nanoseconds, user and system, all threads of the process. */
  readonly ns: number;
}

/** The cost of an operation of one case. */
export interface BenchResult extends HeapUse {
  readonly name: string;
  /** CPU nanoseconds an operation, user and system, all threads of the process: the median over repetitions. */
  readonly medianNs: number;
  readonly minNs: number;
  readonly maxNs: number;
}

const REPETITIONS = 7;
/** CPU time of a slice: on a busy machine it lasts longer, and does as much. */
const SLICE_NS = 250e6;
/** Pairs of turns when two cases are compared that hardly differ, and the CPU time of each turn. */
const PAIRS = 15;
const PAIR_SLICE_NS = 120e6;
/** Operations that warm a case up, unless they take this CPU time: V8 takes ten thousand to compile all. */
const WARM_OPERATIONS = 10_000;
const MAX_WARM_NS = 3e9;
/** Turns that warm up, at least: a case also meets the garbage of the others. */
const WARM_TURNS = 2;
const BATCH = 50;

function cpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** One turn of a case. */
interface Turn {
  readonly cost: OperationCost;
  readonly operations: number;
}

async function turn({ run, settle, turn: enter }: BenchCase, sliceNs = SLICE_NS): Promise<Turn> {
  const leave = enter?.();
  const stopMeter = startHeapMeter();
  const started = cpuNs();
  let operations = 0;
  do {
    for (let index = 0; index < BATCH; index++) {
      const pending = run();
      if (pending !== undefined) await pending;
    }
    operations += BATCH;
    await settle?.();
  } while (cpuNs() - started < sliceNs);
  const ns = cpuNs() - started;
  const { bytes, gcNs } = stopMeter();
  leave?.();
  return { cost: { ns: ns / operations, bytes: bytes / operations, gcNs: gcNs / operations }, operations };
}

/** Lets the cases run in turn until each is compiled. */
async function warmUp(cases: readonly BenchCase[]): Promise<void> {
  let cold = cases.map((benchCase) => ({ benchCase, turns: 0, operations: 0, ns: 0 }));
  while (cold.length > 0) {
    for (const state of cold) {
      const { cost, operations } = await turn(state.benchCase);
      state.turns++;
      state.operations += operations;
      state.ns += cost.ns * operations;
    }
    cold = cold.filter(
      ({ turns, operations, ns }) => turns < WARM_TURNS || (operations < WARM_OPERATIONS && ns < MAX_WARM_NS),
    );
  }
}

/** The middle one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The result of a case from its repetitions. */
export function resultOf(name: string, samples: readonly OperationCost[]): BenchResult {
  const all = samples.map(({ ns }) => ns);
  return {
    name,
    medianNs: median(all),
    minNs: Math.min(...all),
    maxNs: Math.max(...all),
    bytes: median(samples.map(({ bytes }) => bytes)),
    gcNs: median(samples.map(({ gcNs }) => gcNs)),
  };
}

/** Runs the cases in turn, A B C A B C …, so that a machine that slows down slows all of them. The first turns warm up. */
export async function measure(cases: readonly BenchCase[]): Promise<BenchResult[]> {
  const samples = new Map<string, OperationCost[]>(cases.map(({ name }) => [name, []]));
  await warmUp(cases);
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    for (const benchCase of cases) {
      const { cost } = await turn(benchCase);
      samples.get(benchCase.name)?.push(cost);
    }
  }
  return cases.map(({ name }) => resultOf(name, samples.get(name) ?? []));
}

/** Two cases, and the first as a multiple of the second. */
export interface Pair {
  readonly first: BenchResult;
  readonly second: BenchResult;
  /** The median of the ratios of neighbouring turns. */
  readonly ratio: number;
}

/**
 * Compares two cases that hardly differ, in turns A B B A A B …: the two turns of a pair meet the same state of the
 * machine, and neither case is always behind the other one.
 */
export async function measurePair(first: BenchCase, second: BenchCase): Promise<Pair> {
  await warmUp([first, second]);
  const samples: { first: OperationCost[]; second: OperationCost[] } = { first: [], second: [] };
  const ratios: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const order = pair % 2 === 0 ? (['first', 'second'] as const) : (['second', 'first'] as const);
    const ns = { first: Number.NaN, second: Number.NaN };
    for (const side of order) {
      const { cost } = await turn(side === 'first' ? first : second, PAIR_SLICE_NS);
      samples[side].push(cost);
      ns[side] = cost.ns;
    }
    ratios.push(ns.first / ns.second);
  }
  return {
    first: resultOf(first.name, samples.first),
    second: resultOf(second.name, samples.second),
    ratio: median(ratios),
  };
}
