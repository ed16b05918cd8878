import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { opensearch } from '@spanline/ship';
import { cli } from '../../packages/cli/test/support/cli.ts';
import { facet, figures, page, sessions, spansOf } from './support/agent-traces.ts';
import { borrowOpenSearch3 } from './support/opensearch.ts';
import { type Line, LONG_REQUESTS, NEEDLES, writeProgram } from './support/program.ts';
import { createSearchClient, type SearchClient } from './support/search-client.ts';
import type { RunningServer } from './support/server.ts';
import { deadLetters, setUp, ship, type Shipped } from './support/ship.ts';

const files = inject('servers').opensearch3;
/** The pattern of the data set that OpenSearch Dashboards makes for spans. */
const INDEX = 'otel-v1-apm-span*';
const STREAM = 'otel-v1-apm-span-spanline';

const ended = (lines: readonly Line[]): Line[] => lines.filter((line) => line['event.name'] === 'span.end');
const sum = (lines: readonly Line[], key: string): number =>
  lines.reduce((total, line) => total + Number(line[key] ?? 0), 0);

describe.skipIf(files === undefined)('Agent Traces of OpenSearch 3', () => {
  let dir = '';
  let server: RunningServer | undefined;
  let client: SearchClient;
  let lines: Line[];
  let roots: Line[];
  let shipped: Shipped;
  const sink = (): ReturnType<typeof opensearch> => opensearch({ url: server?.url ?? '', traces: true });

  beforeAll(async () => {
    server = await borrowOpenSearch3(files as string);
    dir = server.folder;
    client = createSearchClient(server.url);
    await setUp(client, { traces: true });
    lines = await writeProgram(join(dir, 'spool'));
    roots = ended(lines).filter((line) => line['parent_span_id'] === undefined);
    cpSync(join(dir, 'spool'), join(dir, 'again'), { recursive: true });
    shipped = await ship({ dir: join(dir, 'spool'), to: [sink()] });
    await client.refresh(INDEX);
  });
  afterAll(() => server?.stop());

  it('has the fields of the data set that Dashboards makes: spanId, traceId, endTime', async () => {
    const { fields } = (await client.send('GET', `${INDEX}/_field_caps?fields=spanId,traceId,endTime`)) as {
      fields: Record<string, Record<string, { searchable: boolean; aggregatable: boolean }>>;
    };
    const types = Object.entries(fields).map(([name, kinds]) => [name, ...Object.keys(kinds)]);
    expect(Object.fromEntries(types)).toEqual({ spanId: 'keyword', traceId: 'keyword', endTime: 'date_nanos' });
  });

  it('stores every line and every span once, also when all are sent again', async () => {
    expect(shipped.stats['opensearch']).toMatchObject({ stored: lines.length, rejected: 0, lagBytes: 0 });
    const second = await ship({ dir: join(dir, 'again'), to: [sink()] });
    expect(second.stats['opensearch']).toMatchObject({ stored: lines.length, rejected: 0 });
    await client.refresh(`${INDEX},logs-spanline-default`);
    expect(await client.count(STREAM)).toBe(ended(lines).length);
    expect(await client.count('logs-spanline-default')).toBe(lines.length);
  });

  it('lists every trace by its root, the newest first, with its tokens and its conversation', async () => {
    const rows = await page(client, INDEX, 'traces', 1000);
    const newest = roots.toSorted((a, b) => String(b['event.start']).localeCompare(String(a['event.start'])));
    expect(rows.map(({ traceId }) => traceId)).toEqual(newest.map((line) => line['trace_id']));
    expect(rows[0]).toMatchObject({
      name: 'POST /ask',
      serviceName: 'servers-test',
      traceGroup: 'POST /ask',
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.usage.input_tokens': newest[0]?.['spanline.rollup.input_tokens'],
        'gen_ai.usage.output_tokens': newest[0]?.['spanline.rollup.output_tokens'],
        'gen_ai.conversation.id': newest[0]?.['session.id'],
      },
    });
  });

  it('lists every span with its operation', async () => {
    const rows = await page(client, INDEX, 'spans', 10_000);
    expect(rows).toHaveLength(ended(lines).length);
    expect(new Set(rows.map(({ attributes }) => attributes['gen_ai.operation.name']))).toEqual(
      new Set(['invoke_agent', 'chat', 'retrieval', 'execute_tool']),
    );
  });

  it('opens a trace: its spans, their places, and a prompt of 200 kB whole', async () => {
    const root = roots.find((line) => line['http.request.id'] === LONG_REQUESTS.huge) ?? {};
    const spans = await spansOf(client, INDEX, String(root['trace_id']));
    const own = ended(lines).filter((line) => line['trace_id'] === root['trace_id']);
    expect(spans.map(({ spanId, parentSpanId }) => [spanId, parentSpanId]).toSorted()).toEqual(
      own.map((line) => [line['span_id'], line['parent_span_id'] ?? '']).toSorted(),
    );
    const call = spans.find(({ attributes }) => attributes['gen_ai.operation.name'] === 'chat');
    const line = own.find((one) => one['span_id'] === call?.spanId);
    expect(call?.attributes['gen_ai.input.messages']).toBe(line?.['gen_ai.input.messages']);
    expect(String(line?.['gen_ai.input.messages']).length).toBeGreaterThan(200_000);
    expect(call?.durationInNanos).toBe(line?.['event.duration']);
  });

  it.each(['long', 'huge', 'chat'] as const)('finds the last word of a prompt: %s', async (which) => {
    const found = await client.find(INDEX, { match: { 'attributes.gen_ai.input.messages': NEEDLES[which] } });
    expect(found.map(({ _source }) => (_source['attributes'] as Line)['http.request.id'])).toEqual([
      LONG_REQUESTS[which],
    ]);
  });

  it('counts traces, spans, errors, tokens and sessions, and takes percentiles', async () => {
    const found = await figures(client, INDEX);
    expect(found).toMatchObject({
      spans: ended(lines).length,
      traces: roots.length,
      errorSpans: ended(lines).filter((line) => line['span.status'] === 'error').length,
      inputTokens: sum(roots, 'spanline.rollup.input_tokens'),
      outputTokens: sum(roots, 'spanline.rollup.output_tokens'),
      sessions: new Set(roots.map((line) => line['session.id'])).size,
    });
    const longest = Math.max(...roots.map((line) => Number(line['event.duration'])));
    expect(found.p50).toBeLessThan(found.p99);
    expect(found.p99).toBeLessThanOrEqual(longest);
  });

  it('groups traces into sessions, with the values beside them', async () => {
    const rows = await sessions(client, INDEX, 100);
    const counts = new Map<string, number>();
    for (const line of roots) counts.set(String(line['session.id']), (counts.get(String(line['session.id'])) ?? 0) + 1);
    expect(new Map(rows.map(({ key, traces }) => [key, traces]))).toEqual(counts);
    expect(await facet(client, INDEX, 'serviceName')).toEqual(['servers-test']);
    expect(await facet(client, INDEX, 'status.code')).toEqual(expect.arrayContaining(['1', '2']));
  });

  it('finds spans by a label and by a user', async () => {
    const [root = {}] = roots;
    const ownLabels = await client.find(INDEX, { term: { 'attributes.labels.plan': 'pro' } });
    expect(ownLabels).toHaveLength(ended(lines).filter((line) => line['labels.plan'] === 'pro').length);
    const own = ended(lines).filter((line) => line['user.id'] === root['user.id']);
    expect(await client.count(INDEX, { term: { 'attributes.user.id': root['user.id'] } })).toBe(own.length);
  });

  it('keeps the log document of a span whose trace document is refused, and names that in the dead letters', async () => {
    const [span = {}] = ended(lines);
    const poison = { ...span, 'event.id': 'before-the-epoch', 'event.start': '1969-01-01T00:00:00.000000Z' };
    const folder = join(dir, 'poison');
    await shipLine(folder, JSON.stringify(poison));
    expect(deadLetters(folder, 'opensearch')).toEqual([
      expect.objectContaining({ reason: expect.stringMatching(/^trace document: 400 /) as string }),
    ]);
    await client.refresh('logs-spanline-default');
    expect(await client.count('logs-spanline-default', { term: { 'event.id': 'before-the-epoch' } })).toBe(1);
  });

  const remove = async (...args: string[]): Promise<unknown> => {
    const env = { XDG_STATE_HOME: join(dir, 'state') };
    const { code, stdout } = await cli([...args, `${server?.url ?? ''}/logs-spanline-*`, '--json'], { env });
    return { code, ...(JSON.parse(stdout) as object) };
  };

  it('loses the documents of a session and of its traces by `spanline erase`, and no other', async () => {
    const [first] = ended(lines);
    const root = roots.find((line) => line['session.id'] !== first?.['session.id']);
    const session = String(root?.['session.id']);
    const traces = new Set(lines.flatMap((line) => (line['session.id'] === session ? [line['trace_id']] : [])));
    const own = lines.filter((line) => traces.has(line['trace_id']));
    const traceDocuments = ended(own).length;
    const before = await client.count(STREAM);
    // A span of another tracer in the same trace.
    const foreign = { traceId: root?.['trace_id'], spanId: '00000000000000ff', '@timestamp': new Date() };
    await client.send('POST', `${STREAM}/_doc?refresh=true&op_type=create`, foreign);
    const documents = own.length + traceDocuments;
    expect(await remove('erase', '--session', session)).toMatchObject({ code: 0, isDone: false, documents });
    expect(await client.count(STREAM)).toBe(before + 1);
    expect(await remove('erase', '--session', session, '--yes')).toMatchObject({
      code: 0,
      isDone: true,
      documents,
      traceDocuments,
    });
    expect(await client.count(STREAM)).toBe(before + 1 - traceDocuments);
    expect(await client.count(STREAM, { terms: { traceId: [...traces] } })).toBe(1);
    expect(await remove('erase', '--session', session, '--yes')).toMatchObject({ code: 1, documents: 0 });
  });

  it('finds the documents of a user whose lines are gone', async () => {
    const user = String(roots.at(-1)?.['user.id']);
    const own = { term: { 'attributes.user.id': user } };
    expect(await remove('erase', '--user', user, '--traces', 'none', '--yes')).toMatchObject({ code: 0 });
    expect(await client.count(STREAM, own)).toBeGreaterThan(0);
    expect(await remove('erase', '--user', user, '--yes')).toMatchObject({ code: 0, isDone: true });
    expect(await client.count(STREAM, own)).toBe(0);
  });

  it('loses old documents by `spanline prune` only if their streams are named', async () => {
    const [span = {}] = ended(lines);
    const time = '2001-09-09T01:46:40.000Z';
    const start = `${time.slice(0, -1)}000Z`;
    await shipLine(
      join(dir, 'old'),
      JSON.stringify({ ...span, 'event.id': 'old', '@timestamp': time, 'event.start': start }),
    );
    await client.refresh('*');
    expect(await remove('prune', '--days', '9000')).toMatchObject({ documents: 1, traceDocuments: 0 });
    const before = await client.count(STREAM);
    expect(await remove('prune', '--days', '9000', '--traces', 'all', '--yes')).toMatchObject({
      code: 0,
      documents: 2,
      traceDocuments: 1,
    });
    expect(await client.count(STREAM)).toBe(before - 1);
  });

  async function shipLine(folder: string, line: string): Promise<void> {
    const { spool } = await import('@spanline/ship');
    const spooled = spool({ dir: folder, to: [] });
    spooled.write(`${line}\n`);
    await spooled.close(0);
    await ship({ dir: folder, to: [sink()] });
  }
});
