import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '@spanline/record';
import { type AlertRuleInput, backtest, check, checkMetrics, type CheckResult, ExpressionError } from '../src/index.ts';
import { resolveRules, toExpression } from '../src/offline.ts';
import { parseExpression } from '../src/rules/expression/parse.ts';

const read = (text: string): unknown[] =>
  parseExpression(text).map(({ metric, step, comparison, threshold }) => [metric, step, comparison, threshold]);

/** The message of the error that an expression causes. */
function errorOf(text: string): string {
  try {
    parseExpression(text);
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
  }
  return 'no error';
}

describe('an expression', () => {
  it('is read into metrics, steps, comparisons and values in the unit of the metric', () => {
    expect(read('p95(rerank) < 2s and cost/request < 0.02 and error_rate < 1%')).toEqual([
      ['latency_p95_ms', 'rerank', 'lt', 2000],
      ['cost_per_request_usd', undefined, 'lt', 0.02],
      ['error_rate', undefined, 'lt', 0.01],
    ]);
    expect(read('p50<350ms, p99 ( chat gpt-4o ) <= 1.5m && tokens/request<4k')).toEqual([
      ['latency_p50_ms', undefined, 'lt', 350],
      ['latency_p99_ms', 'chat gpt-4o', 'lte', 90_000],
      ['tokens_per_request', undefined, 'lt', 4000],
    ]);
    expect(read('latency_p95_ms("a \\"b\\" (c)") <= 2000 AND faithfulness_score >= 0.7 and gauge.queue < 100')).toEqual(
      [
        ['latency_p95_ms', 'a "b" (c)', 'lte', 2000],
        ['faithfulness_score', undefined, 'gte', 0.7],
        ['gauge.queue', undefined, 'lt', 100],
      ],
    );
    expect(read('cost <= $0.5 and p95(requests) < 0 and availability > 99.9% and ttft.p95 < 1s')).toEqual([
      ['cost_usd', undefined, 'lte', 0.5],
      ['latency_p95_ms', undefined, 'lt', 0],
      ['availability', undefined, 'gt', expect.closeTo(0.999) as number],
      ['time_to_first_token_p95_ms', undefined, 'lt', 1000],
    ]);
  });

  it.each([
    ['p96 < 2s', 'there is no metric "p96"; did you mean "p95"?', '^^^'],
    ['p95 < 2', 'p95 takes a value such as 2s or 350ms', '      ^'],
    ['p95 < 2parsecs', 'p95 takes a value such as 2s or 350ms', '      ^^^^^^^^'],
    ['error_rate < $1', 'error_rate takes a value such as 1% or 0.01', '             ^^'],
    ['p95 2s', 'a comparison is expected here', '    ^^'],
    ['p95 < 2s or error_rate < 1%', 'join them with "and"', '         ^^'],
    ['p95 < 2s error_rate < 1%', '"and" or the end is expected here', '         ^^^^^^^^^^'],
    ['p95(rerank < 2s', 'this bracket is never closed', '   ^'],
    ['p95 < 2s and', 'a metric is expected here', '            ^'],
    ['', 'a metric is expected here', '^'],
    ['cost/day(rerank) < 1', 'is a metric of a day', '        ^^^^^^^^'],
    [`p95 < 2s${' '.repeat(2000)}`, 'at most 2000 characters', '^'],
  ])('that is wrong is pointed at: %s', (text, message, carets) => {
    const error = errorOf(text);
    expect(error).toContain(`ERR_INVALID_EXPRESSION: `);
    expect(error).toContain(message);
    expect(error.split('\n').at(-1)?.trimEnd()).toMatch(new RegExp(`${carets.replaceAll('^', String.raw`\^`)}$`));
  });

  it('is what rules are written as', () => {
    const texts = [
      'p95(rerank) < 2s',
      'cost/request <= $0.02',
      'error_rate < 1%',
      'faithfulness_score >= 0.7',
      'tokens < 4000',
    ];
    const rules = texts.flatMap((expect) => resolveRules([{ expect }]));
    expect(rules.map(toExpression)).toEqual(texts);
    expect(
      resolveRules([{ name: 'x', metric: 'latency_p95_ms', threshold: 1, comparison: 'gt', step: 'a (b)' }]).map(
        toExpression,
      ),
    ).toEqual(['p95("a (b)") <= 1ms']);
  });
});

describe('a rule with an expression', () => {
  it('fires when a requirement is broken; each requirement is a rule', () => {
    const rules = resolveRules([
      { name: 'Answers', expect: 'p95(rerank) < 2s and error_rate <= 1%', severity: 'critical', windowMinutes: 5 },
      { expect: 'cost/request < $0.02' },
    ]);
    expect(rules).toMatchObject([
      {
        name: 'Answers: p95(rerank) < 2s',
        metric: 'latency_p95_ms',
        step: 'rerank',
        comparison: 'gte',
        threshold: 2000,
        severity: 'critical',
        windowMinutes: 5,
        renotifyMinutes: 60,
      },
      { name: 'Answers: error_rate <= 1%', metric: 'error_rate', comparison: 'gt', threshold: 0.01, windowMinutes: 5 },
      { name: 'cost/request < $0.02', metric: 'cost_per_request_usd', comparison: 'gte', threshold: 0.02 },
    ]);
    expect(checkMetrics({ error_rate: 0.02 }, [{ name: 'Errors', expect: 'error_rate < 1%' }])).toMatchObject([
      { alert: 'Errors', value: 0.02, threshold: 0.01 },
    ]);
  });

  it.each([
    [{ expect: 'p95 << 2s' }, /rules\[0\]\.expect: .* such as 2s or 350ms\n {2}p95 << 2s\n {7}\^/],
    [{ name: 'Slow', expect: 5 }, /rules\[0\] "Slow"\.expect must be an expression, such as "p95 < 2s", got 5/],
    [{ expect: 'p95 < 2s', threshold: 3 }, /threshold must be left out beside expect/],
    [{ expect: 'p95 < 2s', perStep: 'x' }, /perStep must be/],
    [{ expect: 'p95 < 2s and p95 < 2s' }, /unique/],
    [
      { name: 'a', metric: 'error_rate', threshold: 1, comparison: 'gt', step: 's', perStep: true },
      /step must be left out beside perStep/,
    ],
    [
      { name: 'a', metric: 'daily_tokens', threshold: 1, comparison: 'gt', step: 's' },
      /step must be left out for a daily metric/,
    ],
  ])('that is wrong is refused: %j', (rule, message) => {
    expect(() => resolveRules([rule as AlertRuleInput])).toThrow(message);
  });

  it('watches one step, also the root of a request, and no other', async () => {
    const start = Date.UTC(2026, 10, 23, 9);
    const lines = Array.from({ length: 200 }, (_, number) =>
      ['POST /ask', 'rerank', 'search'].map((name, place): SpanRecord => ({
        '@timestamp': new Date(start + number * 15_000).toISOString(),
        level: 'info',
        message: name,
        'spanline.schema': '1.0',
        'event.name': 'span.end',
        trace_id: number.toString(16).padStart(32, '0'),
        span_id: (number * 3 + place + 1).toString(16).padStart(16, '0'),
        'span.name': name,
        'span.status': 'ok',
        duration_ms: name === 'search' ? 9000 : 3000,
        ...(place === 0 ? {} : { parent_span_id: (number * 3 + 1).toString(16).padStart(16, '0') }),
      })),
    ).flat();
    const rules = [{ expect: 'p95(rerank) < 2s' }, { expect: 'p95("POST /ask") < 2s' }, { expect: 'p95(rerank) < 4s' }];
    const results = await backtest(rules, lines);
    expect(results.map(({ name, incidents }) => [name, incidents.map(({ step }) => step)])).toEqual([
      ['p95(rerank) < 2s', ['rerank']],
      ['p95("POST /ask") < 2s', ['POST /ask']],
      ['p95(rerank) < 4s', []],
    ]);
  });
});

describe('check', () => {
  const line = (number: number, name: string, ms: number, fields: object = {}): object => ({
    '@timestamp': '2026-11-23T09:00:00.000Z',
    level: 'info',
    'spanline.schema': '1.0',
    'event.name': 'span.end',
    trace_id: number.toString(16).padStart(32, '0'),
    span_id: (number + 1).toString(16).padStart(16, '0'),
    'span.name': name,
    'span.status': 'ok',
    duration_ms: ms,
    ...fields,
  });
  const log = [
    ...Array.from({ length: 40 }, (_, number) => line(number, 'POST /ask', 1000, { 'spanline.rollup.spans': 2 })),
    ...Array.from({ length: 40 }, (_, number) =>
      line(number + 100, 'rerank', 100 + number, { parent_span_id: '0'.repeat(15) + '1' }),
    ),
    line(300, 'chat gpt-4o', 500, {
      parent_span_id: '0'.repeat(15) + '1',
      'span.type': 'llm',
      'spanline.cost.usd': 0.4,
      'gen_ai.usage.input_tokens': 1000,
    }),
  ];
  const verdicts = ({ requirements }: CheckResult): unknown[] => requirements.map(({ verdict }) => verdict);

  it('compares the metrics of a log, of its requests and of its steps', async () => {
    const result = await check('p95(rerank) < 2s and cost/request < 0.02 and error_rate < 1%', log);
    expect(result).toMatchObject({
      isMet: true,
      requirements: [
        { expression: 'p95(rerank) < 2s', metric: 'latency_p95_ms', step: 'rerank', samples: 40, verdict: 'met' },
        { expression: 'cost/request < $0.02', value: 0.01, samples: 40 },
        { expression: 'error_rate < 1%', value: 0 },
      ],
    });
    expect(result.requirements[0]?.value).toBeGreaterThan(130);
    expect(await check('p95(rerank) < 100ms', log)).toMatchObject({ isMet: false });
    expect(verdicts(await check('cost/day < $1 and cost/day < $0.1 and tokens/day <= 1k', log))).toEqual([
      'met',
      'broken',
      'met',
    ]);
  });

  it('is not met without data, and suggests the step that was meant', async () => {
    const result = await check('p95(rernak) < 2s and faithfulness_score > 0.7', log);
    expect(result).toMatchObject({
      isMet: false,
      requirements: [{ verdict: 'no_data', suggestion: 'rerank', samples: 0 }, { verdict: 'no_data' }],
    });
    expect(await check('error_rate < 1%', [])).toMatchObject({ isMet: false });
    expect(await check('p95(constructor) < 1s', log)).toMatchObject({ isMet: false });
  });

  it('takes rules, of each step too; a rule without its baseline has no verdict', async () => {
    const rules: AlertRuleInput[] = [
      { name: 'Steps', metric: 'latency_p99_ms', threshold: 800, comparison: 'gt', perStep: true },
      { name: 'Usual', metric: 'latency_p95_ms', threshold: 2, comparison: 'gt', relativeTo: 'baseline' },
      {
        name: 'Pinned',
        metric: 'latency_p95_ms',
        threshold: 2,
        comparison: 'gt',
        relativeTo: 'baseline',
        baseline: 100,
      },
    ];
    const { requirements } = await check(rules, log);
    expect(requirements.map(({ name, step, verdict }) => [name, step, verdict])).toEqual([
      ['Steps', 'POST /ask', 'broken'],
      ['Steps', 'chat gpt-4o', 'met'],
      ['Steps', 'rerank', 'met'],
      ['Usual', undefined, 'no_baseline'],
      ['Pinned', undefined, 'broken'],
    ]);
  });
});
