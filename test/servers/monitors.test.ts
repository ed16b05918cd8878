import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { opensearch } from '@spanline/ship';
import { expectedStates, monitorCases, monitorStates } from './support/monitor-cases.ts';
import { borrowOpenSearch3 } from './support/opensearch.ts';
import { createSearchClient, type SearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { setUp, ship } from './support/ship.ts';

const files = inject('servers').opensearch3;
const INDEX = 'logs-spanline-rules';

describe.skipIf(files === undefined)('monitors of OpenSearch', () => {
  let server: RunningServer | undefined;
  let client: SearchClient;
  const cases = monitorCases();

  beforeAll(async () => {
    server = await borrowOpenSearch3(files as string);
    const { url, folder } = server;
    client = createSearchClient(url);
    const file = join(folder, 'rules.log');
    const all = cases.flatMap(({ lines }) => lines);
    writeFileSync(file, all.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await setUp(client, { profile: 'ecs', dataStream: INDEX });
    const { stats } = await ship({
      dir: join(folder, 'rules'),
      files: [file],
      to: [opensearch({ url, index: INDEX })],
    });
    expect(stats['opensearch']).toMatchObject({ stored: all.length, rejected: 0 });
    await client.refresh(INDEX);
  });
  afterAll(() => server?.stop());

  it.each(cases)('fire and recover as a naive reading of the log says: $service, $rule.metric', async (one) => {
    expect(await monitorStates(client, INDEX, one)).toEqual(expectedStates(one));
  });

  it('fire in some of them', () => {
    expect(cases.some((one) => expectedStates(one).includes(true))).toBe(true);
  });
});
