import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { datasetItems, type DatasetOptions, open, parseFilter } from '../../src/index.ts';
import { all, folder, lines, span, spanId, traceId } from '../support/logs.ts';

const message = (role: string, content: string): object => ({ role, parts: [{ type: 'text', content }] });
const question = message('user', 'How long is the notice period?');
const answer = message('assistant', 'Three months.');

const call = (number: number, input: readonly object[], fields: object = {}): object =>
  span(number, {
    at: number,
    parent_span_id: spanId(1),
    'span.type': 'llm',
    'span.name': 'chat',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.input.messages': JSON.stringify(input),
    'gen_ai.output.messages': JSON.stringify([answer]),
    ...fields,
  });
const score = (number: number, value: number): object => ({
  '@timestamp': '2026-11-24T09:00:00.000Z',
  'event.name': 'gen_ai.evaluation.result',
  'spanline.schema': '1.0',
  trace_id: traceId(1),
  span_id: spanId(number),
  'gen_ai.evaluation.name': 'thumbs',
  'gen_ai.evaluation.score.value': value,
  'spanline.evaluation.source': 'user',
});

const LOG = lines(
  call(2, [question], { 'labels.tenant': 'acme', 'gen_ai.prompt.version': 'v1' }),
  call(3, [{ ref: `${spanId(2)}#i0` }, { ref: `${spanId(2)}#o0` }, message('user', 'Sure?')]),
  call(4, [question], { 'gen_ai.request.model': 'gpt-4o-mini' }),
  span(1, { at: 0, ms: 100, 'span.name': 'POST /ask', 'span.type': 'http' }),
  span(9, { trace_id: traceId(2), 'span.type': 'llm' }),
  score(2, 0),
  score(3, 1),
);

async function items(options: DatasetOptions = {}, log = LOG): Promise<object[]> {
  const path = join(folder(), 'app.ndjson');
  writeFileSync(path, log);
  return all(datasetItems(open(path).records(), options));
}

it('restores messages that a line refers to, and adds scores that came later', async () => {
  expect(await items()).toMatchObject([
    {
      id: spanId(2),
      trace_id: traceId(1),
      input: [question],
      output: [answer],
      metadata: { model: 'gpt-4o', labels: { tenant: 'acme' }, prompt_version: 'v1', duration_ms: 10 },
      scores: [{ name: 'thumbs', value: 0, source: 'user' }],
    },
    { id: spanId(3), input: [question, answer, message('user', 'Sure?')], scores: [{ value: 1 }] },
    { id: spanId(4), scores: [] },
  ]);
});

it('names messages that no line has', async () => {
  const log = lines(call(3, [{ ref: `${spanId(2)}#i0` }, message('user', 'Sure?')]));
  expect(await items({}, log)).toMatchObject([{ metadata: { missing: [`${spanId(2)}#i0`] } }]);
});

it('takes only spans that pass, and only the first item of each input', async () => {
  expect(await items({ filter: parseFilter('model:gpt-4o-mini') })).toMatchObject([{ id: spanId(4) }]);
  expect(await items({ unique: true })).toMatchObject([{ id: spanId(2) }, { id: spanId(3) }]);
});

it('makes one item of each request, of the first span with content, with all of its scores', async () => {
  expect(await items({ spans: 'root' })).toMatchObject([
    { id: spanId(2), input: [question], scores: [{ value: 0 }, { value: 1 }] },
  ]);
});

it('reports spans without content', async () => {
  let empty = 0;
  await items({ onEmpty: () => void empty++ });
  expect(empty).toBe(1);
});
