import { appendFileSync, copyFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type FollowedTraces, open } from '@spanline/query';
import { all, folder, lines, span, traceId } from '../support/logs.ts';

const of = (trace: number, number: number, fields: object = {}): object =>
  span(number, { at: number * 100, ...fields, trace_id: traceId(trace) });
const child = (trace: number, number: number, fields: object = {}): object =>
  of(trace, number, { parent_span_id: span(trace).span_id, ...fields });

/** The traces of the next reading: their numbers of spans, by the last digit of their ids. */
async function next(followed: FollowedTraces): Promise<Record<string, number>> {
  const rows = await all(followed.read());
  return Object.fromEntries(rows.map(({ traceId: id, spans }) => [id.slice(-1), spans]));
}

describe.each(['no index', 'an index'])('traces of a log that grows, with %s', (kind) => {
  const follow = (path: string, cacheDir: string, filter = '*'): FollowedTraces =>
    open(path, { index: kind === 'an index', cacheDir }).followTraces(filter);

  it('are all of them first, then those that got lines, each once', async () => {
    const path = folder();
    const file = join(path, 'app.ndjson');
    writeFileSync(file, lines(child(1, 2), of(1, 1), of(2, 3)));
    const followed = follow(file, join(path, 'cache'));
    expect(await next(followed)).toEqual({ 1: 2, 2: 1 });
    expect(await next(followed)).toEqual({});
    appendFileSync(file, lines(child(2, 4), of(3, 5)));
    expect(await next(followed)).toEqual({ 2: 2, 3: 1 });
    expect(await next(followed)).toEqual({});
    const score = { 'event.name': 'gen_ai.evaluation.result', 'gen_ai.evaluation.name': 'tone' };
    appendFileSync(file, lines({ ...span(9), ...score, 'gen_ai.evaluation.score.value': 0.5, trace_id: traceId(1) }));
    expect(await next(followed)).toEqual({ 1: 2 });
    expect(followed.isOver).toBe(false);
  });

  it('pass the filter as soon as one of their spans does', async () => {
    const path = folder();
    const file = join(path, 'app.ndjson');
    writeFileSync(file, lines(child(1, 2), of(2, 3, { 'span.status': 'error' })));
    const followed = follow(file, join(path, 'cache'), 'status:error');
    expect(await next(followed)).toEqual({ 2: 1 });
    appendFileSync(file, lines(child(1, 4, { 'span.status': 'error' }), of(3, 5)));
    expect(await next(followed)).toMatchObject({ 1: expect.any(Number) as number });
    expect(await next(followed)).toEqual({});
  });

  it('leave a line that is being written for the next reading, and take a last line without its end', async () => {
    const path = folder();
    const file = join(path, 'app.ndjson');
    const [whole, torn] = [lines(of(1, 1), of(2, 2)).slice(0, -1), lines(of(3, 3))];
    writeFileSync(file, whole);
    const followed = follow(file, join(path, 'cache'));
    expect(await next(followed)).toEqual({ 1: 1, 2: 1 });
    appendFileSync(file, `\n${torn.slice(0, 100)}`);
    expect(await next(followed)).toEqual({});
    appendFileSync(file, torn.slice(100));
    expect(await next(followed)).toEqual({ 3: 1 });
  });

  it('go on through a rotation by renaming', async () => {
    const path = folder();
    const file = join(path, 'app.log');
    writeFileSync(file, lines(of(1, 1)));
    const followed = follow(join(path, 'app.log*'), join(path, 'cache'));
    expect(await next(followed)).toEqual({ 1: 1 });
    appendFileSync(file, lines(child(1, 2)));
    renameSync(file, `${file}.1`);
    writeFileSync(file, lines(of(2, 3)));
    writeFileSync(`${file}.0.gz`, gzipSync(lines(of(4, 4))));
    expect(await next(followed)).toEqual({ 1: 2, 2: 1, 4: 1 });
    expect(await next(followed)).toEqual({});
  });

  it.each([
    ['cut', (file: string) => truncateSync(file, 10)],
    ['removed', (file: string) => rmSync(file)],
    ['replaced by longer content', (file: string) => writeFileSync(file, lines(of(7, 7), of(8, 8), of(9, 9)))],
    ['copied and started again', (file: string) => (copyFileSync(file, `${file}.1`), truncateSync(file))],
  ])('end when a file is %s', async (_, change) => {
    const path = folder();
    const file = join(path, 'app.log');
    writeFileSync(file, lines(of(1, 1)));
    writeFileSync(join(path, 'other.log'), lines(of(2, 2)));
    const followed = follow(join(path, '*.log*'), join(path, 'cache'));
    expect(await next(followed)).toEqual({ 1: 1, 2: 1 });
    change(file);
    expect(await next(followed)).toEqual({});
    expect(followed.isOver).toBe(true);
  });
});

it('more traces than stay open keep their figures', async () => {
  const path = folder();
  const file = join(path, 'app.ndjson');
  const traces = 12_000;
  writeFileSync(file, lines(...Array.from({ length: traces }, (_, n) => of(n + 1, n + 1))));
  const followed = open(file, { index: false }).followTraces();
  expect(await all(followed.read())).toHaveLength(traces);
  appendFileSync(file, lines(child(traces, 1)));
  const changed = await all(followed.read());
  expect(changed.map(({ traceId: id, spans }) => [id, spans])).toEqual([[traceId(traces), 2]]);
});
