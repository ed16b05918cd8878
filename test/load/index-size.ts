import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { elasticsearch } from '@spanline/ship';
import { fetchOpenSearch, startOpenSearch } from '../servers/support/opensearch.ts';
import { createSearchClient } from '../servers/support/search-client.ts';
import { setUp, ship } from '../servers/support/ship.ts';
import { type Size, textOf } from './sizes.ts';

/** What an index takes of the disk, for one byte of lines. */
export interface IndexSize {
  readonly capture: Size['capture'];
  readonly profile: 'ecs' | 'otel';
  readonly perByte: number;
}

interface Stats {
  readonly _all: { readonly primaries: { readonly store: { readonly size_in_bytes: number } } };
}

/** Ships the lines of so many requests to a real OpenSearch after the set-up, and merges its segments to one. @returns nothing where OpenSearch cannot be had */
export async function indexSizes(requests: number): Promise<IndexSize[]> {
  const files = await fetchOpenSearch();
  if (files === undefined) return [];
  const server = await startOpenSearch(files);
  const client = createSearchClient(server.url);
  const found: IndexSize[] = [];
  try {
    for (const capture of ['metadata', 'redacted'] as const) {
      const text = await textOf(capture, 'file', requests);
      const file = join(server.folder, `${capture}.log`);
      writeFileSync(file, text);
      for (const profile of ['ecs', 'otel'] as const) {
        const index = `sizes-${capture}-${profile}`;
        await setUp(client, { profile, dataStream: index });
        const sink = elasticsearch({ url: server.url, index, profile });
        await ship({ dir: join(server.folder, index), files: [file], to: [sink] });
        await client.send('POST', `${index}/_forcemerge?max_num_segments=1&flush=true`);
        await client.refresh(index);
        const { _all: all } = (await client.send('GET', `${index}/_stats/store`)) as unknown as Stats;
        found.push({ capture, profile, perByte: all.primaries.store.size_in_bytes / text.length });
      }
    }
    return found;
  } finally {
    await server.stop();
  }
}
