import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeEach, describe, expect, it } from 'vitest';
import { open, type OpenOptions, type Progress, type Query } from '@spanline/query';
import { all, folder, lines, span } from '../support/logs.ts';

const SECRET = 'the patient is called Ada';
const many = (from: number, count = 20): string =>
  lines(
    ...Array.from({ length: count }, (_, index) =>
      span(from + index, {
        message: SECRET,
        'error.message': SECRET,
        'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: SECRET }] }]),
        'labels.Tenant': 'acme',
        'labels.tenant': 'other',
      }),
    ),
  );

describe('index files', () => {
  let file: string;
  let cache: string;
  let log: Query;
  const indexOf = (options: OpenOptions = {}): Query => open(file, { index: true, cacheDir: cache, ...options });
  const databases = (): string[] => readdirSync(cache).filter((name) => name.endsWith('.duckdb'));
  const entry = (): { path: string; value: { end: number; version: string } } => {
    const path = join(cache, readdirSync(cache).find((name) => name.endsWith('.json')) ?? '');
    return { path, value: JSON.parse(readFileSync(path, 'utf8')) as { end: number; version: string } };
  };
  const count = async (query: Query = log): Promise<number> =>
    (await query.stats()).rows.reduce((sum, row) => sum + row.count, 0);

  beforeEach(() => {
    const path = folder();
    file = join(path, 'app.log');
    cache = join(path, 'cache', 'spanline');
    writeFileSync(file, many(0));
    log = indexOf();
  });

  it('are for their owner only, and hold no content', async () => {
    expect(await count()).toBe(20);
    expect(statSync(cache).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(cache)) expect(statSync(join(cache, name)).mode & 0o777).toBe(0o600);
    const [name = ''] = databases();
    expect(readFileSync(join(cache, name)).includes('Ada')).toBe(false);
    const instance = await DuckDBInstance.create(join(cache, name), { access_mode: 'READ_ONLY' });
    const connection = await instance.connect();
    const columns = (await connection.runAndReadAll('SELECT * FROM lines')).columnNames();
    expect(columns).toEqual(expect.arrayContaining(['trace_id', 'span.name', 'duration_ms', ' offset', ' length']));
    expect(columns.filter((column) => /message|content|prompt|input$/.test(column))).toEqual([]);
    connection.closeSync();
    instance.closeSync();
  });

  it('keep labels apart that differ by case', async () => {
    expect((await log.stats('*', { by: ['labels.Tenant', 'labels.tenant'] })).rows[0]?.by).toEqual(['acme', 'other']);
    expect((await all(log.spans('labels.Tenant:other'))).length).toBe(0);
  });

  it('serve the next process, and grow while the log grows', async () => {
    expect(await count()).toBe(20);
    const [first] = databases();
    appendFileSync(file, many(20));
    expect(await count(indexOf())).toBe(40);
    expect(databases()).toEqual([first]);
    await log.buildIndex();
    expect(databases().length).toBe(1);
    expect(databases()).not.toEqual([first]);
    expect(entry().value.end).toBe(statSync(file).size);
    expect(await count()).toBe(40);
  });

  it.each([
    ['renamed', (path: string) => renameSync(path, `${path}.1`)],
    [
      'compressed',
      (path: string) => {
        writeFileSync(`${path}.1.gz`, gzipSync(readFileSync(path)));
        renameSync(path, `${path}.gone`);
      },
    ],
  ])('outlive that their log is %s', async (_, rotate) => {
    await count();
    const before = databases();
    rotate(file);
    const rotated = open(`${file}.1*`, { index: true, cacheDir: cache });
    expect(await count(rotated)).toBe(20);
    expect((await all(rotated.spans('step:"step 7"'))).map((record) => record.message)).toEqual([SECRET]);
    expect(databases()).toEqual(before);
  });

  it.each([
    ['is damaged', () => writeFileSync(join(cache, databases()[0] ?? ''), 'x'.repeat(20_000))],
    [
      'has another format',
      () => writeFileSync(entry().path, JSON.stringify({ ...entry().value, version: '0', end: 1 })),
    ],
    ['has no description', () => writeFileSync(entry().path, '{"version":')],
    ['is of other bytes', () => writeFileSync(file, readFileSync(file, 'utf8').replaceAll('step 7', 'step 8'))],
  ])('are built anew if one %s', async (_, harm) => {
    await count();
    const before = databases();
    harm();
    const next = indexOf();
    const { rows } = await next.stats();
    const scanned = await open(file, { index: false }).stats();
    expect(rows.map(({ by, count: spans }) => [by, spans])).toEqual(
      scanned.rows.map(({ by, count: spans }) => [by, spans]),
    );
    await next.buildIndex();
    expect(databases().filter((name) => !before.includes(name)).length).toBe(1);
  });

  it('take no more room than they may', async () => {
    const small = indexOf({ cacheBytes: 1000 });
    await small.buildIndex();
    expect(databases()).toEqual([]);
    expect(await count(small)).toBe(20);
    const other = `${file}.other`;
    writeFileSync(other, many(100));
    await log.buildIndex();
    const [first = ''] = databases();
    const room = statSync(join(cache, first)).size * 1.5;
    await open(other, { index: true, cacheDir: cache, cacheBytes: room }).buildIndex();
    expect(databases().length).toBe(1);
    expect(databases()).not.toEqual([first]);
  });

  it('are written by one process at a time; others read the lines', async () => {
    await log.buildIndex();
    const name = entry().path.slice(0, -'.json'.length);
    appendFileSync(file, many(20));
    writeFileSync(`${name}.lock`, String(process.ppid));
    expect(await count()).toBe(40);
    await expect(log.buildIndex()).rejects.toThrow(/ERR_INDEX_BUSY/);
    expect(entry().value.end).toBeLessThan(statSync(file).size);
    // No process has this number.
    writeFileSync(`${name}.lock`, String(2 ** 30));
    await log.buildIndex();
    expect(entry().value.end).toBe(statSync(file).size);
    expect(existsSync(`${name}.lock`)).toBe(false);
  });

  it('stop being built when the question is cancelled, and say how far they are', async () => {
    const controller = new AbortController();
    const cancel = (): void => controller.abort(new Error('enough'));
    await expect(log.stats('*', { signal: controller.signal, onProgress: cancel })).rejects.toThrow('enough');
    expect(readdirSync(cache)).toEqual([]);
    const seen: Progress[] = [];
    await log.stats('*', { onProgress: (progress) => seen.push(progress) });
    const size = statSync(file).size;
    expect(seen.at(-1)).toEqual({ file, bytes: size, totalBytes: size, lines: 20, badLines: 0 });
  });

  it('are not made for a small log unless they are asked for', async () => {
    const auto = open(file, { cacheDir: cache });
    expect(await count(auto)).toBe(20);
    expect(await count(auto)).toBe(20);
    expect(existsSync(cache)).toBe(false);
  });

  it('that cannot be written stop no question, unless they are asked for', async () => {
    mkdirSync(join(cache, '..'), { recursive: true });
    writeFileSync(cache, 'a file');
    expect(await count(open(file, { cacheDir: cache }))).toBe(20);
    await expect(log.stats()).rejects.toThrow(/EEXIST|ENOTDIR/);
  });

  it('need options that are right', () => {
    expect(() => open(file, { index: 'yes' as never })).toThrow(/index must be one of auto, true, false/);
    expect(() => open(file, { cacheFolder: 'x' } as never)).toThrow(/did you mean "cacheDir"/);
  });
});
