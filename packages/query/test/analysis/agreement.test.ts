import { expect, it } from 'vitest';
import type { SpanRecord } from '@spanline/record';
import { agreementOf } from '../../src/index.ts';

type Scored = readonly [
  name: string,
  span: number,
  source: string,
  value: number | undefined,
  label?: string | undefined,
];

async function* records(rows: readonly Scored[]) {
  for (const [name, span, source, value, label] of rows) {
    const record = {
      'event.name': 'gen_ai.evaluation.result',
      span_id: span.toString(16).padStart(16, '0'),
      'gen_ai.evaluation.name': name,
      'gen_ai.evaluation.score.value': value,
      'spanline.evaluation.label': label,
      'spanline.evaluation.source': source,
    } as SpanRecord;
    yield await Promise.resolve({ kind: 'score', record } as never);
  }
}

/** Rows of a table of counts: people down, the judge across. */
function table(counts: readonly (readonly number[])[], labelled: boolean): Scored[] {
  let span = 1;
  return counts.flatMap((row, person) =>
    row.flatMap((count, judge) =>
      Array.from({ length: count }, (): Scored[] => {
        span++;
        return [
          ['x', span, 'user', labelled ? undefined : person, labelled ? String(person) : undefined],
          ['x', span, 'llm_judge', labelled ? undefined : judge, labelled ? String(judge) : undefined],
        ];
      }).flat(),
    ),
  );
}

it('Cohen’s kappa of labels', async () => {
  // Cohen's example: 20 and 15 agree of 50; chance is 0.5.
  const [agreement] = await agreementOf(
    records(
      table(
        [
          [20, 5],
          [10, 15],
        ],
        true,
      ),
    ),
  );
  expect(agreement).toMatchObject({ name: 'x', source: 'llm_judge', pairs: 50, same: 0.7 });
  expect(agreement?.kappa).toBeCloseTo(0.4);
  const { low, high } = agreement?.interval ?? { low: 1, high: 0 };
  expect(low).toBeGreaterThan(0.1);
  expect(low).toBeLessThan(0.4);
  expect(high).toBeGreaterThan(0.4);
  expect(high).toBeLessThan(0.7);
});

it('of two numbers it is the same; of more, weights count the distance', async () => {
  const [binary] = await agreementOf(
    records(
      table(
        [
          [20, 5],
          [10, 15],
        ],
        false,
      ),
    ),
  );
  expect(binary?.kappa).toBeCloseTo(0.4);
  // Weighted by squares: 1 - (mean square 0.4) / (mean square of all pairs 1.36).
  const near = await agreementOf(
    records(
      table(
        [
          [8, 2, 0],
          [2, 6, 2],
          [0, 2, 8],
        ],
        false,
      ),
    ),
  );
  const far = await agreementOf(
    records(
      table(
        [
          [8, 0, 2],
          [2, 6, 2],
          [2, 0, 8],
        ],
        false,
      ),
    ),
  );
  expect(near[0]?.kappa).toBeCloseTo(1 - 8 / 30 / (40 / 30));
  expect(far[0]?.kappa).toBeLessThan(near[0]?.kappa ?? 0);
});

it('has no kappa where all scores are the same, nor an interval of one pair', async () => {
  const rows: Scored[] = [
    ['x', 1, 'user', 1],
    ['x', 1, 'llm_judge', 1],
  ];
  expect(await agreementOf(records(rows))).toEqual([
    { name: 'x', source: 'llm_judge', pairs: 1, same: 1, kappa: undefined, interval: undefined },
  ]);
});

it('compares the same span and name only; the last score of a source counts', async () => {
  const rows: Scored[] = [
    ['x', 1, 'user', 0],
    ['x', 1, 'user', 1],
    ['x', 1, 'code', 1],
    ['y', 1, 'llm_judge', 1],
    ['x', 2, 'llm_judge', 1],
    ['x', 3, 'user', undefined, 'good'],
    ['x', 3, 'code', 1],
  ];
  expect(await agreementOf(records(rows))).toMatchObject([{ name: 'x', source: 'code', pairs: 1, same: 1 }]);
  expect(await agreementOf(records([]))).toEqual([]);
});

it('the interval is the same each time', async () => {
  const rows = table(
    [
      [20, 5],
      [10, 15],
    ],
    true,
  );
  expect(await agreementOf(records(rows))).toEqual(await agreementOf(records(rows)));
});
