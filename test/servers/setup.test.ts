import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { PANELS, panelRows } from '@spanline/dashboards';
import { props } from '@spanline/record';
import { opensearch } from '@spanline/ship';
import { cli } from '../../packages/cli/test/support/cli.ts';
import { startDashboards } from '../../packages/cli/test/support/saved-objects.ts';
import { busyService } from '../support/busy-service.ts';
import { queriesOf } from '../support/query-blocks.ts';
import { borrowOpenSearch3 } from './support/opensearch.ts';
import { createSearchClient, type SearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { ship } from './support/ship.ts';

const files = inject('servers').opensearch3;
const INDEX = 'logs-spanline-default';

interface Spec {
  readonly data: { readonly url: { readonly index: string; readonly body: object } };
}

const specOf = (object: unknown): Spec => {
  const { visState } = props(props(object)['attributes']);
  return JSON.parse(String(props(props(JSON.parse(String(visState)))['params'])['spec'])) as Spec;
};

describe.skipIf(files === undefined)('spanline setup opensearch', () => {
  let server: RunningServer;
  let client: SearchClient;

  beforeAll(async () => {
    server = await borrowOpenSearch3(files as string);
    client = createSearchClient(server.url);
  });
  afterAll(() => server.stop());

  it('sets an empty OpenSearch up, and every panel shows the lines of a service', async () => {
    const { objects, url } = await startDashboards();
    // The node has no plugins, so that it has no lifecycle policies.
    const args = ['setup', 'opensearch', '--url', server.url, '--dashboards-url', url, '--no-lifecycle'];
    const planned = await cli(args);
    expect(planned).toMatchObject({ code: 0, stderr: '' });
    expect(planned.stdout).toContain('+ create _component_template/spanline-ecs');
    expect(objects.size).toBe(0);
    expect(await cli([...args, '--yes'])).toMatchObject({ code: 0, stderr: '' });
    // The node returns its templates and pipelines in its own form: they are no differences.
    expect((await cli(args)).stdout).not.toMatch(/^[+~-]/m);

    const lines = await busyService(Date.UTC(2026, 10, 23, 9));
    const file = join(server.folder, 'app.log');
    writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const { stats } = await ship({
      dir: join(server.folder, 'spool'),
      files: [file],
      to: [opensearch({ url: server.url })],
    });
    expect(stats['opensearch']).toMatchObject({ stored: lines.length, rejected: 0 });
    await client.refresh(INDEX);
    for (const panel of PANELS) {
      const { data } = specOf(objects.get(`visualization/spanline-spanline-${panel.id}`));
      const rows = panelRows(panel, await client.send('POST', `${data.url.index}/_search`, data.url.body));
      const shown = panel.metrics.filter((name) => rows.some(({ values }) => (values[name] ?? 0) !== 0));
      expect([panel.id, shown]).toEqual([panel.id, panel.metrics]);
    }
  });

  it.each(queriesOf('dsl'))('question %s has an answer', async (_, query) => {
    const answer = await client.send('POST', `${INDEX}/_search`, JSON.parse(query));
    const { hits, aggregations } = answer as { hits: { hits: unknown[] }; aggregations?: Record<string, unknown> };
    const [first] = Object.values(aggregations ?? {});
    const rows = aggregations === undefined ? hits.hits : (props(first)['buckets'] as unknown[]);
    expect(rows.length).toBeGreaterThan(0);
  });
});
