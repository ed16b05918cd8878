import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parseFilter, toTest } from '@spanline/query';
import { plainMappings, borrowElasticsearch } from './support/elasticsearch.ts';
import { expectSameRecords, recordsByChance, store } from './support/filters.ts';
import { borrowOpenSearch } from './support/opensearch.ts';
import { createSearchClient, type SearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { setUp } from './support/ship.ts';

const { opensearch, elasticsearch } = inject('servers');

const PROFILES = [
  { profile: 'ecs', stream: 'logs-spanline-default' },
  { profile: 'otel', stream: 'llm-otel' },
] as const;

const SENTENCES = [
  "The refund wasn't sent: 3.5 % of 1,000 to a.b@example.com (v1.2.3_rc)",
  'ΟΔΟΣ Straße İstanbul naïve cafe\u0301',
  '東京タワーで返金 ひらがな 한국어 ไทย',
  'great 😀 work 👩‍💻 done',
  'x'.repeat(300),
];

describe.skipIf(opensearch === undefined)('filters in OpenSearch', () => {
  const records = recordsByChance();
  let server: RunningServer | undefined;
  let client: SearchClient;

  beforeAll(async () => {
    server = await borrowOpenSearch(opensearch as string);
    client = createSearchClient(server.url);
    for (const { profile, stream } of PROFILES) {
      await setUp(client, { profile, dataStream: stream });
      await store(client, stream, profile, records);
    }
  });
  afterAll(() => server?.stop());

  it.each(PROFILES)('find the records that pass in memory: $profile', ({ profile, stream }) =>
    expectSameRecords(client, stream, profile, records),
  );

  it.each(SENTENCES)('find each word that the analyzer cuts: %s', async (text) => {
    const answer = await client.send('POST', '_analyze', { analyzer: 'standard', text });
    const tokens = (answer['tokens'] as { token: string }[]).map(({ token }) => token);
    const isFound = (token: string): boolean => toTest(parseFilter(`message:"${token}"`))({ message: text });
    expect(tokens.filter((token) => !isFound(token))).toEqual([]);
    expect(isFound(tokens.join(' '))).toBe(true);
  });
});

describe.skipIf(elasticsearch === undefined)('filters in Elasticsearch', () => {
  // This distribution has no analysis module, which reads `\n` in JSON as white space.
  const records = recordsByChance().filter((line) => line['gen_ai.input.messages']?.includes('\\n') !== true);
  let server: RunningServer | undefined;
  let client: SearchClient;

  beforeAll(async () => {
    server = await borrowElasticsearch(elasticsearch as string);
    client = createSearchClient(server.url);
    await client.send('PUT', 'spans', { mappings: plainMappings() });
    await store(client, 'spans', 'otel', records);
  });
  afterAll(() => server?.stop());

  it('find the records that pass in memory', () =>
    // Nor has it a language for scripts, which add tokens.
    expectSameRecords(client, 'spans', 'otel', records, (query) => !JSON.stringify(query).includes('"script"')));
});
