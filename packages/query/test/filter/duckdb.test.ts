import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseFilter, toSql, toTest } from '@spanline/query';
import { runs } from '../../../../test/support/effort.ts';
import { filterText, oddRecord, record } from '../support/arbitrary.ts';
import { createTable, type Table } from '../support/duckdb.ts';

const NOW = Date.UTC(2026, 10, 24);
const LINES = 40;
const records = fc.array(fc.oneof({ weight: 4, arbitrary: record }, { weight: 1, arbitrary: oddRecord }), {
  minLength: LINES,
  maxLength: LINES,
});

describe('a filter as SQL of DuckDB', () => {
  let table: Table;
  const lines = fc.sample(records, 4).flat();

  beforeAll(async () => {
    table = await createTable();
    await table.fill(lines);
  });
  afterAll(() => table.close());

  it('finds the records that pass in memory, and says where it finds more', async () => {
    await fc.assert(
      fc.asyncProperty(filterText, async (text) => {
        const filter = parseFilter(text, { now: NOW });
        const passes = toTest(filter);
        const sql = toSql(filter);
        const found = await table.find(sql);
        const expected = lines.flatMap((line, place) => (passes(line) ? [place] : []));
        const kept = sql.isExact ? found : found.filter((place) => passes(lines[place] ?? {}));
        expect(kept, sql.where).toEqual(expected);
      }),
      { numRuns: runs(100, 4000) },
    );
  });

  it.each([
    ['model:"\'; DROP TABLE spans; --"', ["'; DROP TABLE spans; --"]],
    [`label.tenant:"'] OR TRUE --"`, ['tenant', "'] OR TRUE --"]],
    [`"labels.x\\"') OR TRUE --":1`, [`x"') OR TRUE --`, '1']],
    ['step:*%_.+*', ['(?s:.*%_\\.\\+.*)']],
  ])('puts nothing of %s into the text of the SQL', async (text, values) => {
    const { where, parameters } = toSql(parseFilter(text));
    expect(parameters).toEqual(expect.arrayContaining(values));
    for (const value of values.filter((entry) => entry.length > 2))
      expect(where.replaceAll('labels', '')).not.toContain(value);
    expect(where).not.toMatch(/DROP|TRUE/);
    await expect(table.find({ where, parameters, isExact: true })).resolves.toBeInstanceOf(Array);
  });

  it('answers a list of a thousand values, and hundreds of conditions', async () => {
    const ids = Array.from({ length: 1000 }, (_, index) => `id-${index}`);
    const list = toSql(parseFilter(`step:(${ids.join(' OR ')} )`));
    await expect(table.find(list)).resolves.toEqual([]);
    const conditions = toSql(
      parseFilter(
        ids
          .slice(0, runs(250, 1000))
          .map((id, index) => `label.${id}>${index}`)
          .join(' OR '),
      ),
    );
    await expect(table.find(conditions)).resolves.toEqual([]);
  });
});
