import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { kibanaRules } from '@spanline/dashboards';
import { CATALOG, DEFAULT_RULES } from '@spanline/monitor/offline';
import { elasticsearch } from '@spanline/ship';
import { plainMappings } from './support/elasticsearch.ts';
import { borrowEsql } from './support/esql.ts';
import { expectedStates, type MonitorCase, monitorCases, TIMES } from './support/monitor-cases.ts';
import { createSearchClient, type SearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { ship } from './support/ship.ts';

const { elasticsearch: files, esql: modules } = inject('servers');
const INDEX = 'logs-spanline-rules';

interface Params {
  readonly esqlQuery: { readonly esql: string };
  readonly timeWindowSize: number;
}

/** The search of a rule, as Kibana runs it. @returns its rows */
async function rowsOf(client: SearchClient, { esqlQuery, timeWindowSize }: Params, at: number): Promise<unknown[][]> {
  const [from, to] = [at - timeWindowSize * 60_000, at].map((time) => new Date(time).toISOString());
  const range = { '@timestamp': { gt: from, lte: to, format: 'strict_date_optional_time' } };
  const params = [{ _tstart: from }, { _tend: to }];
  const answer = await client.send('POST', '_query', {
    query: `${esqlQuery.esql} | limit 1000`,
    filter: { bool: { filter: [{ range }] } },
    ...(/\?_t(?:start|end)/.test(esqlQuery.esql) ? { params } : {}),
  });
  return answer['values'] as unknown[][];
}

function paramsOf({ rule, service }: Pick<MonitorCase, 'rule' | 'service'>): Params[] {
  const [compiled] = kibanaRules([rule], { index: INDEX, filter: `service.name:"${service}"` });
  if (compiled?.kind !== 'compiled') throw new Error(`refused: ${compiled?.reason}`);
  return compiled.bodies.map(({ body }) => body['params'] as Params);
}

/** A rule in ES|QL has no state: it looks back on the minutes of its recovery. */
function expected(one: MonitorCase): boolean[] {
  const lost = { noData: 'ok', recoveryThreshold: undefined } as const;
  return expectedStates(one, { lost, looksBack: one.rule.recoverAfterMinutes ?? 5 });
}

describe.skipIf(modules === undefined)('rules of Kibana', () => {
  let server: RunningServer | undefined;
  let client: SearchClient;
  const cases = monitorCases(['daily_tokens', 'latency_p95_ms']);

  beforeAll(async () => {
    server = await borrowEsql(files as string);
    const { url, folder } = server;
    client = createSearchClient(url);
    const file = join(folder, 'rules.log');
    const all = cases.flatMap(({ lines }) => lines);
    writeFileSync(file, all.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await client.send('PUT', INDEX, { mappings: plainMappings('ecs') });
    const to = [elasticsearch({ url, index: INDEX })];
    const { stats } = await ship({ dir: join(folder, 'rules'), files: [file], to });
    expect(stats['elasticsearch']).toMatchObject({ stored: all.length, rejected: 0 });
    await client.refresh(INDEX);
  });
  afterAll(() => server?.stop());

  it.each(cases)('fire and recover as a naive reading of the log says: $service, $rule.metric', async (one) => {
    const [threshold] = paramsOf(one);
    const states: boolean[] = [];
    for (const at of TIMES) states.push((await rowsOf(client, threshold as Params, at)).length > 0);
    expect(states).toEqual(expected(one));
  });

  it('fire in some of them', () => {
    expect(cases.some((one) => expected(one).includes(true))).toBe(true);
  });

  it('are queries that Elasticsearch can run, whatever their texts are', async () => {
    const odd = 'a "b" \\ \n\t?*';
    const rules = [
      ...DEFAULT_RULES,
      CATALOG.timeoutRate,
      CATALOG.rateLimit,
      CATALOG.promptInjection,
      CATALOG.safetyTriggers(1),
      CATALOG.dailySpend(5),
      { ...CATALOG.stepLatency, baseline: 300 },
      { ...CATALOG.timeoutRate, name: odd, step: odd, noData: 'alert' as const },
      { ...CATALOG.timeoutRate, metric: 'empty_retrieval_rate' },
      { ...CATALOG.timeoutRate, metric: 'time_to_first_token_p95_ms' },
      { ...CATALOG.timeoutRate, metric: 'cache_hit_ratio' },
      { ...CATALOG.timeoutRate, metric: 'thumbs_down_rate' },
    ];
    for (const rule of rules) {
      for (const params of paramsOf({ rule, service: 'case-0' })) {
        await expect(rowsOf(client, params, TIMES[0] as number)).resolves.toBeInstanceOf(Array);
      }
    }
  });
});
