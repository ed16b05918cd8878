import { expect, it } from 'vitest';
import { createReconstruction, createRecordReconstruction, type SpanRecord } from '../src/index.ts';

it('content of records that were read already is that of their lines', () => {
  const line = (span_id: string, event: string, more: object): SpanRecord => ({
    '@timestamp': '2026-11-01T00:00:00.000Z',
    'spanline.schema': '1.0',
    'event.name': event,
    span_id,
    ...more,
  });
  const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(16)) as [string, string, string];
  const said = JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'Hi' }] }]);
  const records = [
    line(a, 'span.end', { 'span.type': 'llm' }),
    line(a, 'span.content', { 'gen_ai.input.messages': said }),
    line(b, 'span.end', { 'span.type': 'llm', 'gen_ai.input.messages': `[{"ref":"${a}#i0"}]` }),
    line(c, 'gen_ai.evaluation.result', { 'spanline.input': 'of a score' }),
  ];
  const [fromLines, fromRecords] = [createReconstruction(records), createRecordReconstruction(records)];
  for (const id of [a, b, c, 'none']) expect(fromRecords(id)).toEqual(fromLines(id));
  expect(fromRecords(b)?.input).toEqual(fromRecords(a)?.input);
  expect(fromRecords(c)).toBeUndefined();
});
