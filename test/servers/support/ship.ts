import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  elasticsearchSetup,
  type ElasticsearchSetupOptions,
  type Report,
  type SetupRequest,
  type ShipperOptions,
  type SinkStats,
  startShipper,
} from '@spanline/ship';
import type { SearchClient } from './search-client.ts';

/** What a shipper did with everything that it found. */
export interface Shipped {
  readonly stats: Readonly<Record<string, SinkStats>>;
  readonly reports: readonly Report[];
}

/** A refused line in the dead letters. */
export interface DeadLetter {
  readonly reason: string;
  readonly line: string;
}

const LONGEST_MS = 240_000;

/** Ships what is there, then ends. @throws an error with the state of the sinks, when a target takes no lines */
export async function ship(options: Omit<ShipperOptions, 'onReport' | 'final'>): Promise<Shipped> {
  const reports: Report[] = [];
  const shipper = startShipper({ ...options, final: true, onReport: (report) => reports.push(report) });
  let late: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    late = setTimeout(() => reject(new Error(`not stored: ${JSON.stringify(shipper.stats())}`)), LONGEST_MS);
  });
  try {
    await Promise.race([shipper.drain(), tooLong]);
    return { stats: shipper.stats(), reports };
  } finally {
    clearTimeout(late);
    await shipper.stop(1000);
  }
}

/** The dead letters of a sink. */
export function deadLetters(dir: string, sink: string): DeadLetter[] {
  const file = join(dir, 'dead-letter', `${sink}.ndjson`);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as DeadLetter);
}

/** The requests of a set-up for a node without plugins: ISM and security are some. */
export const requestsFor = (options: Omit<ElasticsearchSetupOptions, 'flavour'>): SetupRequest[] =>
  elasticsearchSetup({ ...options, flavour: 'opensearch' }).filter(({ path }) => !path.startsWith('_plugins/'));

/** Sends a set-up, as `spanline ship setup opensearch` does. `settings` are added to those of the component template. */
export async function setUp(
  client: SearchClient,
  options: Omit<ElasticsearchSetupOptions, 'flavour'>,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  for (const { method, path, body } of requestsFor(options)) {
    const isTemplate = path.startsWith('_index_template/');
    await client.send(
      method,
      path,
      isTemplate ? { ...body, template: { settings, ...(body?.['template'] as object) } } : body,
    );
  }
}
