import { appendFileSync, copyFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Filter, open, parseFilter, type Query, type StatsRow, type TraceSummary } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import { runs } from '../../../../test/support/effort.ts';
import { filterText, oddRecord, record } from '../support/arbitrary.ts';
import { all, folder, lines as textOf, span, spanId, traceId } from '../support/logs.ts';

const NOW = Date.UTC(2026, 10, 24);
const STEPS = 3;

/** Places a record in a trace, as a span or not. */
const placed = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: record }, { weight: 1, arbitrary: oddRecord }),
    fc.nat(5),
    fc.nat(20),
    fc.option(fc.nat(20), { nil: undefined, freq: 4 }),
    fc.constantFrom('span.end', 'span.end', 'span.end', 'span.start', 'gen_ai.evaluation.result', undefined),
    fc.record({ start: fc.nat(1000), ms: fc.integer({ min: -10, max: 500 }) }),
    fc.constantFrom('req-1', 'req-2', undefined),
  )
  .map(([own, trace, span, parent, event, { start, ms }, request]): SpanRecord => {
    const began = new Date(NOW + start).toISOString();
    return {
      ...(event === undefined ? {} : { 'spanline.schema': '1.0', 'event.name': event }),
      'event.start': `${began.slice(0, -1)}${String(start).padStart(3, '0').slice(-3)}Z`,
      duration_ms: ms + 0.25,
      ...own,
      ...(trace === 0 ? {} : { trace_id: traceId(trace) }),
      span_id: spanId(span),
      ...(parent === undefined ? {} : { parent_span_id: spanId(parent) }),
      ...(request === undefined ? {} : { 'http.request.id': request }),
    } as SpanRecord;
  });

const line = fc.oneof(
  { weight: 12, arbitrary: placed.map((one) => JSON.stringify(one)) },
  {
    weight: 1,
    arbitrary: placed.map((one) =>
      JSON.stringify({ log: `${JSON.stringify(one)}\n`, stream: 'stdout', time: '2026-11-23T09:00:00Z' }),
    ),
  },
  {
    weight: 1,
    arbitrary: placed.map((one) => {
      const text = JSON.stringify(one);
      const half = Math.floor(text.length / 2);
      const [first, second] = [text.slice(0, half), text.slice(half)];
      return `2026-11-23T09:00:00Z stdout P ${first}\n{"level":"info","msg":"between"}\n2026-11-23T09:00:01Z stdout F ${second}`;
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '2026-11-23T09:00:00Z stdout P {"level":"info","msg":"spl',
      '2026-11-23T09:00:01Z stdout F it"}',
      'Server listening on 3000',
      '{"broken":',
      '',
      '{"level":30,"msg":"hello"}',
      '[1]',
    ),
  },
);
const lines = fc.array(line, { minLength: 1, maxLength: 25 }).map((texts) => `${texts.join('\n')}\n`);

/** What may happen to a log between two questions. */
type Change = 'append' | 'torn' | 'rename' | 'gzip' | 'truncate' | 'copy' | 'edit';
const change = fc.tuple(
  fc.constantFrom<Change>('append', 'append', 'torn', 'rename', 'gzip', 'truncate', 'copy', 'edit'),
  lines,
);

let rotated = 0;

function apply(file: string, kind: Change, text: string): void {
  switch (kind) {
    case 'append':
      appendFileSync(file, text);
      break;
    case 'torn':
      appendFileSync(file, text.slice(0, -20));
      break;
    case 'rename':
      renameSync(file, `${file}.${++rotated}`);
      writeFileSync(file, text);
      break;
    case 'gzip':
      writeFileSync(`${file}.${++rotated}.gz`, gzipSync(readFileSync(file)));
      rmSync(file);
      writeFileSync(file, text);
      break;
    case 'truncate':
      truncateSync(file, 0);
      appendFileSync(file, text);
      break;
    case 'copy':
      copyFileSync(file, `${file}.${++rotated}`);
      truncateSync(file, 0);
      appendFileSync(file, text);
      break;
    case 'edit':
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('rerank', 'RERANK'));
  }
}

/** Sums of fractions differ in their last digits: they are added in another order. */
const rounded = (value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(10)) : value);
const row = (figures: StatsRow | TraceSummary): Record<string, unknown> =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, rounded(value)]));

async function answers(log: Query, filter: Filter, by: readonly string[]): Promise<unknown> {
  const stats = await log.stats(filter, { by });
  const found = await all(log.records(filter));
  const rows = stats.rows.map(row).toSorted((a, b) => (JSON.stringify(a['by']) < JSON.stringify(b['by']) ? -1 : 1));
  return {
    spans: await all(log.spans(filter)),
    records: found.map(({ kind, record, rest, offset, length }) => ({ kind, record, rest, offset, length })),
    traces: (await all(log.traces(filter))).map(row),
    stats: rows,
    trace: await Promise.all(['req-1', traceId(2), spanId(7)].map(async (id) => summary(await log.trace(id)))),
  };
}

function summary(trace: Awaited<ReturnType<Query['trace']>>): unknown {
  if (trace === undefined) return undefined;
  const { by, traceIds, spans, others, isCut } = trace;
  return { by, traceIds, spans, others: others.map(({ record, rest }) => ({ record, rest })), isCut };
}

const by = fc.constantFrom(
  ['step'],
  ['model', 'type'],
  ['label.tenant'],
  ['tokens'],
  ['tag', 'time'],
  ['start/100ms', 'step'],
  ['spanline.retrieval.empty'],
  [],
);

/** A span in two parts, with other lines between them: the span is whole after they are. */
function inParts(number: number, between: number): string {
  const text = JSON.stringify(span(number));
  const half = Math.floor(text.length / 2);
  const other = `${'{"level":"debug","message":"other"}\n'.repeat(between)}{"level":"warn","message":"pick"}\n`;
  const [first, second] = [text.slice(0, half), text.slice(half)];
  return `2026-11-23T09:00:00Z stdout P ${first}\n${other}2026-11-23T09:00:01Z stdout F ${second}\n`;
}

describe('an index', () => {
  it.each(['plain', 'compressed'])('gives lines in parts in the order of a scan, from a %s file', async (form) => {
    const path = folder();
    const text = `${inParts(1, 100)}${inParts(2, 5000)}${inParts(3, 0)}${'{"level":"debug"}\n'.repeat(50_000)}`;
    const file = join(path, form === 'plain' ? 'app.log' : 'app.log.gz');
    writeFileSync(file, form === 'plain' ? text : gzipSync(text));
    const read = async (index: boolean): Promise<unknown[]> => {
      const log = open(file, { index, cacheDir: join(path, 'cache') });
      if (index) await log.buildIndex();
      const found = await all(log.records(parseFilter('level:(info OR warn)', { now: NOW })));
      await log.close();
      return found.map(({ kind, offset, length }) => ({ kind, offset, length }));
    };
    const scanned = await read(false);
    expect(scanned).toHaveLength(6);
    expect(await read(true)).toEqual(scanned);
  });

  it('gives the answers of a scan, whatever the lines, the filter, and what happens to the files', async () => {
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.array(change, { minLength: 1, maxLength: STEPS }),
        fc.array(fc.tuple(filterText, by), { minLength: STEPS + 1, maxLength: STEPS + 1 }),
        fc.boolean(),
        async (first, changes, questions, isBuilt) => {
          const path = folder();
          const file = join(path, 'app.log');
          const logs = join(path, 'app.log*');
          writeFileSync(file, first);
          const scan = open(logs, { index: false });
          const indexed = open(logs, { index: true, cacheDir: join(path, 'cache') });
          for (const [step, [text, groups]] of questions.entries()) {
            const filter = parseFilter(text, { now: NOW });
            expect(await answers(indexed, filter, groups), text).toEqual(await answers(scan, filter, groups));
            const next = changes[step];
            if (next === undefined) break;
            apply(file, ...next);
            if (isBuilt) await indexed.buildIndex();
          }
          await indexed.close();
        },
      ),
      { numRuns: runs(2, 40), endOnFailure: true },
    );
  });

  it.each([
    ['one trace', [1]],
    ['several traces, and lines without one', [1, 2, 3]],
    ['very many traces, and lines without one', Array.from({ length: 250 }, (_, number) => number + 1)],
    ['lines without a trace', []],
  ])('finds what an id names that has %s', async (title, traces) => {
    const path = folder();
    const file = join(path, 'app.ndjson');
    const own = traces.flatMap((trace) => [
      span(trace * 2, { trace_id: traceId(trace), 'session.id': 's-1' }),
      span(trace * 2 + 1, { trace_id: traceId(trace) }),
    ]);
    const { trace_id: _trace, ...bare } = span(901, { 'session.id': 's-1', 'event.name': 'feedback' });
    const others = [span(902, { trace_id: traceId(902), 'session.id': 's-2' }), span(903, { trace_id: traceId(903) })];
    writeFileSync(file, textOf(...others, ...own, ...(title.includes('without') ? [bare] : [])));
    const scan = open(file, { index: false });
    const indexed = open(file, { index: true, cacheDir: join(path, 'cache') });
    for (const id of ['s-1', traceId(1), spanId(3), 's-9']) {
      const found = summary(await indexed.trace(id));
      expect(found, id).toEqual(summary(await scan.trace(id)));
      expect(found === undefined).toBe(id === 's-9' || (id !== 's-1' && traces.length === 0));
    }
    await indexed.close();
  });
});
