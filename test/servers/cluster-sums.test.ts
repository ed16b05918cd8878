/** Costs, sessions and errors that a cluster adds up are those of the file, in every profile. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type CostRow, type Costs, open, type Query, type Sessions } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import { requests } from '../../packages/query/test/support/requests.ts';
import { plainMappings, borrowElasticsearch } from './support/elasticsearch.ts';
import { borrowOpenSearch } from './support/opensearch.ts';
import { createSearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { setUp } from './support/ship.ts';
import { storeBulk } from './support/store-bulk.ts';

const { opensearch, elasticsearch } = inject('servers');

/** A request every five minutes for more than a day; some calls have no known cost, some models answer under another name, some errors pass on. */
function log(): SpanRecord[] {
  const records = requests(1500, 7, (random) => ({ isFailed: random() < 0.2, costUsd: 0.002 })).filter(
    ({ trace_id: id }) => Number.parseInt(id ?? '', 16) % 5 === 0,
  );
  return records.map((record, place) => {
    const request = Number(record['http.request.id']?.slice('req-'.length));
    const { 'spanline.cost.usd': cost, ...rest } = record;
    const isUnknown = cost !== undefined && request % 11 === 0;
    return {
      ...(isUnknown ? { ...rest, 'spanline.cost.reason': 'unknown-model' } : record),
      ...(request % 7 === 0 ? {} : { 'session.id': `session-${request % 40}` }),
      ...(cost !== undefined && request % 3 === 0 ? { 'gen_ai.response.model': 'gpt-4o-2026' } : {}),
      ...(cost === undefined ? {} : { 'gen_ai.usage.cache_read.input_tokens': request % 200 }),
      ...(record['error.type'] === undefined ? {} : { 'error.message': `request ${place} took "too" long` }),
      ...(record['span.name'] === 'POST /ask' && request % 13 === 0
        ? { 'span.status': 'error', 'error.type': 'TimeoutError', 'spanline.error.propagated': true }
        : {}),
      'event.id': `e-${place}`,
    } as SpanRecord;
  });
}

const FILTERS = [
  '*',
  'model:gpt-4o*',
  'user:user-3 OR status:error',
  'label.tenant:acme -step:rerank',
  'label.tenant:a*',
];

const digits = (value: number): number => Number(value.toPrecision(9));
const rows = (values: readonly CostRow[]): CostRow[] =>
  values
    .map((row) => ({ ...row, costUsd: digits(row.costUsd) }))
    .toSorted((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1));

const comparedCosts = ({ total, days, models, users, coveredMs, monthUsd }: Costs): object => ({
  total: { ...total, costUsd: digits(total.costUsd) },
  lists: [days, models, users].map(rows),
  coveredMs,
  monthUsd: monthUsd === undefined ? undefined : digits(monthUsd),
});

/** Times of a cluster are whole milliseconds. */
function comparedSessions({ sessions, ...rest }: Sessions): object {
  const whole = (ms: number | undefined): number => Math.floor(ms ?? 0);
  return {
    ...rest,
    sessions: sessions
      .map(({ slowest, startMs, endMs, costUsd, ...session }) => ({
        ...session,
        costUsd: digits(costUsd),
        slowest: slowest?.traceId,
        startMs: whole(startMs),
        endMs: whole(endMs),
      }))
      .toSorted((a, b) => (a.sessionId < b.sessionId ? -1 : 1)),
  };
}

async function expectSameSums(file: Query, cluster: Query): Promise<void> {
  for (const filter of FILTERS) {
    const costs = await file.costs(filter);
    expect(costs.total.calls, filter).toBeGreaterThan(0);
    expect(comparedCosts(await cluster.costs(filter)), filter).toEqual(comparedCosts(costs));
    const sessions = await file.sessions(filter);
    expect(sessions.sessions.length, filter).toBeGreaterThan(1);
    expect(comparedSessions(await cluster.sessions(filter)), filter).toEqual(comparedSessions(sessions));
    expect(await cluster.errors(filter), filter).toEqual(await file.errors(filter));
  }
  expect((await file.costs('*')).total.unknownCosts).toBeGreaterThan(0);
  expect((await file.errors('*')).groups[0]?.count).toBeGreaterThan(30);
  expect([...cluster.unreadFiles()]).toEqual([]);
}

let file: Query;
const folder = mkdtempSync(join(tmpdir(), 'spanline-sums-'));
const spans = log();
beforeAll(() => {
  writeFileSync(join(folder, 'app.ndjson'), spans.map((span) => `${JSON.stringify(span)}\n`).join(''));
  file = open(join(folder, 'app.ndjson'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(opensearch === undefined)('OpenSearch', () => {
  let server: RunningServer | undefined;
  beforeAll(async () => {
    server = await borrowOpenSearch(opensearch as string);
    const client = createSearchClient(server.url);
    for (const profile of ['ecs', 'otel'] as const) {
      await setUp(client, { profile, dataStream: `llm-${profile}` });
      await storeBulk(client, `llm-${profile}`, profile, spans);
    }
    const settings = { number_of_shards: 3 };
    await client.send('PUT', 'llm-datadog', { mappings: plainMappings('datadog', 'opensearch'), settings });
    await storeBulk(client, 'llm-datadog', 'datadog', spans);
  });
  afterAll(() => server?.stop());

  it.each(['ecs', 'otel', 'datadog'])('adds up what the file adds up, in the profile %s', async (profile) => {
    await expectSameSums(file, open({ url: server?.url ?? '', index: `llm-${profile}` }));
  });

  it.each(['ecs', 'otel', 'datadog'])('gives the spans and figures of the file, in the profile %s', async (profile) => {
    const cluster = open({ url: server?.url ?? '', index: `llm-${profile}` });
    const found = await cluster
      .table('status:error', { columns: ['span', 'step', 'duration', 'error', 'user'] })
      .toArray();
    const expected = await file
      .table('status:error', { columns: ['span', 'step', 'duration', 'error', 'user'] })
      .toArray();
    expect(new Set(found.map((row) => JSON.stringify(row)))).toEqual(
      new Set(expected.map((row) => JSON.stringify(row))),
    );
    const counts = async (query: Query): Promise<object> =>
      Object.fromEntries((await query.stats('*', { by: ['model'] })).rows.map(({ by, count }) => [by.join(), count]));
    expect(await counts(cluster)).toEqual(await counts(file));
  });

  it('reads few lines: only failed ones', async () => {
    const cluster = open({ url: server?.url ?? '', index: 'llm-otel', maxLines: 100 });
    await cluster.costs('*');
    await cluster.sessions('*');
    await cluster.errors('user:user-3');
    expect([...cluster.unreadFiles()]).toEqual([]);
  });
});

describe.skipIf(elasticsearch === undefined)('Elasticsearch', () => {
  let server: RunningServer | undefined;
  beforeAll(async () => {
    server = await borrowElasticsearch(elasticsearch as string);
    const client = createSearchClient(server.url);
    await client.send('PUT', 'spans', { mappings: plainMappings(), settings: { number_of_shards: 3 } });
    await storeBulk(client, 'spans', 'otel', spans);
  });
  afterAll(() => server?.stop());

  it('adds up what the file adds up', async () => {
    await expectSameSums(file, open(`${server?.url}/spans`));
  });
});
