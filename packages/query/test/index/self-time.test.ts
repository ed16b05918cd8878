import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { open, type Query } from '@spanline/query';
import { folder, lines, span, spanId, traceId } from '../support/logs.ts';

/** Spans of other traces. Without them the files are too small for an index. */
const others = (from: number): string =>
  lines(
    ...Array.from({ length: 6 }, (_, index) =>
      span(from + index, { trace_id: traceId(from), 'span.name': 'other', ms: 5 }),
    ),
  );
const child = (number: number, at: number, ms: number): string =>
  lines(span(number, { at, ms, 'span.name': 'child', parent_span_id: spanId(1) }));
const parent = lines(span(1, { ms: 100, 'span.name': 'parent' }));

describe('self time from an index', () => {
  let first: string;
  let second: string;
  let log: Query;

  /** Self time of each step. */
  async function selfTimes(query: Query): Promise<Record<string, number | undefined>> {
    const { rows } = await query.stats();
    return Object.fromEntries(rows.map(({ by, selfMs }) => [String(by[0]), selfMs]));
  }

  beforeEach(() => {
    const path = folder();
    first = join(path, 'app.1.log');
    second = join(path, 'app.2.log');
    writeFileSync(first, others(10) + child(2, 0, 20) + parent);
    log = open(join(path, 'app.*.log'), { index: true, cacheDir: join(path, 'cache') });
  });

  it('counts children that did not pass', async () => {
    const { rows } = await log.stats('step:parent');
    expect(rows.map(({ by, selfMs }) => [by, selfMs])).toEqual([[['parent'], 80]]);
  });

  it('follows children that come later, before and after they are in the index file', async () => {
    expect(await selfTimes(log)).toEqual({ parent: 80, child: 20, other: 30 });
    appendFileSync(first, child(3, 10, 40));
    expect(await selfTimes(log)).toEqual({ parent: 50, child: 60, other: 30 });
    await log.buildIndex();
    expect(await selfTimes(log)).toEqual({ parent: 50, child: 60, other: 30 });
  });

  it('follows children in another file', async () => {
    writeFileSync(second, others(20) + child(3, 10, 40));
    await log.buildIndex();
    expect(await selfTimes(log)).toEqual({ parent: 50, child: 60, other: 60 });
  });

  it('is that of one file in a question about this file', async () => {
    writeFileSync(second, others(20) + child(3, 10, 40));
    await log.buildIndex();
    const one = open(first, { index: true, cacheDir: join(first, '..', 'cache') });
    expect(await selfTimes(one)).toEqual({ parent: 80, child: 20, other: 30 });
    await one.close();
  });
});
