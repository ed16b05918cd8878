import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { open, type Query } from '@spanline/query';
import { toEcs } from '@spanline/record';
import { runs } from '../../../../test/support/effort.ts';
import { ingestAll } from '../../src/index-store/bulk-ingest.ts';
import { loadDuckDb, openDatabase } from '../../src/index-store/duckdb.ts';
import { openLogFile } from '../../src/lines/index.ts';
import { all, folder } from '../support/logs.ts';
import { json, ODD, plain, plainLines } from '../support/odd-lines.ts';

async function answers(log: Query, filter: string): Promise<unknown> {
  const by = ['step', 'label.tenant', 'label.seats', 'tag', 'model', 'time', 'duration', 'user'];
  const { rows } = await log.stats(filter, { by });
  const found = await all(log.records(filter));
  return {
    rows: rows.map(({ by: values, count, selfMs, inputTokens }) => [values, count, selfMs?.toFixed(6), inputTokens]),
    records: found.map(({ kind, record, rest, offset, length }) => ({ kind, record, rest, offset, length })),
    traces: (await all(log.traces(filter))).map(({ traceId: id, startMs, durationMs }) => [id, startMs, durationMs]),
  };
}

async function expectSame(file: string, ...filters: readonly string[]): Promise<void> {
  const scan = open(file, { index: false });
  const indexed = open(file, { index: true, cacheDir: join(file, '..', 'cache') });
  for (const filter of filters) expect(await answers(indexed, filter), filter).toEqual(await answers(scan, filter));
  const scanned = open(file, { index: false });
  await scanned.stats();
  const fresh = open(file, { index: true, cacheDir: join(file, '..', 'cache') });
  await fresh.stats();
  expect(fresh.badLines()).toEqual(scanned.badLines());
  await Promise.all([indexed.close(), fresh.close()]);
}

/** Reads a file as an index does. @returns the lines that were read, `undefined` if the line reader has to read it */
async function ingested(file: string): Promise<number | undefined> {
  const duckdb = await loadDuckDb('a test');
  const log = openLogFile(file);
  const database = await openDatabase(duckdb, { log: log.handlePath });
  const connection = await database.connect();
  try {
    return (await ingestAll(duckdb, connection, log, { table: 'lines' }))?.lines;
  } finally {
    connection.closeSync();
    database.close();
    log.close();
  }
}

describe('an index that DuckDB fills', () => {
  // In short runs, a third of the kinds. The property test below draws among all of them.
  it.each(
    Object.keys(ODD)
      .map((name, index) => [name, index] as const)
      .filter(([, index]) => index % runs(3, 1) === 0),
  )('gives the answers of a scan when there is %s among plain lines', async (name, index) => {
    const lines = plainLines(12);
    const odd = ODD[name]?.(7) ?? '';
    const file = join(folder(), "an app's [log]*.ndjson");
    writeFileSync(file, `${[...lines.slice(0, 5), odd, ...lines.slice(5)].join('\n')}\n`);
    const filters = ['*', 'type:task'];
    await expectSame(file, ...runs(filters.slice(index % 2, (index % 2) + 1), filters));
  });

  it('gives the answers of a scan, whatever stands between plain lines', async () => {
    const odd = fc.tuple(fc.constantFrom(...Object.keys(ODD)), fc.nat(9)).map(([name, n]) => ODD[name]?.(n) ?? '');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 2, arbitrary: fc.nat(30).map((n) => json(plain(n))) }, odd), { maxLength: 20 }),
        fc.constantFrom('\n', '\n', '', 'x', '\r\n', '\n\n'),
        fc.constantFrom('*', 'label.seats>3 OR step:second', '-model:gpt-4o'),
        async (some, end, filter) => {
          const file = join(folder(), 'app.ndjson');
          writeFileSync(file, [...plainLines(12), ...some].join('\n') + end);
          await expectSame(file, filter);
        },
      ),
      { numRuns: runs(6, 100) },
    );
  });

  it('gives the answers of a scan for bytes that are no UTF-8', async () => {
    const file = join(folder(), 'app.ndjson');
    const bytes = Buffer.from(`${[...plainLines(12), json({ ...plain(1), 'user.id': '??' })].join('\n')}\n`);
    const at = bytes.lastIndexOf('"??"');
    writeFileSync(file, Buffer.concat([bytes.subarray(0, at + 1), Buffer.from([0xff, 0xfe]), bytes.subarray(at + 3)]));
    await expectSame(file, 'type:task');
    writeFileSync(file, Buffer.from(readFileSync(file, 'latin1'), 'utf16le'));
    await expectSame(file, '*');
  });

  it('leaves a log of other lines to the line reader', async () => {
    const file = join(folder(), 'app.ndjson');
    const lines = plainLines(20);
    writeFileSync(file, `${lines.join('\n')}\n`);
    expect(await ingested(file)).toBe(20);
    writeFileSync(file, `${lines.join('\n')}\n${ODD['a rare key']?.(1)}\n\n${json(plain(2)).slice(0, 40)}`);
    expect(await ingested(file)).toBeUndefined();
    writeFileSync(file, `${lines.join('\n')}\n${ODD['a rare key']?.(1)}\n\n${json(plain(2))}`);
    expect(await ingested(file)).toBe(21);
    writeFileSync(file, `${lines.join('\n')}\nServer listening\n`);
    expect(await ingested(file)).toBeUndefined();
    writeFileSync(file, `${lines.map((line) => json(toEcs(JSON.parse(line) as never))).join('\n')}\n`);
    expect(await ingested(file)).toBeUndefined();
  });
});
