import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { elasticsearch, type SinkSpec, startShipper } from '@spanline/ship';
import { cli } from '../../packages/cli/test/support/cli.ts';
import { plainMappings, plainSpanMappings, borrowElasticsearch } from './support/elasticsearch.ts';
import { expectCosts, expectFound, expectFoundByTime, expectPercentiles, ids } from './support/expectations.ts';
import { nested, poisonLines } from './support/poison.ts';
import { type Line, LONG_REQUESTS, NEEDLES, writeProgram } from './support/program.ts';
import { createSearchClient, type SearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { deadLetters, ship, type Shipped } from './support/ship.ts';

const files = inject('servers').elasticsearch;

describe.skipIf(files === undefined)('Elasticsearch', () => {
  let dir = '';
  const index = 'spans';
  let url = '';
  let server: RunningServer | undefined;
  let client: SearchClient;
  let lines: Line[];
  let shipped: Shipped;

  const sinkOf = (name: string): SinkSpec => elasticsearch({ url, index: name, profile: 'otel' });

  beforeAll(async () => {
    server = await borrowElasticsearch(files as string);
    dir = server.folder;
    url = server.url;
    client = createSearchClient(url);
    await client.send('PUT', index, { mappings: plainMappings() });
    lines = await writeProgram(join(dir, 'spool'));
    for (const copy of ['again', 'traces']) cpSync(join(dir, 'spool'), join(dir, copy), { recursive: true });
    shipped = await ship({ dir: join(dir, 'spool'), to: [sinkOf(index)] });
    await client.refresh(index);
  });
  afterAll(() => server?.stop());

  it('stores every line once, although it takes no requests of the size of a batch', async () => {
    const headers = { 'content-type': 'application/x-ndjson' };
    const tooLarge = await fetch(`${url}/_bulk`, { method: 'POST', headers, body: '\n'.repeat(2_000_000) });
    expect(tooLarge.status).toBe(413);
    expect(shipped.stats['elasticsearch']).toMatchObject({ stored: lines.length, rejected: 0, lagBytes: 0 });
    const found = await client.find(index, { match_all: {} });
    expect(ids(found.map(({ _source }) => _source))).toEqual(ids(lines));
  });

  it('stores no line a second time when all of them are sent again', async () => {
    const second = await ship({ dir: join(dir, 'again'), to: [sinkOf(index)] });
    expect(second.stats['elasticsearch']).toMatchObject({ stored: lines.length, rejected: 0 });
    await client.refresh(index);
    expect(await client.count(index)).toBe(lines.length);
  });

  it('finds a request, a trace, a session, a user, a label and a span of time', async () => {
    const keys = ['http.request.id', 'trace_id', 'session.id', 'user.id', 'labels.plan'];
    await expectFound(client, index, lines, Object.fromEntries(keys.map((key) => [key, key])));
    await expectFoundByTime(client, index, lines);
  });

  it.each(['long', 'huge'] as const)('finds the last word of a prompt: %s', async (which) => {
    const found = await client.find(index, { match_phrase: { 'gen_ai.input.messages': NEEDLES[which] } });
    expect(found.map(({ _source }) => _source['http.request.id'])).toEqual([LONG_REQUESTS[which]]);
  });

  it('takes percentiles and sums as they were written', async () => {
    await expectPercentiles(client, index, lines);
    await expectCosts(client, index, lines);
  });

  it('stores trace documents in a mapping like that of Elastic, with prompts that Kibana can show whole', async () => {
    const stream = 'traces-spanline.otel-default';
    await client.send('PUT', stream, { mappings: plainSpanMappings() });
    const to = [elasticsearch({ url, index, profile: 'otel', traces: true, name: 'traces' })];
    const { stats } = await ship({ dir: join(dir, 'traces'), to });
    expect(stats['traces']).toMatchObject({ stored: lines.length, rejected: 0 });
    await client.refresh(stream);
    const ended = lines.filter((line) => line['event.name'] === 'span.end');
    expect(await client.count(stream)).toBe(ended.length);
    const field = 'attributes.gen_ai.input.messages';
    const { hits } = (await client.send('POST', `${stream}/_search`, {
      query: { match_phrase: { [field]: NEEDLES.huge } },
      fields: [field, 'gen_ai.usage.input_tokens', 'service.name'],
      _source: false,
    })) as { hits: { hits: { fields: Record<string, unknown[]> }[] } };
    const line = ended.find((one) => String(one['gen_ai.input.messages']).includes(NEEDLES.huge)) ?? {};
    expect(hits.hits.map(({ fields }) => fields)).toEqual([
      {
        [field]: [line['gen_ai.input.messages']],
        'gen_ai.usage.input_tokens': [line['gen_ai.usage.input_tokens']],
        'service.name': ['servers-test'],
      },
    ]);
    // This distribution does not have the module that deletes by query.
    const own = lines.filter(({ trace_id: trace }) => trace === line['trace_id']);
    const erase = ['erase', '--trace', String(line['trace_id']), `${url}/${index}`, '--json'];
    const { stdout } = await cli(erase, { env: { XDG_STATE_HOME: dir } });
    const traceDocuments = ended.filter(({ trace_id: trace }) => trace === line['trace_id']).length;
    expect(JSON.parse(stdout)).toMatchObject({ documents: own.length + traceDocuments, traceDocuments });
    const byUser = await cli(['erase', '--user', String(line['user.id']), `${url}/${index}`, '--json'], {
      env: { XDG_STATE_HOME: dir },
    });
    const traces = new Set(lines.filter((one) => one['user.id'] === line['user.id']).map((one) => one['trace_id']));
    const ofUser = ended.filter((one) => traces.has(one['trace_id'])).length;
    expect(JSON.parse(byUser.stdout)).toMatchObject({ traceDocuments: ofUser });
  });

  it('loses no hostile line: each is stored or a dead letter', async () => {
    const all = [...poisonLines(), { 'event.id': 'deep', 'spanline.schema': '1.0', unknown: nested(3000) }];
    const file = join(dir, 'poison.log');
    writeFileSync(file, all.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await client.send('PUT', 'poison', { mappings: plainMappings() });
    const { stats } = await ship({ dir: join(dir, 'poison'), files: [file], to: [sinkOf('poison')] });
    await client.refresh('poison');
    const stored = (await client.find('poison', { match_all: {} })).map(({ _id }) => _id);
    const refused = deadLetters(join(dir, 'poison'), 'elasticsearch').map(({ line, reason }) => ({
      id: (JSON.parse(line) as Line)['event.id'],
      reason,
    }));
    expect([...stored, ...refused.map(({ id }) => id)].toSorted()).toEqual(
      all.map((line) => line['event.id']).toSorted(),
    );
    expect(stats['elasticsearch']).toMatchObject({ stored: stored.length, rejected: refused.length, lagBytes: 0 });
    expect(refused).toContainEqual({ id: 'poison-5', reason: '400 document_parsing_exception in field spanline.late' });
  });

  it.each([
    { what: 'an index that is not there', name: 'missing', reason: /404 index_not_found_exception/ },
    { what: 'an index that is closed to writing', name: 'blocked', reason: /403 cluster_block_exception/ },
  ])('keeps lines for $what until an operator has helped', async ({ name, reason }) => {
    if (name === 'blocked') await client.send('PUT', name, { settings: { 'index.blocks.write': true } });
    const file = join(dir, `${name}.log`);
    writeFileSync(file, '{"msg":"one"}\n{"msg":"two"}\n');
    const state = join(dir, name);
    const shipper = startShipper({ dir: state, files: [file], to: [sinkOf(name)] });
    try {
      await vi.waitFor(() => expect(shipper.stats()['elasticsearch']?.state).toMatch(reason), { timeout: 30_000 });
      expect(shipper.stats()['elasticsearch']).toMatchObject({ stored: 0, rejected: 0 });
    } finally {
      await shipper.stop(1000);
    }
    if (name === 'blocked') await client.send('PUT', `${name}/_settings`, { 'index.blocks.write': false });
    else await client.send('PUT', name, {});
    const { stats } = await ship({ dir: state, files: [file], to: [sinkOf(name)] });
    expect(stats['elasticsearch']).toMatchObject({ stored: 2, rejected: 0 });
    expect(deadLetters(state, 'elasticsearch')).toEqual([]);
  });
});
