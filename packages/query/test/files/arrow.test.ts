import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { open, readSpans } from '@spanline/query';
import { folder, lines, span, spanId } from '../support/logs.ts';

describe('a table in Arrow', () => {
  it('is read by the reader of Apache Arrow, with its types and missing values', async () => {
    const file = join(folder(), 'app.ndjson');
    writeFileSync(
      file,
      lines(
        span(1, { duration_ms: 10.5, 'spanline.tags': ['a', 'ü 🙂'], 'labels.seats': 12 }),
        span(2, { 'span.name': 'chat "x"\n', 'gen_ai.usage.input_tokens': 3 }),
        span(3, { 'spanline.tags': [], 'labels.seats': 'many' }),
      ),
    );
    const columns = ['context.span_id', 'name', 'latency_ms', 'tokens', 'tag', 'labels.seats'];
    const table = await tableFromIPC(
      readSpans(file)
        .select(...columns)
        .toTable()
        .arrow(),
    );
    expect(table.schema.fields.map(({ name, type }) => [name, String(type)])).toEqual([
      ['context.span_id', 'Utf8'],
      ['name', 'Utf8'],
      ['latency_ms', 'Float64'],
      ['tokens', 'Float64'],
      ['tag', 'List<Utf8>'],
      ['labels.seats', 'Utf8'],
    ]);
    expect(JSON.parse(JSON.stringify(table.toArray()))).toEqual([
      {
        'context.span_id': spanId(1),
        name: 'step 1',
        latency_ms: 10.5,
        tokens: null,
        tag: ['a', 'ü 🙂'],
        'labels.seats': '12',
      },
      { 'context.span_id': spanId(2), name: 'chat "x"\n', latency_ms: 10, tokens: 3, tag: null, 'labels.seats': null },
      { 'context.span_id': spanId(3), name: 'step 3', latency_ms: 10, tokens: null, tag: [], 'labels.seats': 'many' },
    ]);
  });

  it('is written in batches, for its owner only', async () => {
    const path = folder();
    const file = join(path, 'app.ndjson');
    const count = 5000;
    writeFileSync(file, lines(...Array.from({ length: count }, (_, index) => span(index + 1, {}))));
    const table = open(file).table('*', { columns: ['span'] });
    const out = join(path, 'out.arrow');
    await table.writeArrow(out);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const read = tableFromIPC(readFileSync(out));
    expect(read.batches.length).toBeGreaterThan(1);
    expect([...(read.getChild('span') ?? [])]).toEqual(Array.from({ length: count }, (_, index) => spanId(index + 1)));
    await expect(table.writeArrow(out)).rejects.toThrow(/EEXIST/);
    expect(readFileSync(out).subarray(0, 6).toString()).toBe('ARROW1');
  });

  it('without rows has its columns', async () => {
    const file = join(folder(), 'app.ndjson');
    writeFileSync(file, '');
    const table = await tableFromIPC(readSpans(file).select('step', 'cost').toTable().arrow());
    expect([table.numRows, table.schema.names]).toEqual([0, ['step', 'cost']]);
  });

  it('leaves no file if reading is stopped', async () => {
    const path = folder();
    const file = join(path, 'app.ndjson');
    writeFileSync(file, lines(span(1, {})));
    const out = join(path, 'out.arrow');
    const stopped = open(file).table('*', { columns: ['step'], signal: AbortSignal.abort(new Error('enough')) });
    await expect(stopped.writeArrow(out)).rejects.toThrow('enough');
    expect(existsSync(out)).toBe(false);
  });
});
