/** `erase` and `prune` in a cluster: the documents of one user go, and no other. */

import { tmpdir } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { SpanRecord } from '@spanline/record';
import { cli, type Outcome } from '../../packages/cli/test/support/cli.ts';
import { span, spanId, traceId } from '../../packages/query/test/support/logs.ts';
import { plainMappings, borrowElasticsearch } from './support/elasticsearch.ts';
import { borrowOpenSearch } from './support/opensearch.ts';
import { createSearchClient, type SearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { setUp } from './support/ship.ts';
import { storeBulk } from './support/store-bulk.ts';

const { opensearch, elasticsearch } = inject('servers');

const DAY_MS = 86_400_000;
const PROFILES = [
  { profile: 'ecs', stream: 'logs-spanline-default' },
  { profile: 'otel', stream: 'llm-otel' },
] as const;
/** Ids that would be more than a text, if a filter took them for its own words. */
const HOSTILE = ['*', 'a*', 'ada OR user:ben', '"ada" OR "ben"', 'ada\\" OR user:"ben', '-ben', '_exists_'];

const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();

/** A request of a user: its root, a call of a model, and a line of the application. */
const request = (trace: number, user: string, days = 0): SpanRecord[] => {
  const common = { trace_id: traceId(trace), '@timestamp': daysAgo(days) };
  const root = spanId(trace * 10);
  return [
    span(trace * 10, { ...common, message: `${user} root`, 'user.id': user, 'session.id': `s-${user}` }),
    span(trace * 10 + 1, { ...common, message: `${user} call`, parent_span_id: root, 'span.type': 'llm' }),
    { ...common, level: 'info', message: `${user} log`, span_id: root },
  ];
};

/** A trace of a batch, which works for two users. */
const batch = (trace: number): SpanRecord[] => {
  const common = { trace_id: traceId(trace), '@timestamp': daysAgo(0) };
  return [
    span(trace * 10, { ...common, message: 'batch root' }),
    ...['ada', 'ben'].flatMap((user, place) => {
      const number = trace * 10 + 1 + place * 2;
      const parent_span_id = spanId(number);
      return [
        span(number, { ...common, message: `${user} part`, 'user.id': user, parent_span_id: spanId(trace * 10) }),
        span(number + 1, { ...common, message: `${user} part call`, parent_span_id }),
      ];
    }),
  ];
};

describe.skipIf(opensearch === undefined)('a cluster', () => {
  let server: RunningServer | undefined;
  let client: SearchClient;

  beforeAll(async () => {
    server = await borrowOpenSearch(opensearch as string);
    client = createSearchClient(server.url);
    for (const { profile, stream } of PROFILES) await setUp(client, { profile, dataStream: stream });
  });
  afterAll(() => server?.stop());

  describe.each(PROFILES)('in the profile $profile', ({ profile, stream }) => {
    const store = (...records: SpanRecord[]): Promise<void> => storeBulk(client, stream, profile, records);
    const run = (...args: string[]): Promise<Outcome> =>
      cli([...args, `${(server as RunningServer).url}/${stream}`, '--json'], { env: { XDG_STATE_HOME: tmpdir() } });
    const left = async (): Promise<string[]> => {
      await client.refresh(stream);
      return (await client.find(stream, { match_all: {} })).map((hit) => String(hit._source['message'])).toSorted();
    };
    const messages = (...records: SpanRecord[]): string[] => records.map(({ message = '' }) => message).toSorted();
    const others = [...request(2, 'ben'), ...request(3, 'adam'), ...request(4, 'Ada')];

    beforeEach(async () => {
      await client.send('POST', `${stream}/_delete_by_query?refresh=true`, { query: { match_all: {} } }).catch(() => 0);
    });

    it('loses the documents of a user and of its traces', async () => {
      const all = [...request(1, 'ada'), ...request(5, 'ada'), ...others];
      await store(...all);
      const dry = await run('erase', '--user', 'ada');
      expect([dry.code, JSON.parse(dry.stdout)]).toMatchObject([0, { isDone: false, documents: 6 }]);
      expect(await left()).toEqual(messages(...all));
      const done = await run('erase', '--user', 'ada', '--yes');
      expect([done.code, JSON.parse(done.stdout)]).toMatchObject([
        0,
        { isDone: true, documents: 6, receipt: { status: 'done', documents: 6, by: 'user' } },
      ]);
      expect(await left()).toEqual(messages(...others));
      expect((await run('erase', '--user', 'ada', '--yes')).code).toBe(1);
    });

    it('keeps the documents of others in a trace that several share', async () => {
      await store(...batch(1));
      expect((await run('erase', '--user', 'ada', '--yes')).code).toBe(0);
      expect(await left()).toEqual(['batch root', 'ben part', 'ben part call']);
    });

    it('loses a session, and a trace', async () => {
      await store(...request(1, 'ada'), ...request(2, 'ben'), ...request(3, 'cid'));
      expect((await run('erase', '--session', 's-ada', '--yes')).code).toBe(0);
      expect((await run('erase', '--trace', traceId(2), '--yes')).code).toBe(0);
      expect(await left()).toEqual(messages(...request(3, 'cid')));
    });

    it.each(HOSTILE)('loses nothing of others for the id %j', async (user) => {
      const kept = [...request(1, 'ada'), ...others];
      await store(...kept, ...request(9, user));
      for (const code of [0, 1]) {
        expect((await run('erase', '--user', user, '--yes')).code).toBe(code);
        expect(await left()).toEqual(messages(...kept));
      }
    });

    it('keeps what is younger than some days', async () => {
      const young = request(2, 'ada', 6);
      await store(...request(1, 'ada', 8), ...young);
      expect(JSON.parse((await run('prune', '--days', '7')).stdout)).toMatchObject({ isDone: false, documents: 3 });
      const done = await run('prune', '--days', '7', '--yes');
      expect([done.code, JSON.parse(done.stdout)]).toMatchObject([0, { documents: 3, receipt: { status: 'done' } }]);
      expect(await left()).toEqual(messages(...young));
    });
  });
});

describe.skipIf(elasticsearch === undefined)('Elasticsearch', () => {
  let server: RunningServer | undefined;

  beforeAll(async () => {
    server = await borrowElasticsearch(elasticsearch as string);
  });
  afterAll(() => server?.stop());

  // This distribution does not have the module that deletes by query.
  it('counts the documents of a user, and those that are older than some days', async () => {
    const { url } = server as RunningServer;
    const client = createSearchClient(url);
    await client.send('PUT', 'spans', { mappings: plainMappings() });
    await storeBulk(client, 'spans', 'otel', [...request(1, 'ada'), ...request(2, 'ben'), ...request(3, 'cid', 8)]);
    const args = [`${url}/spans`, '--json'];
    const erased = await cli(['erase', '--user', 'ada', ...args], { env: { XDG_STATE_HOME: tmpdir() } });
    const pruned = await cli(['prune', '--days', '7', ...args]);
    for (const { code, stdout } of [erased, pruned])
      expect([code, JSON.parse(stdout)]).toMatchObject([0, { isDone: false, documents: 3 }]);
    expect(await client.count('spans')).toBe(9);
  });
});
