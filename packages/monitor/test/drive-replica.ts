/** Lets time pass in replicas: processes of `replica.ts`. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** The answer of a replica. */
export interface Said {
  readonly state: string;
  readonly now: number;
  /** Evaluations without the shared memory. */
  readonly alone: number;
}

const QUARTERS = 4;

async function quarter(replica: ChildProcess, isFailing: boolean): Promise<Said> {
  const end = new AbortController();
  const onExit = (): void => end.abort(new Error('The replica ended.'));
  replica.once('exit', onExit);
  const answer = once(replica, 'message', { signal: end.signal });
  // Without this function, a process that has just been killed is an error that nobody waits for.
  replica.send(isFailing, (error) => {
    if (error !== null) end.abort(error);
  });
  const [said] = (await answer) as [Said];
  replica.off('exit', onExit);
  return said;
}

/** A minute of requests in one replica. */
export async function minute(replica: ChildProcess, isFailing: boolean): Promise<Said> {
  for (let count = 1; count < QUARTERS; count++) await quarter(replica, isFailing);
  return quarter(replica, isFailing);
}

/**
 * Minutes of requests in several replicas, side by side, so that none is so far ahead that another one seems to be gone.
 *
 * @param isFailing - by replica
 */
export async function minutes(
  count: number,
  replicas: readonly ChildProcess[],
  isFailing: readonly boolean[],
): Promise<Said[]> {
  let said: Said[] = [];
  for (let at = 0; at < count * QUARTERS; at++)
    said = await Promise.all(replicas.map((replica, index) => quarter(replica, isFailing[index] === true)));
  return said;
}
