/** How fast the machine is, so that figures of two machines can be compared. */
import { cpus } from 'node:os';
import { median } from './harness.ts';

/** Speed of the machine while a bench ran on it. */
export interface MachineSpeed {
  readonly cpus: number;
  readonly model: string;
  /** CPU nanoseconds of one step of a loop that needs registers alone. */
  readonly stepNs: number;
  /** CPU nanoseconds of one access to a random cache line of 64 MB, each of which depends on the one before. */
  readonly accessNs: number;
}

const ROUNDS = 5;
const STEPS = 20_000_000;
const ACCESSES = 2_000_000;
const BYTES = 64 * 1024 * 1024;
const LINE_BYTES = 64;

/** A generator with a period of 2^32 - 1. */
export function xorshift(state: number): number {
  let next = state;
  next ^= next << 13;
  next ^= next >>> 17;
  next ^= next << 5;
  return next >>> 0;
}

function steps(): number {
  let state = 1;
  for (let step = 0; step < STEPS; step++) state = xorshift(state);
  return state;
}

function accesses(memory: Uint8Array): number {
  let state = 1;
  for (let access = 0; access < ACCESSES; access++) {
    state = xorshift(state + (memory[(state % (BYTES / LINE_BYTES)) * LINE_BYTES] ?? 0));
  }
  return state;
}

function nsOf(work: () => number, count: number): number {
  const samples = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return ((user + system) * 1000) / count;
  });
  return median(samples);
}

/** Measures the machine. */
export function measureMachine(): MachineSpeed {
  const memory = new Uint8Array(BYTES).fill(1);
  const all = cpus();
  return {
    cpus: all.length,
    model: all[0]?.model ?? 'unknown CPU',
    stepNs: nsOf(steps, STEPS),
    accessNs: nsOf(() => accesses(memory), ACCESSES),
  };
}
