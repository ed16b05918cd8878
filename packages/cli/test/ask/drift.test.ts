/** Whether a log drifts by version, model and day. */

import { beforeEach, expect, it } from 'vitest';
import type { SpanRecord } from '@spanline/record';
import { randomNumbers } from '@spanline/record/statistics';
import { lines, span, spanId } from '../../../query/test/support/logs.ts';
import { cli, folderWith } from '../support/cli.ts';

const DAY_MS = 86_400_000;

/** One call and its score, of a version. */
interface Call {
  readonly version: string;
  readonly day: number;
  readonly tokens: number;
  readonly isRefused: boolean;
  readonly word: string;
  readonly score: number;
}

function logOf(calls: readonly Call[]): string {
  return lines(
    ...calls.flatMap(({ version, day, tokens, isRefused, word, score }, at): object[] => {
      const fields: Partial<SpanRecord> = {
        trace_id: (at + 1).toString(16).padStart(32, '0'),
        'span.name': 'chat',
        'span.type': 'llm',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.prompt.version': version,
        'gen_ai.usage.output_tokens': tokens,
        'gen_ai.response.finish_reasons': [isRefused ? 'content_filter' : 'stop'],
        'gen_ai.input.messages': JSON.stringify([
          { role: 'system', parts: [{ type: 'text', content: 'refunds refunds' }] },
          { role: 'user', parts: [{ type: 'text', content: `Please tell me about ${word}` }] },
        ]),
      };
      const call = span(at + 1, { at: day * DAY_MS + at, ...fields });
      const line = {
        '@timestamp': call['@timestamp'],
        level: 'info',
        message: 'score',
        'event.name': 'gen_ai.evaluation.result',
        'event.id': `boot-${at}`,
        'spanline.schema': '1.0',
        trace_id: call.trace_id,
        span_id: spanId(at + 1),
        'gen_ai.evaluation.name': 'faithfulness',
        'gen_ai.evaluation.score.value': score,
      };
      return [call, line];
    }),
  );
}

let random = randomNumbers(5);
// Each test draws the same values, alone and beside others.
beforeEach(() => {
  random = randomNumbers(5);
});
const WORDS = ['refunds', 'shipping', 'invoices', 'passwords'];
const call = (version: string, day: number, fields: Partial<Call> = {}): Call => ({
  version,
  day,
  tokens: 200 + Math.floor(random() * 100),
  isRefused: random() < 0.03,
  word: WORDS[Math.floor(random() * 4)] ?? '',
  score: 0.6 + random() * 0.4,
  ...fields,
});
const many = (count: number, version: string, day: number, fields?: () => Partial<Call>): Call[] =>
  Array.from({ length: count }, () => call(version, day, fields?.()));

interface Answer {
  readonly comparisons: number;
  readonly drift: number;
  readonly tooFew: number;
  readonly rows: readonly { field: string; value: string; measure: string; label?: string; p: number }[];
}

async function drift(log: string, ...args: string[]): Promise<Answer> {
  const { stdout } = await cli(['drift', 'app.ndjson', '--json', ...args], { cwd: folderWith({ 'app.ndjson': log }) });
  return JSON.parse(stdout) as Answer;
}

it('finds no drift where there is none', async () => {
  const log = logOf([...many(150, 'v1', 0), ...many(150, 'v2', 1), ...many(150, 'v2', 2)]);
  expect(await drift(log)).toMatchObject({ comparisons: 12, drift: 0, tooFew: 0, rows: [] });
  const shown = await cli(['drift', 'app.ndjson'], { cwd: folderWith({ 'app.ndjson': log }) });
  expect(shown).toMatchObject({ code: 0, stdout: 'No drift in 12 comparisons.\n' });
});

it.each([
  ['score:faithfulness', undefined, () => ({ score: 0.4 + random() * 0.4 })],
  ['answer tokens', undefined, () => ({ tokens: 260 + Math.floor(random() * 100) })],
  ['refusals', /answered|refused/, () => ({ isRefused: random() < 0.3 })],
  ['topics', /^passwords$/, () => ({ word: random() < 0.6 ? 'passwords' : 'refunds' })],
] as const)('finds that %s moved, and nothing else', async (measure, label, moved) => {
  const log = logOf([...many(200, 'v1', 0), ...many(200, 'v2', 1, moved)]);
  const { rows } = await drift(log);
  expect(rows.map((row) => [row.field, row.value, row.measure]).toSorted()).toEqual([
    ['day', '2026-11-24', measure],
    ['prompt.version', 'v2', measure],
  ]);
  if (label !== undefined) expect(rows[0]?.label).toMatch(label);
});

it('needs 20 samples on each side, and says what it left out', async () => {
  const log = logOf([...many(100, 'v1', 0), ...many(19, 'v2', 0, () => ({ score: 0 }))]);
  expect(await drift(log, '--by', 'prompt.version')).toMatchObject({ comparisons: 0, tooFew: 4 });
  const shown = await cli(['drift', 'app.ndjson'], { cwd: folderWith({ 'app.ndjson': log }) });
  expect(shown.code).toBe(1);
  expect(shown.stdout).toContain('Left out for fewer than 20 samples on a side: 4 of 4 comparisons.');
});

it('compares scores, lengths and refusals of a log without content, and takes a filter', async () => {
  const log = logOf([...many(60, 'v1', 0), ...many(60, 'v2', 1)]).replaceAll('gen_ai.input.messages', 'labels.none');
  const { rows } = await drift(log, '--all', '--by', 'prompt.version');
  expect(rows.map(({ measure }) => measure).toSorted()).toEqual(['answer tokens', 'refusals', 'score:faithfulness']);
  expect(await drift(log, '--all', '--by', 'day', 'prompt.version:v2')).toMatchObject({ comparisons: 0 });
  const wrong = await cli(['drift', 'app.ndjson', '--by', 'user'], { cwd: folderWith({ 'app.ndjson': log }) });
  expect(wrong).toMatchObject({ code: 64, stderr: expect.stringContaining('prompt.version, model, day') as string });
});
