import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { open, type Stats } from '@spanline/query';
import { runs } from '../../../../test/support/effort.ts';
import { selfTimes } from '../../src/answers/index.ts';
import { createOpenSpans } from '../../src/answers/open-spans.ts';
import { folder } from '../support/logs.ts';
import { json, ODD, plain, plainLines } from '../support/odd-lines.ts';

const QUESTIONS = [
  ['*', ['step']],
  ['type:task time>=2026-11-23 duration>6ms', ['model', 'spanline.retrieval.empty']],
  ['label.tenant:ac* -user:x', ['label.seats', 'tag', 'tokens']],
  ['step:"step 11" OR model:(gpt-4o OR other)', ['time']],
  ['trace:* -span:x', ['start/5m']],
  ['*', []],
] as const;

/** With a space behind it, a line is parsed whole. */
const parsed = (line: string): string => line.replaceAll(/\}$/gm, '} ');

/** Figures without the last digits, which depend on the order of the sums. */
function rounded({ rows }: Stats): unknown {
  return rows.map((row) =>
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'number' ? Number(value.toPrecision(9)) : (value as unknown),
    ]),
  );
}

/** Figures and bad lines, read by key and parsed whole. */
async function bothWays(lines: readonly string[], filter: string, by: readonly string[]): Promise<unknown[]> {
  const path = folder();
  return Promise.all(
    [lines, lines.map(parsed)].map(async (written, index) => {
      const file = join(path, `${index}.ndjson`);
      writeFileSync(file, `${written.join('\n')}\n   \n`);
      const log = open(file, { index: false });
      const figures = rounded(await log.stats(filter, { by }));
      return { figures, bad: log.badLines().count };
    }),
  );
}

describe('figures of lines that are read by key', () => {
  // In short runs, each kind gets a third of the questions.
  const kinds = Object.keys(ODD).map((name, index) => [name, index] as const);
  it.each(kinds)('are those of lines that are parsed whole, with %s among them', async (name, index) => {
    const lines = [...plainLines(12), ODD[name]?.(7) ?? '', json(plain(3))];
    for (const [filter, by] of QUESTIONS.filter((_, number) => (number + index) % runs(3, 1) === 0)) {
      const [read, whole] = await bothWays(lines, filter, by);
      expect(read, filter).toEqual(whole);
    }
  });

  it('are those of lines that are parsed whole, whatever stands between plain lines', async () => {
    const odd = fc.tuple(fc.constantFrom(...Object.keys(ODD)), fc.nat(9)).map(([name, n]) => ODD[name]?.(n) ?? '');
    const some = fc.array(fc.oneof({ weight: 4, arbitrary: fc.nat(30).map((n) => json(plain(n))) }, odd), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(some, fc.constantFrom(...QUESTIONS), async (lines, [filter, by]) => {
        const [read, whole] = await bothWays([...plainLines(3), ...lines], filter, by);
        expect(read, filter).toEqual(whole);
      }),
      { numRuns: runs(15, 500) },
    );
  });
});

describe('self time of open traces', () => {
  const span = fc.record({
    trace: fc.nat(2),
    id: fc.nat(90),
    parent: fc.option(fc.nat(90), { nil: undefined }),
    start: fc.nat(100),
    ms: fc.integer({ min: -5, max: 60 }),
    group: fc.option(fc.nat(2), { nil: undefined, freq: 4 }),
  });

  it('is that of the spans of each trace', () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 200 }), (some) => {
        const spans = some.map(({ ms, ...one }) => ({ ...one, end: one.start + ms }));
        const found = [0, 0, 0];
        const expected = [0, 0, 0];
        const add = (sums: number[], group: number | undefined, ms: number): void => {
          if (group !== undefined) sums[group] = (sums[group] ?? 0) + ms;
        };
        const open = createOpenSpans((group, ms) => add(found, group, ms));
        for (const one of spans) open.add(one);
        open.end();
        for (const trace of [0, 1, 2]) {
          const own = spans.filter((one) => one.trace === trace);
          selfTimes(own, ({ group }, ms) => add(expected, group, ms));
        }
        expect(found).toEqual(expected);
      }),
    );
  });
});
