import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { elasticsearch } from '@spanline/ship';
import { borrowOpenSearch } from './support/opensearch.ts';
import { type Fields, nested, poisonLines } from './support/poison.ts';
import { createSearchClient, type SearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { type DeadLetter, deadLetters, setUp, ship, type Shipped } from './support/ship.ts';

const files = inject('servers').opensearch;

interface Outcome extends Shipped {
  readonly stored: readonly string[];
  readonly refused: readonly DeadLetter[];
}

const idOf = (line: string): string => (JSON.parse(line) as { 'event.id': string })['event.id'];

describe.skipIf(files === undefined)('OpenSearch and hostile documents', () => {
  let dir = '';
  let server: RunningServer | undefined;
  let client: SearchClient;

  beforeAll(async () => {
    server = await borrowOpenSearch(files as string);
    dir = server.folder;
    client = createSearchClient(server.url);
  });
  afterAll(() => server?.stop());

  /** Ships lines of a file, and reads what became of each. */
  async function shipLines(index: string, profile: 'ecs' | 'otel', lines: readonly string[]): Promise<Outcome> {
    const state = join(dir, index);
    const file = join(dir, `${index}.log`);
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
    const sink = elasticsearch({ url: (server as RunningServer).url, index, profile });
    const shipped = await ship({ dir: state, files: [file], to: [sink] });
    await client.refresh(index);
    const stored = (await client.find(index, { match_all: {} })).map(({ _id }) => _id);
    return { ...shipped, stored, refused: deadLetters(state, sink.name) };
  }

  it.each([
    ['ecs', 'logs-spanline-poison'],
    ['otel', 'poison-otel'],
  ] as const)('refuses nothing after the set-up: %s', async (profile, index) => {
    await setUp(client, { profile, dataStream: index });
    const lines = poisonLines();
    const { stats, stored, refused } = await shipLines(
      index,
      profile,
      lines.map((line) => JSON.stringify(line)),
    );
    expect(refused.map(({ reason, line }) => `${reason}: ${line.slice(0, 300)}`)).toEqual([]);
    expect(stats['elasticsearch']).toMatchObject({ stored: lines.length, rejected: 0, lagBytes: 0 });
    expect(stored.toSorted()).toEqual(lines.map((line) => line['event.id']).toSorted());
  });

  it('keeps what a mapping would refuse, beside the rest of its line', async () => {
    const index = 'logs-spanline-odd';
    await setUp(client, { dataStream: index });
    const line: Fields = {
      '@timestamp': 'yesterday',
      'spanline.schema': '1.0',
      'event.id': 'odd',
      'span.name': 'kept',
      'span.type': ['task', { of: 'mine' }],
      duration_ms: { ms: 3 },
      'labels.location': { lat: 1 },
      'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'a dodo' }] }],
    };
    await shipLines(index, 'ecs', [JSON.stringify(line)]);
    const [hit] = await client.find(index, { match: { 'spanline.text': 'dodo' } });
    expect(hit?._source).toMatchObject({ 'span.name': 'kept', 'gen_ai.input.messages': line['gen_ai.input.messages'] });
    expect(hit?._source['labels']).toEqual({ 'location.lat': 1 });
    expect(hit?._source['spanline.odd']).toEqual(
      expect.arrayContaining([
        { name: 'duration_ms.ms', value: 3 },
        { name: 'span.type', value: ['task', { of: 'mine' }] },
        { name: '@timestamp', value: 'yesterday' },
      ]),
    );
  });

  it('makes a dead letter of what the set-up cannot save: a routing, and a script that is not run', async () => {
    const index = 'logs-spanline-refused';
    await setUp(client, { dataStream: index });
    const record = { 'spanline.schema': '1.0', 'span.name': 'x' };
    const lines = [
      { ...record, 'event.id': 'routed', _routing: 'mine' },
      { ...record, 'event.id': 'big', 'span.name': [{}], unknown: 27_470_438_671_487_672_000 },
      { ...record, 'event.id': 'good' },
    ];
    const { stored, refused } = await shipLines(
      index,
      'ecs',
      lines.map((line) => JSON.stringify(line)),
    );
    expect(stored).toEqual(['good']);
    expect(refused.map(({ line, reason }) => [idOf(line), reason])).toEqual([
      ['routed', '400 illegal_argument_exception'],
      ['big', '400 mapper_parsing_exception in field span.name'],
    ]);
  });

  it('loses no line where nothing was set up: each is stored or a dead letter', async () => {
    const properties = {
      duration_ms: { type: 'double' },
      'span.name': { type: 'keyword' },
      '@timestamp': { type: 'date' },
      'spanline.late': { type: 'boolean' },
    };
    await client.send('PUT', 'strict', { mappings: { dynamic: false, properties } });
    const good = Array.from({ length: 50 }, (_, n) => ({ 'event.id': `good-${n}`, 'spanline.schema': '1.0', n }));
    const deep = { 'event.id': 'deep', 'spanline.schema': '1.0', unknown: nested(3000) };
    const lines = [...good, ...poisonLines(), deep].map((line) => JSON.stringify(line));
    const { stats, stored, refused } = await shipLines('strict', 'otel', lines);
    expect(refused.length).toBeGreaterThan(10);
    expect(stored).toEqual(expect.arrayContaining(good.map((line) => line['event.id'])));
    expect([...stored, ...refused.map(({ line }) => idOf(line))].toSorted()).toEqual(lines.map(idOf).toSorted());
    expect(stats['elasticsearch']).toMatchObject({ stored: stored.length, rejected: refused.length, lagBytes: 0 });
    expect(refused.find(({ line }) => idOf(line) === 'poison-0')?.reason).toMatch(/^400 \S+ in field duration_ms/);
  });

  it('puts lines that are no JSON objects into the dead letters, and stores the others', async () => {
    await setUp(client, { dataStream: 'logs-spanline-broken' });
    const broken = ['{"torn": ', '[1, 2]', '"text"', 'null', 'plain text', '{"a":1}{"b":2}'];
    const { stored, refused } = await shipLines('logs-spanline-broken', 'ecs', [...broken, '', '{"msg":"fine"}']);
    expect(stored).toHaveLength(1);
    expect(refused.map(({ line }) => line)).toEqual(broken);
  });
});
