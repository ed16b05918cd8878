/** Figures of panels, comparisons, diffs and copies: the same as those of the questions in `@spanline/query`. */

import { describe, expect, it } from 'vitest';
import { allOf, open, parseFilter, type StatsRow, timeFilter } from '@spanline/query';
import { PANELS as DEFINED } from '@spanline/record/metrics';
import {
  type CompareAnswer,
  type CopyAnswer,
  type DatasetAnswer,
  type DiffAnswer,
  type PanelAnswer,
  PANELS,
  type SpanAnswer,
} from '@spanline/viewer';
import { commonEnds } from '../page/compare/common-ends.ts';
import { dotPath, linePath, roundUp } from '../page/dashboard/scale.ts';
import { segmentsOf } from '../page/ui/segments.ts';
import { openViewer } from './support/client.ts';
import { alertLine, logWith, spanId, spanLine, traceId } from './support/lines.ts';

const message = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });
const json = (value: unknown): string => JSON.stringify(value);

/** A request with a retrieval and a model call; every third one fails. */
function request(trace: number): string[] {
  const id = (n: number): string => spanId(trace * 10 + n);
  const at = trace * 1000;
  const failed =
    trace % 3 === 0 ? { 'span.status': 'error', 'error.type': 'TimeoutError', 'error.message': 'slow' } : {};
  const inside = { trace, parent: trace * 10 + 1 };
  return [
    spanLine(
      { ...inside, span: trace * 10 + 2, fromMs: at + 1, durationMs: 20 + trace },
      {
        'span.type': 'retriever',
        'span.name': 'search',
        'spanline.retrieval.count': trace,
        'spanline.retrieval.score_max': trace / 10,
        'gen_ai.retrieval.documents': json([
          { id: 'a', score: 0.9, content: 'Rotate the logs of a service with logrotate every night, please.' },
        ]),
      },
    ),
    spanLine(
      { ...inside, span: trace * 10 + 3, fromMs: at + 100, durationMs: 300 + trace * 7 },
      {
        ...failed,
        'span.type': 'llm',
        'span.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': trace % 2 === 0 ? 'gpt-4o' : 'o3',
        'gen_ai.prompt.version': trace < 5 ? '1' : '2',
        'gen_ai.response.time_to_first_chunk': 0.1 * trace,
        'gen_ai.usage.input_tokens': 100 * trace,
        'gen_ai.usage.output_tokens': 10,
        'gen_ai.usage.cache_read.input_tokens': 50,
        'spanline.cost.usd': 0.001 * trace,
        'spanline.cost.source': 'price_table',
        'gen_ai.input.messages': json([message('system', "It's brief."), message('user', `Question ${trace}?`)]),
        'gen_ai.output.messages': json([message('assistant', 'You rotate the logs of a service with logrotate.')]),
      },
    ),
    spanLine(
      { trace, span: trace * 10 + 1, fromMs: at, durationMs: 500 },
      {
        ...failed,
        'span.type': 'http',
        'span.name': 'POST /ask',
        'http.route': '/ask',
        'user.id': `u${trace % 2}`,
        'spanline.rollup.input_tokens': 100 * trace,
        'spanline.rollup.output_tokens': 10,
        'spanline.rollup.cost_usd': 0.001 * trace,
      },
    ),
    json({
      '@timestamp': new Date(Date.UTC(2026, 10, 23, 9, 12, 34) + at + 600).toISOString(),
      'event.name': 'gen_ai.evaluation.result',
      'spanline.schema': '1.0',
      trace_id: traceId(trace),
      span_id: id(3),
      'gen_ai.evaluation.name': 'helpful',
      'gen_ai.evaluation.score.value': trace / 10,
      'spanline.evaluation.source': 'user',
    }),
  ];
}
const LINES = [...[1, 2, 3, 4, 5, 6, 7, 8].flatMap(request), alertLine(500)];

describe('a panel', () => {
  it.each<[string, string, string, (row: StatsRow) => number | undefined]>([
    ['cost_usd', 'model-cost-cost-usd', 'exists:cost', ({ costUsd }) => costUsd],
    ['llm_calls', 'model-cost-llm-calls', 'type:llm', ({ count }) => count],
    ['total_tokens', 'model-cost-total-tokens', 'type:llm', (row) => row.inputTokens + row.outputTokens],
    ['step_p95_ms', 'steps-step-p95-ms', '', ({ p95Ms }) => p95Ms],
  ])('has the figures of stats, as a whole and over time: %s', async (_, id, filter, read) => {
    const file = logWith(LINES);
    const { split = '' } = PANELS.find((one) => one.id === id) ?? {};
    const answer = (await (await openViewer(file)).ask(`panels/${id}`)).json as PanelAnswer;
    const totals = await open(file).stats(filter, { by: [split] });
    const parts = await open(file).stats(filter, { by: [split, `start/${answer.barMs}ms`] });
    expect(answer.series.map(({ name, total }) => [name, total]).toSorted()).toEqual(
      totals.rows.map((row) => [String(row.by[0]), read(row)]).toSorted(),
    );
    for (const { name, points } of answer.series) {
      const own = parts.rows.filter((row) => row.by[0] === name);
      expect(points).toEqual(own.map((row) => [Date.parse(String(row.by[1])), read(row)]).toSorted());
      expect(points.length).toBeGreaterThan(0);
    }
  });

  it('reaches over any time: a line of a wrong clock costs no panel', async () => {
    const lines = [-56 * 365, 0, 7000 * 365].map((day, n) =>
      spanLine({ trace: n + 1, span: n + 1, fromMs: day * 86_400_000 }, { 'span.type': 'http', 'http.route': '/ask' }),
    );
    const viewer = await openViewer(logWith(lines));
    const answer = (await viewer.ask('panels/requests-by-route')).json as PanelAnswer;
    expect(answer.series).toMatchObject([{ name: '/ask', total: 3 }]);
    expect(answer.series[0]?.points.reduce((sum, [, value]) => sum + value, 0)).toBe(3);
  });

  it.each<[string, ...(readonly [string, number])[]]>([
    ['requests-by-route', ['/ask', 8]],
    ['errors-by-route-errors', ['/ask', 2]],
    ['errors-by-route-error-rate', ['/ask', 0.25]],
    ['model-cost-cost-usd', ['gpt-4o', 0.02], ['o3', 0.016]],
    ['prompt-cost-cost-usd', ['2', 0.026], ['1', 0.01]],
    ['route-cost-request-cost-usd', ['/ask', 0.036]],
    ['route-cost-request-tokens', ['/ask', 3680]],
    ['tokens', ['Input tokens', 3600], ['Output tokens', 80]],
    ['tokens-per-request', ['Tokens per request', 460]],
    ['spend', ['Cost', 0.036], ['Cost per request', 0.0045]],
    ['error-groups', ['TimeoutError chat: slow', 2]],
    ['cache', ['Input tokens from a cache', Number((1 / 9).toPrecision(12))]],
    ['retrieval-documents-per-retrieval', ['Documents per retrieval', 4.5]],
    ['retrieval-retrieval-score', ['Best score of a retrieval', 0.45]],
    ['quality-evaluation-score', ['helpful', 0.45]],
    ['safety'],
    ['alerts', ['slow_requests', 1]],
  ])('%s is %j', async (id, ...expected) => {
    const answer = (await (await openViewer(logWith(LINES))).ask(`panels/${id}`)).json as PanelAnswer;
    const rounded = answer.series.map(({ name, total = Number.NaN }) => [name, Number(total.toPrecision(12))]);
    expect(rounded).toEqual(expected);
  });

  it('has a value for each day where it is by day', async () => {
    const { barMs, series } = (await (await openViewer(logWith(LINES))).ask('panels/spend')).json as PanelAnswer;
    expect(barMs).toBe(86_400_000);
    expect(series.map(({ points }) => points.map(([time]) => time))).toEqual([
      [Date.UTC(2026, 10, 23)],
      [Date.UTC(2026, 10, 23)],
    ]);
  });

  it('is about the spans that pass the filter of the page', async () => {
    const viewer = await openViewer(logWith(LINES));
    const answer = (await viewer.ask('panels/model-cost-cost-usd?filter=user:u0%20OR%20model:gpt-4o'))
      .json as PanelAnswer;
    expect(answer.series.map(({ name }) => name)).toEqual(['gpt-4o']);
    expect((await viewer.ask('panels/no-such-panel')).status).toBe(400);
    expect((await viewer.ask('panels/latency?filter=modle:x')).status).toBe(400);
  });

  it('is one of those that every dashboard has, with an id of its own and a filter that can be read', () => {
    expect(new Set(PANELS.map(({ id }) => id)).size).toBe(PANELS.length);
    for (const { filter } of PANELS) expect(() => parseFilter(filter ?? '')).not.toThrow();
    for (const { id, metrics, by } of DEFINED) {
      const charts = PANELS.filter((panel) => panel.id === id || panel.id.startsWith(`${id}-`));
      expect(metrics.filter((name) => !charts.some((chart) => chart.metrics.includes(name)))).toEqual([]);
      expect(charts.map(({ split }) => split)).toEqual(charts.map(() => by));
    }
  });
});

it('compares two sides as a comparison of their records does', async () => {
  const file = logWith(LINES);
  const viewer = await openViewer(file);
  const ask = async (query: string): Promise<CompareAnswer> =>
    (await viewer.ask(`compare?${query}`)).json as CompareAnswer;
  const versions = await ask('a=prompt.version:1&b=prompt.version:2');
  expect(versions).toMatchObject({ before: 4, after: 4 });
  const cost = versions.steps.find(({ step }) => step === 'chat')?.figures.find(({ figure }) => figure === 'cost_usd');
  expect(cost?.before.value).toBeCloseTo(0.0025);
  expect(cost?.after.value).toBeCloseTo(0.0065);
  expect(cost?.difference.value).toBeCloseTo(0.004);
  expect(cost?.difference.low).toBeLessThan(0.004);
  const middle = '2026-11-23T09:12:39.000Z';
  const halves = await ask(`a=${encodeURIComponent(`time<"${middle}"`)}&b=${encodeURIComponent(`time>="${middle}"`)}`);
  const early = await open(file).stats(allOf(parseFilter('-exists:parent'), timeFilter({ to: middle })), { by: [] });
  expect(halves.steps[0]).toMatchObject({ before: early.rows[0]?.count });
  // A mean of one trace has no interval, and a difference from it has none.
  const one = await ask(`a=trace:${traceId(1)}&b=prompt.version:2`);
  const [single] = one.steps.flatMap(({ figures }) => figures.filter(({ unit }) => unit === 'usd'));
  expect(single).toMatchObject({ before: { value: 0.001 }, after: { low: expect.any(Number) as number } });
  expect(Object.keys({ ...single?.before, ...single?.difference })).toEqual(['value']);
  expect(single?.isChange).toBe(false);
  expect((await viewer.ask('compare?a=modle:x&b=')).status).toBe(400);
});

it('shows two traces step by step, with the inputs that differ', async () => {
  const viewer = await openViewer(logWith(LINES));
  const diff = (await viewer.ask(`diff/${traceId(1)}/${traceId(2)}`)).json as DiffAnswer;
  expect(diff.steps.map(({ step, depth }) => [step, depth])).toEqual([
    ['POST /ask', 0],
    ['search', 1],
    ['chat', 1],
  ]);
  expect(diff.steps[2]?.changes.map(({ key }) => key)).toContain('gen_ai.request.model');
  expect(diff.before).toMatchObject({ id: traceId(1), tokens: 110, durationMs: 500 });
  expect((await viewer.ask(`diff/${traceId(1)}/none`)).status).toBe(404);
  expect(commonEnds('one two three', 'one too three')).toEqual({ start: 5, end: 7 });
  expect(commonEnds('aa', 'a')).toEqual({ start: 1, end: 0 });
});

it('saves traces as a data set, references resolved and scores beside', async () => {
  const viewer = await openViewer(logWith(LINES));
  const { text, count } = (await viewer.ask('dataset?filter=model:o3&order=start')).json as DatasetAnswer;
  expect(count).toBe(4);
  const lines = text.trimEnd().split('\n');
  expect(lines).toHaveLength(4);
  expect(JSON.parse(lines[3] ?? '')).toMatchObject({
    input: [{ role: 'system' }, { role: 'user', parts: [{ content: 'Question 1?' }] }],
    output: [{ role: 'assistant' }],
    scores: { helpful: 0.1 },
    metadata: { traceId: traceId(1), spanId: spanId(13), model: 'o3', promptVersion: '1' },
  });
  expect(((await viewer.ask('dataset?limit=1')).json as DatasetAnswer).count).toBe(1);
});

describe('a span', () => {
  const span = (n: number): string => `trace/${traceId(1)}/span/${spanId(10 + n)}`;

  it('says why a cost is missing or not exact, what an error arose from, and what redaction replaced', async () => {
    const log = logWith([
      spanLine(
        { trace: 1, span: 1 },
        {
          'span.type': 'llm',
          'spanline.cost.usd': 0.5,
          'spanline.cost.exact': false,
          'spanline.cost.reason': 'assumed_tier',
          'spanline.redactions': 2,
          'spanline.redaction.rules': ['email'],
        },
      ),
      spanLine(
        { trace: 1, span: 2, parent: 1 },
        {
          'span.type': 'llm',
          'span.status': 'error',
          'spanline.cost.reason': 'no_usage',
          'error.type': 'APIConnectionError',
          'error.message': 'Connection error.',
          'error.cause': 'TypeError: fetch failed\nError: connect ECONNREFUSED',
          'spanline.error.class': 'network',
          'spanline.error.retryable': true,
        },
      ),
    ]);
    const { ask } = await openViewer(log);
    const path = `trace/${traceId(1)}/span`;
    const guessed = (await ask(`${path}/${spanId(1)}`)).json as SpanAnswer;
    expect(guessed.price).toEqual([['exact', 'no, because assumed_tier']]);
    expect(guessed.redactions).toEqual({ count: 2, rules: ['email'] });
    const failed = (await ask(`${path}/${spanId(2)}`)).json as SpanAnswer;
    expect(failed.price).toEqual([['no cost, because', 'no_usage']]);
    expect(failed.redactions).toBeUndefined();
    expect(failed.error).toEqual({
      type: 'APIConnectionError',
      message: { text: 'Connection error.' },
      causes: ['TypeError: fetch failed', 'Error: connect ECONNREFUSED'],
      facts: [
        ['kind', 'network'],
        ['may succeed later', 'yes'],
      ],
    });
  });

  it('marks what the answer has of a document, and says what the price is of', async () => {
    const viewer = await openViewer(logWith(LINES));
    const { documents } = (await viewer.ask(span(2))).json as SpanAnswer;
    const [document] = documents;
    const used = (document?.used ?? []).map(([from, to]) => document?.text.text.slice(from, to));
    expect(used).toEqual(['Rotate the logs of a service with logrotate']);
    const { price } = (await viewer.ask(span(3))).json as SpanAnswer;
    expect(price).toEqual([
      ['exact', 'yes'],
      ['price of', 'price_table'],
    ]);
  });

  it('is copied as JSON, Markdown, a request and a test case', async () => {
    const viewer = await openViewer(logWith(LINES));
    const copy = async (kind: string, more = ''): Promise<string> =>
      ((await viewer.ask(`${span(3)}/copy?as=${kind}${more}`)).json as CopyAnswer).text;
    expect(JSON.parse(await copy('json'))).toMatchObject({ span_id: spanId(13), 'span.type': 'llm' });
    const markdown = await copy('markdown');
    expect(markdown).toContain('# chat\n');
    expect(markdown).toContain('## Input: user\n\n```\nQuestion 1?\n```');
    const curl = await copy('curl');
    expect(curl).toMatch(/^curl "https:\/\/api\.openai\.com\/v1\/chat\/completions"/);
    expect(curl).toContain(String.raw`It'\''s brief.`);
    const test = await copy('test');
    expect(test).toContain("from 'vitest'");
    expect(test).toContain('You rotate the logs');
    expect((await viewer.ask(`${span(2)}/copy?as=curl`)).status).toBe(404);
    expect((await viewer.ask(`${span(3)}/copy?as=exe`)).status).toBe(400);
  });

  it('is copied within a budget of tokens, and no text ends its fence', async () => {
    const long = `${'```\n# not a heading\n'.repeat(5000)}the end`;
    const viewer = await openViewer(
      logWith([
        spanLine(
          { trace: 1, span: 1 },
          {
            'span.type': 'llm',
            'gen_ai.provider.name': 'evil',
            'server.address': 'evil.example',
            'gen_ai.input.messages': json([message('user', long), message('user', 'short')]),
          },
        ),
      ]),
    );
    const path = `trace/${traceId(1)}/span/${spanId(1)}/copy`;
    const { text } = (await viewer.ask(`${path}?as=markdown&tokens=1000`)).json as CopyAnswer;
    expect(text.length).toBeLessThan(4000);
    expect(text).toContain('````\n');
    expect(text).toContain('characters left out');
    expect(text).toContain('short');
    // A key goes to no address of the log.
    expect(((await viewer.ask(`${path}?as=curl`)).json as CopyAnswer).text).not.toContain('evil.example');
  });
});

it('shows what redaction replaced, and what an answer used', () => {
  expect(segmentsOf('Mail [EMAIL_1] or [EMAIL:7f3a], not [TODO].')).toEqual([
    { text: 'Mail ' },
    { text: '[EMAIL_1]', kind: 'redacted' },
    { text: ' or ' },
    { text: '[EMAIL:7f3a]', kind: 'redacted' },
    { text: ', not [TODO].' },
  ]);
  expect(segmentsOf('one two three', [[4, 7]])).toEqual([
    { text: 'one ' },
    { text: 'two', kind: 'used' },
    { text: ' three' },
  ]);
  const long = 'x'.repeat(25_000);
  expect(
    segmentsOf(long)
      .map(({ text }) => text)
      .join(''),
  ).toBe(long);
});

it('draws lines with gaps, on a round scale', () => {
  const place = (time: number, value: number): readonly [number, number] => [time, value];
  const points = [
    [0, 1],
    [10, 2],
    [40, 3],
  ] as const;
  expect(linePath(points, 10, place)).toBe('M0.0 1.0L10.0 2.0M40.0 3.0');
  expect(dotPath(points, 10, place)).toBe('M40.0 3.0h0');
  expect(dotPath(points.slice(0, 1), 10, place)).toBe('M0.0 1.0h0');
  expect([0, 0.3, 1, 7, 24, 26].map(roundUp)).toEqual([1, 0.5, 1, 10, 25, 50]);
});
