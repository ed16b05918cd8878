import { hostname } from 'node:os';
import { threadId } from 'node:worker_threads';
import { sharedState } from '@spanline/core/internal';

/** The process, for people. */
export const instance = (): string => `${hostname()}:${process.pid}`;

/**
 * Makes a name for the owner of a monitor's incidents that no other monitor has, on any host. Without a memory that
 * keeps it, the next process is another owner.
 */
export function createOwner(): string {
  const monitors = sharedState('monitors', () => ({ count: 0 }));
  return [instance(), threadId, monitors.count++].join(' ');
}
