import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { elasticsearch, type SinkSpec } from '@spanline/ship';
import { expectCosts, expectFound, expectFoundByTime, expectPercentiles, ids } from './support/expectations.ts';
import { borrowOpenSearch } from './support/opensearch.ts';
import { type Line, LONG_REQUESTS, NEEDLES, REQUESTS, writeProgram } from './support/program.ts';
import { createSearchClient, type SearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { requestsFor, setUp, ship, type Shipped } from './support/ship.ts';

const files = inject('servers').opensearch;

const PROFILES = [
  { profile: 'ecs', stream: 'logs-spanline-default', trace: 'trace.id', text: 'spanline.text' },
  { profile: 'otel', stream: 'llm-otel', trace: 'trace_id', text: 'gen_ai.input.messages' },
] as const;

describe.skipIf(files === undefined)('OpenSearch', () => {
  let dir = '';
  let server: RunningServer | undefined;
  let client: SearchClient;
  let sinks: SinkSpec[];
  let lines: Line[];
  let shipped: Shipped;

  beforeAll(async () => {
    server = await borrowOpenSearch(files as string);
    dir = server.folder;
    const { url } = server;
    client = createSearchClient(url);
    for (const { profile, stream } of PROFILES) await setUp(client, { profile, dataStream: stream });
    sinks = PROFILES.map(({ profile, stream }) => elasticsearch({ name: profile, url, index: stream, profile }));
    lines = await writeProgram(join(dir, 'spool'));
    cpSync(join(dir, 'spool'), join(dir, 'again'), { recursive: true });
    shipped = await ship({ dir: join(dir, 'spool'), to: sinks });
    for (const { stream } of PROFILES) await client.refresh(stream);
  });
  afterAll(() => server?.stop());

  it('takes the set-up a second time, and says that the data streams exist', async () => {
    for (const { method, path, body } of requestsFor({ dataStream: PROFILES[0].stream })) {
      const answer = client.send(method, path, body);
      if (path.startsWith('_data_stream/')) await expect(answer).rejects.toThrow('resource_already_exists_exception');
      else await expect(answer).resolves.toMatchObject({ acknowledged: true });
    }
  });

  describe.each(PROFILES)('in the profile $profile', ({ profile, stream, trace, text }) => {
    const find = async (query: Record<string, unknown>): Promise<Line[]> =>
      (await client.find(stream, query)).map(({ _source }) => _source);
    const request = async (query: Record<string, unknown>): Promise<unknown[]> => [
      ...new Set((await find(query)).map((document) => document['http.request.id'])),
    ];

    it('stores every line once, and refuses none', async () => {
      expect(shipped.stats[profile]).toMatchObject({ stored: lines.length, rejected: 0, skipped: 0, lagBytes: 0 });
      expect(ids(await find({ match_all: {} }))).toEqual(ids(lines));
    });

    it('stores no line a second time when all of them are sent again', async () => {
      const second = await ship({ dir: join(dir, 'again'), to: sinks.filter(({ name }) => name === profile) });
      expect(second.stats[profile]).toMatchObject({ stored: lines.length, rejected: 0 });
      await client.refresh(stream);
      expect(await client.count(stream)).toBe(lines.length);
    });

    it('finds a request, a trace, a session, a user and a label, with all their lines', async () => {
      const fields = { 'http.request.id': 'http.request.id', [trace]: 'trace_id', 'session.id': 'session.id' };
      await expectFound(client, stream, lines, { ...fields, 'user.id': 'user.id', 'labels.plan': 'labels.plan' });
    });

    it('finds what ended in a span of time', () => expectFoundByTime(client, stream, lines));

    it.each(['long', 'huge', 'chat'] as const)('finds the last word of a prompt: %s', async (which) => {
      expect(await request({ match: { [text]: NEEDLES[which] } })).toEqual([LONG_REQUESTS[which]]);
      expect(await request({ match: { [text]: `end${REQUESTS - 1}` } })).toEqual([`req-${REQUESTS - 1}`]);
    });

    it('takes the 95th percentile of the duration by name of the span', () => expectPercentiles(client, stream, lines));

    it('sums the cost by model', () => expectCosts(client, stream, lines));

    it('records failed calls', async () => {
      const failed = lines.filter((line) => line['span.status'] === 'error');
      expect(ids(await find({ term: { 'span.status': 'error' } }))).toEqual(ids(failed));
      expect(await client.count(stream, { match: { 'error.message': 'overloaded' } })).toBe(failed.length);
    });
  });
});
