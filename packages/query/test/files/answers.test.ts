import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeEach, describe, expect, it } from 'vitest';
import { open, readSpans } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import { all, folder, lines, span, spanId, traceId } from '../support/logs.ts';

const chat = {
  'span.type': 'llm',
  'gen_ai.request.model': 'gpt-4o',
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.output_tokens': 20,
  'spanline.cost.usd': 0.01,
  'gen_ai.response.time_to_first_chunk': 0.4,
} as const;
const request = { 'http.request.id': 'req-1', 'session.id': 's-1', 'user.id': 'u-1' };

/** Two traces of one session; children stand before their parents. */
function logOf(path: string): string {
  const file = join(path, 'app.log');
  const root = spanId(1);
  const second = { trace_id: traceId(2), 'session.id': 's-1', 'http.request.id': 'req-2' };
  writeFileSync(
    file,
    lines(
      span(2, { at: 10, ms: 30, parent_span_id: root, 'span.name': 'retrieve', ...request }),
      span(3, { at: 20, ms: 60, parent_span_id: root, 'span.name': 'chat', ...chat, ...request }),
      { level: 'info', time: '2026-11-23T09:00:00.050Z', msg: 'working', trace_id: traceId(1) },
      span(1, { at: 0, ms: 100, 'span.name': 'POST /ask', 'span.type': 'http', ...request }),
      span(5, {
        at: 210,
        ms: 90,
        parent_span_id: spanId(4),
        'span.name': 'chat',
        'span.status': 'error',
        ...chat,
        ...second,
      }),
      span(4, { at: 200, ms: 100, 'span.name': 'POST /ask', 'span.type': 'http', ...second }),
    ),
  );
  return file;
}

describe('a log', () => {
  let path: string;
  let file: string;
  beforeEach(() => {
    path = folder();
    file = logOf(path);
  });

  it('has figures of each step, with self time, tokens, cost and time to the first token', async () => {
    const { rows } = await open(file).stats();
    expect(rows.map(({ by, count, selfMs }) => [by[0], count, selfMs])).toEqual([
      ['chat', 2, 150],
      ['POST /ask', 2, 40],
      ['retrieve', 1, 30],
    ]);
    expect(rows[0]).toMatchObject({
      errors: 1,
      errorRate: 0.5,
      p50Ms: 75,
      p95Ms: 88.5,
      totalMs: 150,
      inputTokens: 200,
      outputTokens: 40,
      costUsd: 0.02,
      ttftP50Ms: 400,
    });
    expect(rows.reduce((sum, { selfShare }) => sum + (selfShare ?? 0), 0)).toBeCloseTo(1);
  });

  it('groups by intervals of a time', async () => {
    const { by, rows } = await open(file).stats('type:llm', { by: ['start/100ms', 'step'] });
    expect(by).toEqual(['start/100ms', 'step']);
    expect(rows.map((row) => [...row.by, row.count])).toEqual([
      ['2026-11-23T09:00:00.200Z', 'chat', 1],
      ['2026-11-23T09:00:00.000Z', 'chat', 1],
    ]);
    await expect(open(file).stats('*', { by: ['step/5m'] })).rejects.toThrow(/names of fields/);
    await expect(open(file).stats('*', { by: ['start/0m'] })).rejects.toThrow(/names of fields/);
  });

  it('has the route, the first token and the scores of a trace', async () => {
    const score = { 'event.name': 'gen_ai.evaluation.result', 'spanline.schema': '1.0' };
    const give = (name: string, value: number, ids: object): object => ({
      '@timestamp': '2026-11-23T10:00:00.000Z',
      ...score,
      'gen_ai.evaluation.name': name,
      'gen_ai.evaluation.score.value': value,
      ...ids,
    });
    appendFileSync(
      file,
      lines(
        span(6, { at: 400, ms: 5, 'http.route': '/ask', trace_id: traceId(3), 'http.request.id': 'req-3' }),
        give('helpful', 0, { trace_id: traceId(1) }),
        give('helpful', 1, { trace_id: traceId(1), span_id: spanId(3) }),
        give('thumbs', -1, { 'http.request.id': 'req-3' }),
        give('helpful', 0.5, { trace_id: traceId(9) }),
      ),
    );
    const traces = await all(open(file).traces());
    expect(traces.map(({ route, ttftMs, scores }) => [route, ttftMs, scores])).toEqual([
      [undefined, 410, []],
      ['/ask', undefined, [{ name: 'thumbs', value: -1 }]],
      [undefined, 420, [{ name: 'helpful', value: 1 }]],
    ]);
  });

  it('names the model of a trace that cost most first, and models of embeddings last', async () => {
    const by = (id: number, type: SpanRecord['span.type'], model: string, cost: Partial<SpanRecord> = {}): object =>
      span(id, { 'span.type': type, 'gen_ai.request.model': model, trace_id: traceId(4), ...cost });
    appendFileSync(
      file,
      lines(
        by(11, 'embedding', 'embed-3', { 'spanline.cost.usd': 9 }),
        by(12, 'llm', 'local'),
        by(13, 'llm', 'cheap', { 'spanline.cost.usd': 0.001 }),
        by(14, 'llm', 'dear', { 'spanline.cost.usd': 0.003 }),
        by(15, 'llm', 'cheap', { 'spanline.cost.usd': 0.001 }),
      ),
    );
    const traces = await all(open(file).traces(`trace:${traceId(4)}`));
    expect(traces.map(({ models }) => models)).toEqual([['dear', 'cheap', 'local', 'embed-3']]);
  });

  it('groups by any fields, of the spans that pass', async () => {
    const { by, rows } = await open(file).stats('type:llm', { by: ['request', 'model'] });
    expect(by).toEqual(['request', 'model']);
    expect(rows.map((row) => row.by)).toEqual([
      ['req-2', 'gpt-4o'],
      ['req-1', 'gpt-4o'],
    ]);
    await expect(open(file).stats('*', { by: ['modell'] })).rejects.toThrow(/did you mean "model"/);
  });

  it('has traces, found by one of their spans', async () => {
    const found = await all(open(file).traces('status:error'));
    expect(found).toEqual([
      expect.objectContaining({
        traceId: traceId(2),
        name: 'POST /ask',
        status: 'ok',
        hasRoot: true,
        spans: 2,
        errors: 1,
        durationMs: 100,
        requestId: 'req-2',
        models: ['gpt-4o'],
        inputTokens: 100,
        costUsd: 0.01,
      }),
    ]);
  });

  it.each([
    ['trace', traceId(1), 1, 3],
    ['span', spanId(3), 1, 3],
    ['request', 'req-1', 1, 3],
    ['user', 'u-1', 1, 3],
    ['session', 's-1', 2, 5],
  ])('shows what the id of a %s names', async (by, id, traces, spans) => {
    const trace = await open(file).trace(id);
    expect(trace).toMatchObject({ id, by, isCut: false });
    expect(trace?.traceIds.length).toBe(traces);
    expect(trace?.spans.length).toBe(spans);
    const [root] = trace?.roots ?? [];
    expect(root?.item.record['span.name']).toBe('POST /ask');
    expect(root?.item.selfMs).toBe(30);
    expect(root?.children.map(({ item }) => item.record['span.name'])).toEqual(['retrieve', 'chat']);
    expect(trace?.others.map(({ record }) => record.message)).toEqual(['working']);
  });

  it('knows nothing of an id that no line has', async () => {
    await expect(open(file).trace('req-9')).resolves.toBeUndefined();
  });

  it('whose spans are their own parents still has a tree', async () => {
    writeFileSync(
      file,
      lines(
        span(1, { parent_span_id: spanId(2) }),
        span(2, { parent_span_id: spanId(1) }),
        span(3, { parent_span_id: spanId(3) }),
      ),
    );
    const trace = await open(file).trace(traceId(1));
    expect(trace?.roots.length).toBeGreaterThan(0);
    expect(trace?.spans.length).toBe(3);
    expect((await open(file).stats()).rows.length).toBe(3);
  });

  it('stops when it is told to, and says how far it is', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const onProgress = ({ bytes }: { bytes: number }): void => void seen.push(bytes);
    await all(open(file).spans('*', { onProgress }));
    expect(seen.at(-1)).toBe(statSync(file).size);
    controller.abort(new Error('enough'));
    await expect(all(open(file).spans('*', { signal: controller.signal }))).rejects.toThrow('enough');
    await expect(open(file).stats('*', { signal: controller.signal })).rejects.toThrow('enough');
  });

  it('is a table with dotted names', async () => {
    const table = readSpans(file)
      .where('type:llm')
      .select('context.span_id', 'model', 'tokens', 'label.none')
      .toTable();
    expect(await table.columns()).toEqual(['context.span_id', 'model', 'tokens', 'label.none']);
    expect(await table.head(1)).toEqual([
      { 'context.span_id': spanId(3), model: 'gpt-4o', tokens: 120, 'label.none': null },
    ]);
    expect((await table.toArray()).length).toBe(2);
    expect(() => readSpans(file).select('modle').toTable()).toThrow(/did you mean "model"/);
    const [whole] = await readSpans(file).where('span:*3').where('type:llm').toTable().head();
    expect(whole).toMatchObject({ span_id: spanId(3), 'span.name': 'chat', 'gen_ai.request.model': 'gpt-4o' });
  });

  it('is written as CSV without formulas and as NDJSON, for its owner only', async () => {
    writeFileSync(
      file,
      lines(span(1, { 'span.name': '=cmd|"/c calc"!A1', duration_ms: -1 }), span(2, { 'span.name': 'a,b' })),
    );
    const table = readSpans(file).select('step', 'duration_ms').toTable();
    const csv = join(path, 'out.csv');
    await table.writeCsv(csv);
    expect(readFileSync(csv, 'utf8')).toBe('step,duration_ms\r\n"\'=cmd|""/c calc""!A1",-1\r\n"a,b",10\r\n');
    expect(statSync(csv).mode & 0o777).toBe(0o600);
    await expect(table.writeCsv(csv)).rejects.toThrow(/EEXIST/);
    await table.writeNdjson(join(path, 'out.ndjson'));
    expect(readFileSync(join(path, 'out.ndjson'), 'utf8')).toBe(
      '{"step":"=cmd|\\"/c calc\\"!A1","duration_ms":-1}\n{"step":"a,b","duration_ms":10}\n',
    );
  });

  it('is written as Parquet, for its owner only', async () => {
    const out = join(path, "it's.parquet");
    const table = readSpans(file).where('type:llm').select('step', 'cost', 'tag', 'labels.a"b\'c').toTable();
    await table.writeParquet(out);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    await expect(table.writeParquet(out)).rejects.toThrow(/EEXIST/);
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll('SELECT * FROM read_parquet($1)', [out]);
    expect(reader.columnNames()).toEqual(['step', 'cost', 'tag', 'labels.a"b\'c']);
    expect(reader.getRowsJS()).toEqual([
      ['chat', 0.01, null, null],
      ['chat', 0.01, null, null],
    ]);
    connection.closeSync();
    instance.closeSync();
  });
});
