import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Explanation, type ExplainQuestion, open } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import { runs } from '../../../../test/support/effort.ts';
import { createCaseSample } from '../../src/analysis/explain/case-sample.ts';
import { createExplainer } from '../../src/analysis/explain/index.ts';
import { spreadOf } from '../../src/analysis/explain/sides.ts';
import { folder, lines, span, spanId, traceId } from '../support/logs.ts';
import { request, requests, numbers } from '../support/requests.ts';

function explain(question: ExplainQuestion, records: readonly SpanRecord[]): Explanation {
  const explainer = createExplainer(question);
  for (const record of records) explainer.add(record['event.name'] === 'span.end' ? 'span' : 'score', record, true);
  return explainer.end();
}

const slowRerank: ExplainQuestion = { measure: 'duration', step: 'rerank' };

/** Causes as `step: condition`. */
const named = ({ causes }: Explanation): string[] => causes.map(({ subject, text }) => `${subject.step}: ${text}`);

/** Every twelfth request is bad in some way. */
const isTwelfth = (number: number): boolean => number % 12 === 5;

describe('the search for causes', () => {
  it('finds the number of documents from which a step is slow', () => {
    const log = requests(300, 1, (random) => {
      const documents = 5 + Math.floor(random() * 45);
      return { documents, rerankMs: documents > 40 ? 20_000 + random() * 1000 : 100 + random() * 50 };
    });
    const answer = explain(slowRerank, log);
    expect(named(answer)).toEqual(['search: more than 40 documents']);
    const [cause] = answer.causes;
    expect(cause).toMatchObject({ bad: answer.bad, good: 0, support: 1, p: 1 / 1001 });
    expect(cause?.lift).toBeCloseTo(300 / answer.bad);
    expect(cause?.liftInterval.low).toBeLessThan(cause?.lift ?? 0);
    expect(answer).toMatchObject({ traces: 300, limit: { from: 'groups' } });
    expect(answer.goodSpread?.median).toBeGreaterThan(100);
    expect(answer.badSpread?.median).toBeGreaterThan(20_000);
    expect(answer.traceIds).toHaveLength(5);
  });

  it('names a step or a score that the log does not have, and what was meant', () => {
    const log = requests(20, 1, () => ({ score: 0.5 }));
    expect(explain({ measure: 'duration', step: 'rernk' }, log)).toMatchObject({
      traces: 0,
      unknown: { kind: 'step', name: 'rernk', suggestion: 'rerank' },
    });
    const score = explain({ measure: 'score', score: 'no such', step: 'chat' }, log);
    expect(score.unknown).toMatchObject({ kind: 'score', name: 'no such' });
    expect(score.unknown).not.toHaveProperty('suggestion');
    const many = Array.from({ length: 20_000 }, (_, number) => span(number, { 'span.name': `step ${number}` }));
    const { unknown } = explain({ measure: 'duration', step: 'x*' }, [...log, ...many]);
    expect(unknown?.known).toHaveLength(10);
    expect(unknown?.known).toContain('rerank');
    // It is there, though not among the names that are held, or it has none of the measure.
    expect(explain({ measure: 'duration', step: 'step 19999' }, many)).not.toHaveProperty('unknown');
    expect(explain({ measure: 'cost', step: 'search' }, log)).not.toHaveProperty('unknown');
  });

  it('names conditions that pick the same traces once, with the others beside it', () => {
    const log = requests(300, 2, (random) => {
      const documents = 5 + Math.floor(random() * 45);
      return { documents, rerankMs: documents > 40 ? 20_000 : 100 };
    });
    const [cause] = explain(slowRerank, log).causes;
    expect(cause?.like.map(({ subject, text }) => `${subject.step}: ${text}`)).toContain(
      'rerank: more than 40 documents to rerank',
    );
  });

  it('finds a label, a model, a version of a prompt, a route and the shape of arguments', () => {
    const bad = (facts: object) =>
      requests(400, 3, (_random, number) => (isTwelfth(number) ? { costUsd: 1, rerankMs: 9000, ...facts } : {}));
    expect(named(explain(slowRerank, bad({ tenant: 'hooli' })))).toEqual(['rerank: label.tenant is hooli']);
    expect(named(explain({ measure: 'cost' }, bad({ model: 'o1-pro' })))).toEqual(['chat: model is o1-pro']);
    expect(named(explain({ measure: 'cost' }, bad({ promptVersion: '9' })))).toEqual(['chat: prompt.version is 9']);
    expect(named(explain({ measure: 'failure', step: 'rerank' }, bad({ route: '/legal', isFailed: true })))).toEqual([
      'POST /ask: route is /legal',
    ]);
    const shapes = bad({ toolArguments: { query: 'x', filters: ['a'] } });
    expect(named(explain(slowRerank, shapes))).toEqual([
      'execute_tool lookup: arguments is {filters: array, query: string}',
    ]);
    const lengths = bad({ toolArguments: { query: 'x'.repeat(4000) } });
    expect(named(explain(slowRerank, lengths))[0]).toMatch(/lookup: arguments\.query\.length above/);
  });

  it('finds two causes that have nothing to do with each other', () => {
    const log = requests(600, 4, (random, number) => {
      if (number % 20 === 3) return { tenant: 'hooli', rerankMs: 8000 + random() * 100 };
      if (number % 20 === 13) return { documents: 200, rerankMs: 8000 + random() * 100 };
      return { rerankMs: 100 + random() * 50 };
    });
    expect(named(explain(slowRerank, log)).toSorted()).toEqual([
      'rerank: label.tenant is hooli',
      expect.stringMatching(/^search: more than \d+ documents$/),
    ]);
  });

  it('says when trouble began, where nothing else differs', () => {
    const log = requests(300, 5, (random, number) => ({ rerankMs: number >= 250 ? 7000 : 100 + random() * 50 }));
    expect(named(explain(slowRerank, log))).toEqual(['rerank: start from 2026-11-23T13:10:00']);
  });

  it('does not take for a cause what came after', () => {
    const log = requests(300, 6, (random, number) =>
      isTwelfth(number) ? { rerankMs: 9000, inputTokens: 50_000 } : { rerankMs: 100 + random() * 10 },
    );
    expect(explain(slowRerank, log).causes).toEqual([]);
  });

  it('names a cause in random data in at most one of twenty logs', () => {
    const LOGS = runs(20, 400);
    const logs = Array.from({ length: LOGS }, (_, seed) =>
      requests(80, seed * 7919 + 1, (random) => ({ rerankMs: Math.exp(random() * 3) })),
    );
    const found = logs.map((log) => explain(slowRerank, log));
    expect(found.filter(({ causes }) => causes.length > 0).length).toBeLessThanOrEqual(LOGS / 20);
    expect(Math.min(...found.map(({ tested }) => tested))).toBeGreaterThan(300);
    expect(found.every(({ limit, bad }) => limit?.from === 'share' && bad === 8)).toBe(true);
  });

  it('gives the same answer again, and does not depend on the order of the lines', () => {
    const log = requests(200, 7, (random) => ({ rerankMs: Math.exp(random() * 4) }));
    const random = numbers(9);
    const shuffled = log.map((record) => ({ record, at: random() })).toSorted((a, b) => a.at - b.at);
    const answers = [log, log, shuffled.map(({ record }) => record)].map((records) => explain(slowRerank, records));
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('finds what traces with a low score have in common, also if scores come at the end', () => {
    const log = requests(200, 8, (random, number) =>
      isTwelfth(number) ? { documents: 0, score: 0.1 } : { score: 0.7 + random() * 0.3 },
    );
    const scores = log.filter((record) => record['event.name'] !== 'span.end');
    const spans = log.filter((record) => record['event.name'] === 'span.end');
    const answer = explain({ measure: 'score', score: 'helpful' }, [...spans, ...scores]);
    expect(named(answer)[0]).toMatch(/^search: at most \d documents$/);
    expect(answer).toMatchObject({ bad: 17, badSpread: { median: 0.1 } });
    expect(explain({ measure: 'score', score: 'unknown' }, log)).toMatchObject({ traces: 0, causes: [] });
  });

  it('tells in which step errors arise, and which steps take the time', () => {
    const failed = requests(200, 9, (_random, number) => ({ isFailed: isTwelfth(number), rerankMs: 100 }));
    const answer = explain({ measure: 'failure', step: 'rerank' }, failed);
    expect(answer.failures).toEqual([{ type: 'TimeoutError', bad: 17 }]);
    expect(answer.parts[0]).toEqual({ step: 'rerank: TimeoutError', bad: 1, good: 0, share: 1 });
    const slow = requests(200, 9, (_random, number) => ({ rerankMs: isTwelfth(number) ? 30_000 : 100 }));
    const [part] = explain({ measure: 'duration' }, slow).parts;
    expect(part).toMatchObject({ step: 'rerank', bad: 30_000, good: 100 });
    expect(part?.share).toBeGreaterThan(0.95);
  });

  it('divides at a given limit, and leaves out what is bad at other times', () => {
    const log = requests(240, 10, (_random, number) => ({ rerankMs: isTwelfth(number) ? 5000 : number }));
    expect(explain({ ...slowRerank, limit: 4000 }, log)).toMatchObject({
      bad: 20,
      good: 220,
      limit: { from: 'given' },
    });
    const day = Date.UTC(2026, 10, 23, 9);
    const during = { from: day, to: day + 120 * 60_000 };
    expect(explain({ ...slowRerank, limit: 4000, during }, log)).toMatchObject({ bad: 10, good: 220 });
  });

  it('has no cause where there is nothing to compare', () => {
    expect(explain(slowRerank, [])).toMatchObject({ traces: 0, bad: 0, good: 0, limit: undefined, causes: [] });
    const same = requests(50, 11, () => ({ rerankMs: 100 }));
    expect(explain(slowRerank, same)).toMatchObject({ traces: 50, bad: 0, good: 50, causes: [] });
    expect(explain({ ...slowRerank, step: 'no such step' }, same)).toMatchObject({ traces: 0 });
  });

  it('takes steps by a pattern, and a model call without the name of its model', () => {
    const log = request(1, numbers(1));
    for (const step of ['chat', 'chat *', 'ch?t*']) {
      expect(explain({ measure: 'duration', step }, log).traces, step).toBe(1);
    }
  });

  it('stands lines that are odd', () => {
    const parents = [span(1, { parent_span_id: spanId(2) }), span(2, { parent_span_id: spanId(1) })];
    const odd = span(3, {
      trace_id: traceId(2),
      'gen_ai.tool.call.arguments': '{"a":[{}],"__proto__":1',
      duration_ms: -5,
    });
    const log = [...parents, odd, { ...span(4), span_id: undefined }, { ...span(5), 'event.start': 'yesterday' }];
    expect(explain({ measure: 'duration', step: 'step *' }, log as SpanRecord[]).traces).toBe(2);
  });
});

describe('the values of a side', () => {
  const side = (...values: readonly [value: number, weight: number][]): ReturnType<typeof spreadOf> =>
    spreadOf(
      values.map(([value, weight]) => ({
        item: { traceId: '', value, at: 0, facts: new Map(), parts: new Map(), failure: undefined },
        weight,
      })),
    );

  it('have a median from six traces on, and their extremes', () => {
    const few = [7, 1, 5, 3, 9].map((value) => [value, 1] as [number, number]);
    expect(side()).toBeUndefined();
    expect(side([4, 1])).toEqual({ low: 4, high: 4, median: undefined });
    expect(side(...few)).toEqual({ low: 1, high: 9, median: undefined });
    expect(side(...few, [11, 1])).toEqual({ low: 1, high: 11, median: 6 });
    expect(side(...few, [11, 1], [13, 1])).toEqual({ low: 1, high: 13, median: 7 });
  });

  it('count as often as the traces that they stand for', () => {
    // Three of the worst, and a sample of 300 others.
    const others = [10, 20, 30, 40].map((value) => [value, 75] as [number, number]);
    expect(side([90, 1], [91, 1], [92, 1], ...others)).toEqual({ low: 10, high: 92, median: 30 });
    expect(side([90, 1], [8, 1], [9, 1], ...others)).toEqual({ low: 8, high: 90, median: 20 });
  });
});

describe('the traces that are kept', () => {
  it('are the worst, and a sample of the others that stands for all', () => {
    const cases = Array.from({ length: 1000 }, (_, number) => {
      return {
        traceId: traceId(number),
        value: number,
        at: number,
        facts: new Map(),
        parts: new Map(),
        failure: undefined,
      };
    });
    const samples = [cases, cases.toReversed()].map((order) => {
      const sample = createCaseSample(1, 50, 100);
      for (const item of order) sample.add(item);
      return sample.read();
    });
    const [kept = []] = samples;
    expect(samples[1]).toEqual(kept);
    expect(kept).toHaveLength(150);
    expect(kept.filter(({ item }) => item.value >= 950)).toHaveLength(50);
    expect(kept.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1000);
    const mean = kept.reduce((sum, { item, weight }) => sum + item.value * weight, 0) / 1000;
    expect(Math.abs(mean - 499.5)).toBeLessThan(100);
  });
});

describe('an alert', () => {
  const at = (minute: number): string => new Date(Date.UTC(2026, 10, 23, 9, minute)).toISOString();
  const alert = (event: string, minute: number, fields: object): SpanRecord => ({
    '@timestamp': at(minute),
    level: 'warn',
    message: 'Step Latency',
    'event.name': 'alert',
    'event.id': `boot-${minute}`,
    'spanline.alert.name': 'Step Latency',
    'spanline.alert.event': event as 'fired',
    'spanline.alert.dedup_key': 'k1',
    'spanline.alert.metric': 'latency_p99_ms',
    'spanline.alert.threshold': 2000,
    'spanline.alert.comparison': 'gt',
    'spanline.alert.window_s': 900,
    'spanline.alert.step': 'rerank',
    ...fields,
  });

  function logWith(...alerts: SpanRecord[]): string {
    const file = join(folder(), 'app.ndjson');
    const spans = requests(240, 12, (random, number) => {
      const isBad = isTwelfth(number);
      return { documents: isBad ? 80 : 20, rerankMs: isBad ? 5000 + random() : 100 + random() };
    });
    writeFileSync(file, lines(...spans, ...alerts));
    return file;
  }

  it('asks a question that its log answers, by its key, the id of its line, or the name of its rule', async () => {
    const log = open(logWith(alert('fired', 100, {}), alert('recovered', 180, {})));
    const question = await log.alert('k1');
    expect(question).toEqual({
      measure: 'duration',
      step: 'rerank',
      limit: 2000,
      during: { from: Date.parse(at(85)), to: Date.parse(at(180)) },
    });
    for (const id of ['boot-100', 'Step Latency']) expect(await log.alert(id)).toEqual(question);
    expect(await log.alert('nobody')).toBeUndefined();
    const answer = await log.explain(question ?? slowRerank);
    expect(named(answer)[0]).toMatch(/^search: more than 20 documents$/);
    expect(answer.bad).toBe(8);
  });

  it('is the last incident of its rule, from its first line', async () => {
    const incidents = [
      alert('fired', 10, {}),
      alert('recovered', 20, {}),
      alert('fired', 60, {}),
      alert('repeated', 70, {}),
    ];
    const question = await open(logWith(...incidents)).alert('k1');
    expect(question?.during).toEqual({ from: Date.parse(at(45)), to: Infinity });
  });

  it.each([
    ['error_rate', 'gt', { measure: 'failure' }],
    ['timeout_rate', 'gt', { measure: 'failure', errorClass: 'timeout' }],
    ['llm_error_rate', 'gt', { measure: 'failure', type: 'llm' }],
    ['cost_per_request_usd', 'gt', { measure: 'cost' }],
    ['total_tokens', 'gt', { measure: 'tokens' }],
    ['faithfulness_score', 'lt', { measure: 'score', score: 'faithfulness', isLow: true }],
    ['hallucination_rate', 'gt', { measure: 'score', score: 'hallucination', isLow: false }],
  ])('on %s asks for what makes a trace bad', async (metric, comparison, expected) => {
    const fields = { 'spanline.alert.metric': metric, 'spanline.alert.comparison': comparison };
    const log = open(logWith(alert('fired', 100, { ...fields, 'spanline.alert.step': undefined })));
    const { during, ...question } = (await log.alert('k1')) ?? slowRerank;
    expect(during).toBeDefined();
    expect(question).toEqual(expected);
  });

  it('on a gauge has no traces to compare', async () => {
    const log = open(logWith(alert('fired', 100, { 'spanline.alert.metric': 'queue_depth' })));
    await expect(log.alert('k1')).rejects.toThrow(/ERR_INVALID_OPTION: alert must be an alert on latency/);
  });
});
