import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { open } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import { createSide } from '../../src/analysis/compare/figures.ts';
import { alignTraces, type Comparison, compareSides } from '../../src/analysis/compare/index.ts';
import { folder, lines, span, spanId, traceId } from '../support/logs.ts';
import { numbers, requests } from '../support/requests.ts';

function compare(before: readonly SpanRecord[], after: readonly SpanRecord[]): Comparison {
  const sides = [before, after].map((records) => {
    const side = createSide();
    for (const record of records) side.add(record['event.name'] === 'span.end' ? 'span' : 'score', record);
    return side.end();
  });
  const [one, other] = sides;
  if (one === undefined || other === undefined) throw new Error('two sides');
  return compareSides(one, other);
}

const changes = ({ steps }: Comparison): string[] =>
  steps.flatMap(({ step, figures }) =>
    figures.filter(({ isChange }) => isChange).map(({ figure }) => `${step ?? 'requests'} ${figure}`),
  );

describe('a comparison of two logs', () => {
  it('finds the steps that changed, and no others', () => {
    const before = requests(200, 1, (random) => ({ rerankMs: 100 + random() * 20, score: 0.8 + random() * 0.1 }));
    const after = requests(200, 2, (random) => ({
      rerankMs: 150 + random() * 20,
      costUsd: 0.004 + random() / 1000,
      score: 0.6 + random() * 0.1,
      isFailed: random() < 0.2,
    }));
    const answer = compare(before, after);
    expect(changes(answer)).toEqual([
      'requests p50_ms',
      'requests p95_ms',
      'requests cost_usd',
      'requests helpful',
      'POST /ask p50_ms',
      'POST /ask p95_ms',
      'chat cost_usd',
      'rerank p50_ms',
      'rerank p95_ms',
      'rerank error_rate',
    ]);
    const rerank = answer.steps.find(({ step }) => step === 'rerank');
    expect(rerank).toMatchObject({ before: 200, after: 200 });
    const [p50] = rerank?.figures ?? [];
    expect(p50?.difference.value).toBeCloseTo(50, -0.5);
    expect(p50?.difference.low).toBeGreaterThan(45);
    expect(p50?.difference.high).toBeLessThan(55);
  });

  it('finds a change in equal logs in at most one of twenty comparisons', () => {
    const seeds = Array.from({ length: 60 }, (_, number) => number * 31 + 5);
    const draw = (seed: number) => requests(60, seed, (random) => ({ rerankMs: Math.exp(random() * 3) }));
    const found = seeds.map((seed) => changes(compare(draw(seed), draw(seed + 7))));
    expect(found.filter((names) => names.length > 0).length).toBeLessThanOrEqual(6);
  });

  it.each([1, 2, 3, 5])('finds no change of a quantile between %i traces on each side', (count) => {
    const draw = (from: number): SpanRecord[] =>
      Array.from({ length: count }, (_, number) => span(number, { ms: from + number, trace_id: traceId(number + 1) }));
    expect(changes(compare(draw(100), draw(900))).filter((name) => /p\d/.test(name))).toEqual([]);
  });

  it('finds a change of a median between six traces on each side', () => {
    const draw = (from: number): SpanRecord[] =>
      Array.from({ length: 6 }, (_, number) => span(number, { ms: from + number, trace_id: traceId(number + 1) }));
    const { figures = [] } = compare(draw(100), draw(900)).steps[0] ?? {};
    const bounds = figures.map(({ figure, difference }) => [figure, difference.low !== undefined]);
    expect(Object.fromEntries(bounds)).toMatchObject({ p50_ms: true, p95_ms: false });
  });

  it('has intervals that hold the truth in about 95 % of the cases, also where spans of a trace are alike', () => {
    const random = numbers(3);
    const draw = (): SpanRecord[] =>
      Array.from({ length: 40 }, (_, trace) => {
        const ofTrace = random() * 100;
        return Array.from({ length: 5 }, (__, part) =>
          span(trace * 5 + part, { ms: 100 + ofTrace + random() * 5, trace_id: traceId(trace + 1), 'span.name': 's' }),
        );
      }).flat();
    let held = 0;
    for (let turn = 0; turn < 100; turn++) {
      const { difference } = compare(draw(), draw()).steps.find(({ step }) => step === 's')?.figures[0] ?? {};
      const { low = Number.NaN, high = Number.NaN } = difference ?? {};
      if (low <= 0 && high >= 0) held++;
    }
    expect(held).toBeGreaterThanOrEqual(90);
  });

  it('knows a quantile no better than the share beyond it, also where many values are the same', () => {
    const draw = (slow: number): SpanRecord[] =>
      Array.from({ length: 240 }, (_, number) =>
        span(number, { ms: number < slow ? 22_000 : 300, trace_id: traceId(number + 1), 'span.name': 'rerank' }),
      );
    const { figures = [] } = compare(draw(0), draw(13)).steps.find(({ step }) => step === 'rerank') ?? {};
    const p95 = figures.find(({ figure }) => figure === 'p95_ms');
    expect(p95).toMatchObject({
      after: { value: 22_000, low: 300, high: 22_000 },
      difference: { low: 0 },
      isChange: false,
    });
  });

  it('finds no change in sums that differ by rounding', () => {
    const draw = (count: number): SpanRecord[] =>
      Array.from({ length: count }, (_, number) =>
        span(number, { trace_id: traceId(number + 1), 'spanline.cost.usd': 0.1 }),
      );
    expect(changes(compare(draw(30), draw(70)))).toEqual([]);
  });

  it('has no interval of a mean of one trace, and of a difference from it', () => {
    const draw = (count: number, usd: number): SpanRecord[] =>
      Array.from({ length: count }, (_, number) =>
        span(number, { trace_id: traceId(number + 1), 'span.name': 'chat', 'spanline.cost.usd': usd * (number + 1) }),
      );
    const { figures = [] } = compare(draw(1, 0.5), draw(2, 0.25)).steps.find(({ step }) => step === 'chat') ?? {};
    const cost = figures.find(({ figure }) => figure === 'cost_usd');
    expect(cost).toEqual({
      figure: 'cost_usd',
      title: 'cost',
      unit: 'usd',
      before: { value: 0.5 },
      after: { value: 0.375, low: expect.any(Number) as number, high: expect.any(Number) as number },
      difference: { value: -0.125 },
      isChange: false,
      isWorse: false,
    });
    // An answer is sent as JSON, which has no infinite numbers.
    expect(JSON.stringify(figures)).not.toContain('null');
  });

  describe('of requests with calls whose cost is not known', () => {
    const costing = (usd: number): SpanRecord[] => requests(40, 1, () => ({ costUsd: usd }));
    /** The same, with one more call of each request, of a model without a price. */
    const partly = (usd: number): SpanRecord[] =>
      costing(usd).flatMap((record) => {
        if (record['span.type'] !== 'llm') return [record];
        const { 'spanline.cost.usd': _cost, ...rest } = record;
        return [record, { ...rest, span_id: `f${rest.span_id?.slice(1)}`, 'spanline.cost.reason': 'unknown_model' }];
      });
    const costOf = ({ steps }: Comparison) =>
      steps.find(({ step }) => step === undefined)?.figures.find(({ figure }) => figure === 'cost_usd');

    it('marks the cost as a lower bound, and counts the requests', () => {
      const one = compare(costing(0.01), partly(0.01));
      expect(one.unknownCosts).toEqual({ before: 0, after: 40 });
      expect(costOf(one)).toMatchObject({ after: { isLeast: true } });
      expect(costOf(one)?.before).not.toHaveProperty('isLeast');
      const chats = one.steps.filter(({ step }) => step?.startsWith('chat') === true);
      expect(JSON.stringify(chats)).not.toContain('isLeast');
    });

    it.each([
      ['a rise to a lower bound', costing(0.01), partly(0.05), true],
      ['a fall to a lower bound', costing(0.05), partly(0.01), false],
      ['a rise from a lower bound', partly(0.01), costing(0.05), false],
      ['a fall from a lower bound', partly(0.05), costing(0.01), true],
      ['a rise between lower bounds', partly(0.01), partly(0.05), false],
    ])('%s is a change only if it is one whatever the calls cost', (_, before, after, isChange) => {
      expect(costOf(compare(before, after))?.isChange).toBe(isChange);
    });
  });

  it('stands sides that are empty, and steps that only one side has', () => {
    const unknownCosts = { before: 0, after: 0 };
    expect(compare([], [])).toEqual({ before: 0, after: 0, unknownCosts, steps: [], compared: 0 });
    const one = compare([span(1, { 'span.name': 'old' })], [span(1, { 'span.name': 'new' })]);
    expect(one.steps.map(({ step, before, after }) => [step, before, after])).toEqual([
      [undefined, 1, 1],
      ['new', 0, 1],
      ['old', 1, 0],
    ]);
    expect(changes(one)).toEqual([]);
  });
});

describe('two traces', () => {
  it('are aligned step by step, with the inputs that differ', async () => {
    const file = join(folder(), 'app.ndjson');
    const inside = (trace: number) => ({ trace_id: traceId(trace), parent_span_id: spanId(trace * 10) });
    const messages = (text: string) => ({ 'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [text] }]) });
    const model = (name: string) => ({ 'span.name': `chat ${name}`, 'gen_ai.request.model': name, 'span.type': 'llm' });
    writeFileSync(
      file,
      lines(
        span(10, { at: 0, trace_id: traceId(1), 'span.name': 'POST /ask', 'http.route': '/ask' }),
        span(11, {
          at: 1,
          ...inside(1),
          'span.name': 'search',
          'gen_ai.retrieval.top_k': 5,
          'spanline.retrieval.count': 5,
        }),
        span(12, { at: 2, ...inside(1), ...model('gpt-4o'), ...messages('a') } as Partial<SpanRecord>),
        span(20, { at: 0, trace_id: traceId(2), 'span.name': 'POST /ask', 'http.route': '/ask' }),
        span(21, { at: 1, ...inside(2), 'span.name': 'expand' }),
        span(22, {
          at: 2,
          ...inside(2),
          'span.name': 'search',
          'gen_ai.retrieval.top_k': 9,
          'spanline.retrieval.count': 9,
        }),
        span(23, { at: 3, ...inside(2), ...model('gpt-4o-mini'), ...messages('b') } as Partial<SpanRecord>),
      ),
    );
    const log = open(file);
    const [before, after] = [await log.trace(traceId(1)), await log.trace(traceId(2))];
    if (before === undefined || after === undefined) throw new Error('no trace');
    const steps = alignTraces(before, after);
    expect(
      steps.map(({ step, depth, before: one, after: other, changes: inputs }) => [
        step,
        depth,
        one?.span_id !== undefined,
        other?.span_id !== undefined,
        inputs.map(({ key }) => key),
      ]),
    ).toEqual([
      ['POST /ask', 0, true, true, []],
      ['expand', 1, false, true, []],
      ['search', 1, true, true, ['gen_ai.retrieval.top_k']],
      ['chat', 1, true, true, ['gen_ai.request.model', 'gen_ai.input.messages']],
    ]);
    expect(steps[2]?.changes).toEqual([{ key: 'gen_ai.retrieval.top_k', before: '5', after: '9' }]);
  });

  it('compares messages as they were sent: references are resolved, and content that is kept apart counts', async () => {
    const message = (role: string, content: string): object => ({ role, parts: [{ type: 'text', content }] });
    const turns = ['What is pino?', 'A logger.', 'And a tree?'].map((text, index) =>
      message(index === 1 ? 'assistant' : 'user', text),
    );
    const conversation = (trace: number, last: object, isApart: boolean): object[] => {
      const first = spanId(trace * 10 + 1);
      const of = { trace_id: traceId(trace), 'span.name': 'chat', 'span.type': 'llm' } as const;
      const content = {
        'gen_ai.input.messages': JSON.stringify([{ ref: `${first}#i0` }, { ref: `${first}#o0` }, last]),
      };
      return [
        span(trace * 10 + 1, {
          ...of,
          'gen_ai.input.messages': JSON.stringify(turns.slice(0, 1)),
          'gen_ai.output.messages': JSON.stringify(turns.slice(1, 2)),
        }),
        span(trace * 10 + 2, { at: 20, ...of, ...(isApart ? {} : content) }),
        ...(isApart ? [span(trace * 10 + 2, { 'event.name': 'span.content', ...of, ...content })] : []),
      ];
    };
    const file = join(folder(), 'app.ndjson');
    const [, , same] = turns;
    if (same === undefined) throw new Error('three turns');
    writeFileSync(
      file,
      lines(
        ...conversation(1, same, false),
        ...conversation(2, same, true),
        ...conversation(3, message('user', 'And a pine?'), true),
      ),
    );
    const log = open(file);
    const changesBetween = async (one: number, other: number): Promise<unknown> => {
      const [before, after] = [await log.trace(traceId(one)), await log.trace(traceId(other))];
      if (before === undefined || after === undefined) throw new Error('no trace');
      return alignTraces(before, after).map(({ changes: inputs }) => inputs);
    };
    expect(await changesBetween(1, 2)).toEqual([[], []]);
    const key = 'gen_ai.input.messages';
    const texts = {
      before: JSON.stringify(turns),
      after: JSON.stringify([...turns.slice(0, 2), message('user', 'And a pine?')]),
    };
    expect(await changesBetween(1, 3)).toEqual([[], [{ key, ...texts }]]);
  });
});
