import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningServer } from './server.ts';

/** A server that takes long to start, and that is fast to empty. */
export interface LentServer {
  readonly start: (files: string) => Promise<RunningServer>;
  /** Removes everything that a file of tests stored. */
  readonly empty: (url: string) => Promise<void>;
}

/**
 * Starts a server when it is first borrowed, and lends it to one file of tests after the other. It ends with the worker
 * of the runner that borrowed it: each worker has its own. `stop` gives it back, empty.
 */
export function lend({ start, empty }: LentServer): (files: string) => Promise<RunningServer> {
  let running: Promise<RunningServer> | undefined;
  return async (files) => {
    running ??= start(files);
    const server = await running.catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    const folder = mkdtempSync(join(server.folder, 'lent-'));
    return {
      url: server.url,
      folder,
      async stop() {
        rmSync(folder, { recursive: true, force: true });
        try {
          await empty(server.url);
        } catch (error) {
          running = undefined;
          await server.stop();
          throw error;
        }
      },
    };
  };
}

/** Sends a `DELETE` for each path. A node that does not know what is named has none of it. @throws an error with another refusal */
export async function remove(url: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const response = await fetch(`${url}/${path}`, { method: 'DELETE' });
    const answer = await response.text();
    if (!response.ok && response.status !== 404) throw new Error(`DELETE ${path}: ${response.status} ${answer}`);
  }
}
