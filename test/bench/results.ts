/** The results of the last runs, in a file. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { MachineSpeed } from './machine.ts';
import type { Row } from './rows.ts';

const FILE = fileURLToPath(new URL('../../bench-results.json', import.meta.url));

/** Rows that were measured under one condition, and the speed of the machine meanwhile. */
export interface Run {
  readonly node: string;
  readonly measuredAt: string;
  readonly machine: MachineSpeed;
  /** The work of the neighbour. */
  readonly pressure?: string;
  readonly rows: readonly Row[];
}

/** The last run of each condition. */
export interface Results {
  readonly quiet?: Run;
  readonly busy?: Run;
}

/** How a run was measured. */
export type Condition = keyof Results;

/** Reads `bench-results.json`. */
export function readResults(): Results {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Results) : {};
}

/** Replaces the last run of a condition. */
export function keepResults(condition: Condition, run: Run): void {
  writeFileSync(FILE, `${JSON.stringify({ ...readResults(), [condition]: run }, null, 2)}\n`);
}
