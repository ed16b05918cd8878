import { expect, it } from 'vitest';
import type { SpanRecord } from '@spanline/record';
import { driftOf } from '../src/analysis/drift/index.ts';
import type { ReadRecord } from '../src/records/index.ts';

it('scores beyond its bound are counted', async () => {
  const record: SpanRecord = { 'gen_ai.evaluation.name': 'faithfulness', 'gen_ai.evaluation.score.value': 1 };
  async function* scores(count: number) {
    for (let at = 0; at < count; at++) yield { kind: 'score', record } as ReadRecord;
  }
  expect(await driftOf(scores(200_003))).toMatchObject({ rows: [], leftOut: 3 });
  expect(await driftOf(scores(10))).toMatchObject({ leftOut: 0 });
});
