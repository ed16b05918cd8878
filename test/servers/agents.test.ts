import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { documented } from '../support/agents/documented.ts';
import { type BulkItem, runFilebeat } from '../support/agents/filebeat.ts';
import { runFluentBit } from '../support/agents/fluent-bit.ts';
import { writtenLines } from '../support/agents/lines.ts';
import { runVector } from '../support/agents/vector.ts';
import { hasFluentBit, startFluentBit } from './support/fluent-bit.ts';
import { borrowOpenSearch } from './support/opensearch.ts';
import { startRsyslog } from './support/rsyslog.ts';
import { createSearchClient, type SearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { setUp } from './support/ship.ts';
import { createRemap } from './support/vrl.ts';

const files = inject('servers');

type Fields = Readonly<Record<string, unknown>>;

const NO_JSON = ['Segmentation fault', '[1]', '{"msg":"of another logger","time":1767600000000}'];
const parsed = (line: string): Fields => JSON.parse(line) as Fields;

describe.skipIf(files.vrl === undefined)('Vector, as it is documented', () => {
  const run = (lines: readonly string[]): BulkItem[] =>
    runVector(documented('vector.yaml'), lines.map((line) => `${line}\n`).join(''), createRemap(files.vrl as string));

  it('sends every line whole, under its own id, to the stream of the set-up', async () => {
    const lines = await writtenLines('ecs');
    const items = run(lines);
    expect(items.map(({ document }) => document)).toEqual(lines.map(parsed));
    expect(items.map(({ id }) => id)).toEqual(lines.map((line) => parsed(line)['event.id']));
    expect(new Set(items.map(({ index }) => index))).toEqual(new Set(['logs-spanline-default']));
  });

  it('passes what is no line of Spanline', () => {
    const [text, list, other] = run(NO_JSON);
    expect(text).toMatchObject({
      id: undefined,
      document: { message: NO_JSON[0], '@timestamp': expect.any(String) as unknown },
    });
    expect(list).toMatchObject({ id: undefined, document: { message: NO_JSON[1] } });
    expect(other).toEqual({ index: 'logs-spanline-default', id: undefined, document: parsed(NO_JSON[2] as string) });
  });
});

describe.skipIf(files.opensearch === undefined || files.vrl === undefined)('what agents send to OpenSearch', () => {
  let server: RunningServer | undefined;
  let client: SearchClient;
  let lines: string[];
  let text: string;

  beforeAll(async () => {
    server = await borrowOpenSearch(files.opensearch as string);
    client = createSearchClient(server.url);
    await setUp(client, {});
    lines = await writtenLines('ecs');
    text = [...lines, ...NO_JSON].map((line) => `${line}\n`).join('');
  });
  afterAll(() => server?.stop());

  const AGENTS: readonly [string, () => BulkItem[]][] = [
    ['Filebeat', () => runFilebeat(documented('filebeat.yml'), text)],
    ['Fluent Bit', () => runFluentBit(documented('fluent-bit.yaml'), text)],
    ['Vector', () => runVector(documented('vector.yaml'), text, createRemap(files.vrl as string))],
  ];

  /** A stream of the agent's own, in the family of the set-up. */
  const streamOf = (agent: string): string => `logs-spanline-${agent.toLowerCase().replace(' ', '')}`;

  async function send(stream: string, items: readonly BulkItem[]): Promise<number[]> {
    const body = items.map(({ id, document }) => {
      const action = { create: { _index: stream, ...(id === undefined ? {} : { _id: id }) } };
      return `${JSON.stringify(action)}\n${JSON.stringify(document)}\n`;
    });
    const headers = { 'content-type': 'application/x-ndjson' };
    const response = await fetch(`${(server as RunningServer).url}/_bulk`, {
      method: 'POST',
      headers,
      body: body.join(''),
    });
    const { items: verdicts } = (await response.json()) as { items: { create: { status: number } }[] };
    await client.refresh(stream);
    return verdicts.map(({ create }) => create.status);
  }

  it.each(AGENTS)('is stored, all of it: %s', async (agent, run) => {
    const items = run();
    expect(items).toHaveLength(lines.length + NO_JSON.length);
    expect(new Set(await send(streamOf(agent), items))).toEqual(new Set([201]));
  });

  it.each(AGENTS)('is stored once when it is sent again, where it has an id: %s', async (agent, run) => {
    const items = run();
    const expected = items.map(({ id }) => (id === undefined ? 201 : 409));
    expect(expected.filter((status) => status === 409).length).toBeGreaterThanOrEqual(7);
    expect(await send(streamOf(agent), items)).toEqual(expected);
  });

  it.each(AGENTS)(
    'is found by request, label, time, word of a prompt, and by the text of a crash: %s',
    async (agent) => {
      const count = (query: Fields): Promise<number> =>
        client.count(streamOf(agent), { bool: { must: [query, { exists: { field: 'event.id' } }] } });
      const spans = lines.filter((line) => parsed(line)['http.request.id'] === 'req-2' && 'event.id' in parsed(line));
      expect(await count({ term: { 'http.request.id': 'req-2' } })).toBe(spans.length);
      expect(await count({ term: { 'labels.plan': 'pro' } })).toBe(6);
      expect(await count({ match: { 'spanline.text': 'contract' } })).toBe(1);
      expect(await count({ match: { 'spanline.text': 'quokkahaven' } })).toBe(1);
      const time = parsed(spans[0] as string)['@timestamp'];
      expect(await count({ range: { '@timestamp': { gte: time, lte: time } } })).toBeGreaterThan(0);
      expect(await client.count(streamOf(agent), { match: { message: 'segmentation' } })).toBeGreaterThan(0);
    },
  );

  it.skipIf(!hasFluentBit())('is what the simulation says: Fluent Bit itself', async () => {
    const stream = 'logs-spanline-itself';
    const agent = await startFluentBit(text, (server as RunningServer).url, stream);
    onTestFinished(() => agent.stop());
    const stored = await vi.waitFor(
      async () => {
        await client.refresh(stream);
        const found = await client.find(stream, { match_all: {} });
        expect(found).toHaveLength(lines.length + NO_JSON.length);
        return found.map(({ _source }) => _source);
      },
      { timeout: 30_000, interval: 500 },
    );
    await send('logs-spanline-simulated', runFluentBit(documented('fluent-bit.yaml'), text));
    const simulated = await client.find('logs-spanline-simulated', { exists: { field: 'event.id' } });
    const spans = stored.filter((document) => 'event.id' in document);
    const byId = (documents: readonly Fields[]): unknown =>
      Object.fromEntries(documents.map((document) => [document['event.id'], document]));
    expect(byId(spans)).toEqual(byId(simulated.map(({ _source }) => _source)));
  });

  it.skipIf(files.rsyslog === undefined)('is stored, once each, with every digit: rsyslog itself', async () => {
    const stream = 'logs-spanline-rsyslog';
    const large = '{"@timestamp":"2026-11-23T09:12:35.958Z","message":"large","order":1234567890123456789}';
    const refused = '{"@timestamp":"2026-11-23T09:12:35.958Z","event.id":"refused-1","message":"odd","_routing":"x"}';
    const all = [...lines, ...NO_JSON, large];
    const textOf = (some: readonly string[]): string => some.map((line) => `${line}\n`).join('');
    const agent = await startRsyslog(files.rsyslog as string, textOf(all), (server as RunningServer).url, stream);
    onTestFinished(() => agent.stop());
    const find = () =>
      vi.waitFor(
        async () => {
          await client.refresh(stream);
          const found = await client.find(stream, { match_all: {} });
          expect(found.length).toBeGreaterThanOrEqual(all.length);
          return found;
        },
        { timeout: 60_000, interval: 200 },
      );
    const first = await find();
    expect(first).toHaveLength(all.length);
    const records = lines.filter((line) => 'event.id' in parsed(line));
    const ids = records.map((line) => String(parsed(line)['event.id']));
    expect(
      first
        .map(({ _id: id }) => id)
        .filter((id) => ids.includes(id))
        .toSorted(),
    ).toEqual(ids.toSorted());
    expect(first.map(({ _source: { message } }) => message)).toEqual(expect.arrayContaining(NO_JSON.slice(0, 2)));
    // Records for the second time, a line that is refused, and one that comes after it.
    const folder = agent.folder;
    writeFileSync(join(folder, 'copy.log'), textOf([...records, refused, '{"message":"last"}']));
    await vi.waitFor(
      async () => {
        await client.refresh(stream);
        expect(await client.count(stream, { match: { message: 'last' } })).toBe(1);
        expect(readFileSync(join(folder, 'spanline-refused.json'), 'utf8')).toContain('refused-1');
      },
      { timeout: 60_000, interval: 200 },
    );
    expect(await client.count(stream)).toBe(all.length + 1);
    const [told, ...others] = readFileSync(join(folder, 'spanline-refused.json'), 'utf8').trim().split('\n');
    expect(others).toEqual([]);
    expect(JSON.parse(String(told))).toMatchObject({ status: 400, line: JSON.parse(refused) as Fields });
    expect(existsSync(join(folder, 'spanline-failed.json'))).toBe(false);
    const response = await fetch(`${(server as RunningServer).url}/${stream}/_search?q=message:large`);
    expect(await response.text()).toContain('1234567890123456789');
  });
});
