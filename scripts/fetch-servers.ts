/** Fetches and builds the servers of `pnpm test:servers`, which does the same when they are not there. */
import { fetchAll } from '../test/servers/support/fetch-all.ts';

for (const [name, folder] of Object.entries(await fetchAll())) {
  process.stdout.write(`${name}: ${folder ?? 'not fetched'}\n`);
}
