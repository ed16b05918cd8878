import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Metric, METRIC_NAMES, METRICS } from '@spanline/dashboards';
import { metrics } from '@spanline/monitor/offline';
import { runs } from '../../../test/support/effort.ts';
import { evaluate } from './support/evaluate.ts';

type Line = Record<string, unknown>;

/** Metrics that rules do not have: they are of steps, of all evaluations, and of alert lines. */
const OWN = [
  'step_p50_ms',
  'step_p95_ms',
  'step_p99_ms',
  'request_cost_usd',
  'request_tokens',
  'evaluations',
  'evaluation_score',
  'alerts_fired',
];
const NAMES = METRIC_NAMES.filter((name) => !OWN.includes(name));

const number = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 2 });

const span: fc.Arbitrary<Line> = fc.record({
  'event.name': fc.constant('span.end'),
  parent_span_id: maybe(fc.constant('00f067aa0ba902b7')),
  'spanline.rollup.spans': maybe(number(9)),
  'span.name': fc.constantFrom('POST /ask', 'chat gpt-4o'),
  'span.type': fc.constantFrom('http', 'llm', 'embedding', 'tool', 'retriever', 'guardrail'),
  'span.status': fc.constantFrom('ok', 'ok', 'error', 'aborted'),
  duration_ms: number(60_000),
  'gen_ai.usage.input_tokens': maybe(number(5000)),
  'gen_ai.usage.output_tokens': maybe(number(500)),
  'gen_ai.usage.cache_read.input_tokens': maybe(number(50)),
  'gen_ai.response.time_to_first_chunk': maybe(number(20).map((tenths) => tenths / 10)),
  'gen_ai.response.finish_reasons': maybe(
    fc.constantFrom(
      ['stop'],
      ['content_filter'],
      ['stop', 'content-filter'],
      ['SAFETY', 'STOP'],
      ['guardrail_intervened'],
    ),
  ),
  'spanline.cost.usd': maybe(number(500).map((cents) => cents / 100)),
  'spanline.error.class': maybe(fc.constantFrom('timeout', 'rate_limit', 'content_filter', 'other')),
  'spanline.error.propagated': maybe(fc.constant(true)),
  'spanline.retrieval.count': maybe(number(3)),
  'spanline.retrieval.empty': maybe(fc.boolean()),
  'spanline.retrieval.score_max': maybe(number(100).map((percent) => percent / 100)),
  'spanline.guardrail.action': maybe(fc.constantFrom('block', 'pass', 'redact')),
  'spanline.guardrail.name': maybe(fc.constantFrom('Prompt_Injection', 'pii')),
  'spanline.ratelimit.remaining_ratio': maybe(number(10).map((tenths) => tenths / 10)),
});
const score: fc.Arbitrary<Line> = fc.record({
  'event.name': fc.constant('gen_ai.evaluation.result'),
  'gen_ai.evaluation.name': fc.constantFrom('feedback', 'thumbs_up', 'prompt_injection', 'groundedness'),
  'gen_ai.evaluation.score.value': number(4).map((quarters) => quarters / 4),
});
const log: fc.Arbitrary<Line[]> = fc
  .array(fc.oneof({ weight: 4, arbitrary: span }, score), { minLength: 1, maxLength: 60 })
  .map((lines) =>
    lines.map((line, index) => ({
      '@timestamp': '2026-11-23T09:12:35.958Z',
      'spanline.schema': '1.0',
      'event.id': `boot-${index}`,
      ...Object.fromEntries(Object.entries(line).filter(([, value]) => value !== undefined)),
    })),
  );

/** The monitor's quantiles are sketches of 1 %, and one of few values may be a neighbour. */
function isQuantile({ of }: Metric): boolean {
  return of.some(({ kind }) => kind === 'quantile');
}

describe('a metric of the dashboards', () => {
  it.each(NAMES)('is the same number as that of rules and /metrics: %s', async (name) => {
    const metric: Metric = METRICS[name];
    await fc.assert(
      fc.asyncProperty(log, async (lines) => {
        const { values } = await metrics(lines);
        const own = evaluate(metric, lines);
        expect(own === undefined).toBe(values[name] === undefined);
        if (!isQuantile(metric)) expect(own ?? 0).toBeCloseTo(values[name] ?? 0, 6);
      }),
      { numRuns: runs(20, 500) },
    );
  });
});
