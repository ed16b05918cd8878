/** A neighbour on the other core, which wants the caches and the memory as the rows are measured. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { xorshift } from './machine.ts';

const BYTES = 64 * 1024 * 1024;
const LINE_BYTES = 64;
/** Writes between two looks at what the parent says. */
const WRITES = 1_000_000;

/** What the neighbour does, for the results. */
export const PRESSURE =
  'one process without pause: writes to random cache lines of 64 MB, and copies 32 MB every million writes';

/** A process of its own, so that its CPU time is not counted. It ends with the bench. */
export interface Neighbour {
  stop(): void;
}

/** Starts the neighbour. Resolves when it is at work. */
export async function startNeighbour(): Promise<Neighbour> {
  const child = fork(fileURLToPath(import.meta.url), { execArgv: ['--import', 'tsx'] });
  await once(child, 'message');
  return { stop: () => void child.kill() };
}

function thrash(): void {
  const memory = new Uint8Array(BYTES);
  let state = 1;
  const round = (): void => {
    for (let write = 0; write < WRITES; write++) {
      state = xorshift(state);
      memory[(state % (BYTES / LINE_BYTES)) * LINE_BYTES] = state & 0xff;
    }
    memory.copyWithin(0, BYTES / 2);
    setImmediate(round);
  };
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
  round();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) thrash();
