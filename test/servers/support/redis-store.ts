/** The module of a store that a replica opens: the program of docs/alerts.md, with a client of Redis. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createClient } from '@redis/client';
import type { AlertStore } from '@spanline/monitor';
import { documentedStore } from './redis.ts';

const TEST = fileURLToPath(new URL('../..', import.meta.url));

async function documented(): Promise<(client: unknown) => AlertStore> {
  const folder = mkdtempSync(join(TEST, '.snippets-'));
  try {
    const path = join(folder, 'store.ts');
    writeFileSync(path, documentedStore());
    const { redisAlertStore } = (await import(pathToFileURL(path).href)) as {
      redisAlertStore: (client: unknown) => AlertStore;
    };
    return redisAlertStore;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Opens the store of a server. Without a connection, its operations fail at once. */
export async function open(url: string): Promise<AlertStore> {
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: () => 50 } });
  // The operations fail as well.
  client.on('error', () => {});
  await client.connect();
  return (await documented())(client);
}
