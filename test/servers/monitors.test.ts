import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { grafanaAlertRules } from '@spanline/dashboards';
import { opensearch } from '@spanline/ship';
import { isTally } from '../../packages/dashboards/test/support/naive-rules.ts';
import { alertStates } from './support/grafana-alerts.ts';
import { expectedStates, type MonitorCase, monitorCases, monitorStates, TIMES } from './support/monitor-cases.ts';
import { borrowOpenSearch3 } from './support/opensearch.ts';
import { createSearchClient, type SearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { setUp, ship } from './support/ship.ts';

const files = inject('servers').opensearch3;
const INDEX = 'logs-spanline-rules';

/** A rule of Grafana keeps an alert without data where it has a limit of recovery of its own. */
function expectedOfGrafana(one: MonitorCase): boolean[] {
  const { noData, recoveryThreshold, metric } = one.rule;
  const keeps = noData === 'ok' && recoveryThreshold !== undefined && !isTally(metric);
  return expectedStates(one, keeps ? { lost: { noData: 'keep' } } : {});
}

describe.skipIf(files === undefined)('rules over OpenSearch', () => {
  let server: RunningServer | undefined;
  let client: SearchClient;
  const cases = monitorCases(['daily_tokens']);

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
    // A node compiles 75 scripts in five minutes, and each case has one of its own.
    const transient = { 'script.context.painless_test.max_compilations_rate': 'unlimited' };
    await client.send('PUT', '_cluster/settings', { transient });
  });
  afterAll(() => server?.stop());

  it.each(cases)(
    'fire and recover as a naive reading of the log says: monitor, $service, $rule.metric',
    async (one) => {
      expect(await monitorStates(client, INDEX, one)).toEqual(expectedStates(one));
    },
  );

  it.each(cases)(
    'fire and recover as a naive reading of the log says: Grafana, $service, $rule.metric',
    async (one) => {
      const options = { source: 'opensearch', dataSource: 'uid', filter: `service.name:"${one.service}"` } as const;
      const [compiled] = grafanaAlertRules([one.rule], options);
      if (compiled?.kind !== 'compiled') throw new Error(`refused: ${compiled?.reason}`);
      const [resource] = compiled.bodies;
      if (resource === undefined) throw new Error('no rule');
      expect(await alertStates(client, INDEX, resource, TIMES)).toEqual(expectedOfGrafana(one));
    },
  );

  it('fire in some of them', () => {
    expect(cases.some((one) => expectedStates(one).includes(true))).toBe(true);
  });
});
