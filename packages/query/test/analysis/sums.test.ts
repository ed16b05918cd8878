import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { costsOf, open, type Query, scoresOf, sessionsOf } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import { folder, lines, span, traceId } from '../support/logs.ts';

function log(...records: SpanRecord[]): Query {
  const path = join(folder(), 'app.ndjson');
  writeFileSync(path, lines(...records));
  return open(path);
}

const DAY = 86_400_000;

const call = (usd: number | undefined, more: Partial<SpanRecord> = {}): Partial<SpanRecord> => ({
  'span.type': 'llm',
  'gen_ai.request.model': 'gpt-4o',
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.output_tokens': 10,
  ...(usd === undefined ? { 'spanline.cost.reason': 'unknown_model' } : { 'spanline.cost.usd': usd }),
  ...more,
});

describe('costs', () => {
  it('are added up by day, model and user', async () => {
    const costs = await costsOf(
      log(
        span(1, { ms: 10, ...call(1, { 'user.id': 'ada' }) }),
        span(2, { ms: 10, ...call(2, { 'user.id': 'ben', 'gen_ai.response.model': 'gpt-4o-2024' }) }),
        span(3, { at: 2 * DAY, ...call(undefined) }),
        span(4, { 'span.type': 'tool' }),
      ).records(),
    );
    expect(costs.total).toEqual({
      calls: 3,
      inputTokens: 300,
      outputTokens: 30,
      cachedTokens: 0,
      costUsd: 3,
      unknownCosts: 1,
    });
    expect(costs.days.map(({ name, costUsd, unknownCosts }) => [name, costUsd, unknownCosts])).toEqual([
      ['2026-11-23', 3, 0],
      ['2026-11-25', 0, 1],
    ]);
    expect(costs.models.map(({ name, costUsd }) => [name, costUsd])).toEqual([
      ['gpt-4o-2024', 2],
      ['gpt-4o', 1],
    ]);
    expect(costs.users.map(({ name }) => name)).toEqual(['ben', 'ada', undefined]);
  });

  it('are projected from the last seven days, and not from less than a day', async () => {
    const day = async (count: number, usd: number): Promise<number | undefined> => {
      const calls = Array.from({ length: count * 24 + 1 }, (_, hour) =>
        span(hour + 1, { at: hour * 3_600_000, ...call(usd) }),
      );
      return (await costsOf(log(...calls).records())).monthUsd;
    };
    expect(await day(0.5, 1)).toBeUndefined();
    expect(await day(10, 1)).toBeCloseTo(24 * 30, -2);
    const cheaper = [
      ...Array.from({ length: 48 }, (_, hour) => span(hour + 1, { at: hour * 3_600_000, ...call(100) })),
      ...Array.from({ length: 24 * 9 }, (_, hour) => span(hour + 99, { at: 3 * DAY + hour * 3_600_000, ...call(1) })),
    ];
    expect((await costsOf(log(...cheaper).records())).monthUsd).toBeCloseTo(24 * 30, -2);
  });

  it('bear times and durations of another age', async () => {
    const odd = span(1, { ...call(1), 'event.start': '+275760-09-13T00:00:00.000Z', duration_ms: 1e300 });
    expect(await costsOf(log(odd).records())).toMatchObject({
      total: { costUsd: 1 },
      coveredMs: 0,
      monthUsd: undefined,
    });
  });
});

describe('sessions', () => {
  it('are the traces of one session, the newest session first', async () => {
    const at = (session: string | undefined): Partial<SpanRecord> =>
      session === undefined ? {} : { 'session.id': session };
    const { sessions, tracesWithout } = await sessionsOf(
      log(
        span(1, { at: 0, ms: 100, ...at('a'), trace_id: traceId(1), 'user.id': 'ada', 'spanline.cost.usd': 0.5 }),
        span(2, { at: 60_000, ms: 900, ...at('a'), trace_id: traceId(2), 'span.status': 'error' }),
        span(3, { at: 90_000, ms: 10, ...at('b'), trace_id: traceId(3) }),
        span(4, { at: 95_000, trace_id: traceId(4) }),
      ).traces(),
    );
    expect(tracesWithout).toBe(1);
    expect(sessions.map(({ sessionId }) => sessionId)).toEqual(['b', 'a']);
    expect(sessions[1]).toMatchObject({
      userId: 'ada',
      traces: 2,
      failed: 1,
      spans: 2,
      costUsd: 0.5,
      slowest: { traceId: traceId(2), durationMs: 900 },
    });
    expect((sessions[1]?.endMs ?? 0) - (sessions[1]?.startMs ?? 0)).toBe(60_900);
  });
});

describe('scores', () => {
  const score = (number: number, name: string, value: number | undefined, label?: string): SpanRecord => ({
    '@timestamp': new Date(Date.UTC(2026, 10, 23) + number).toISOString(),
    'event.name': 'gen_ai.evaluation.result',
    'spanline.schema': '1.0',
    trace_id: traceId(number),
    'gen_ai.evaluation.name': name,
    ...(value === undefined ? {} : { 'gen_ai.evaluation.score.value': value }),
    ...(label === undefined ? {} : { 'spanline.evaluation.label': label }),
  });

  it('have their spread by name, and the lowest first', async () => {
    const { count, groups, scores } = await scoresOf(
      log(
        score(1, 'thumbs', 1, 'up'),
        score(2, 'tone', undefined, 'formal'),
        score(3, 'thumbs', 0, 'down'),
        score(4, 'thumbs', 0.5, 'up'),
        span(5),
      ).records(),
      2,
    );
    expect(count).toBe(4);
    expect(groups).toEqual([
      { name: 'thumbs', count: 3, mean: 0.5, lowest: 0, highest: 1, labels: { up: 2, down: 1 } },
      { name: 'tone', count: 1, mean: undefined, lowest: undefined, highest: undefined, labels: { formal: 1 } },
    ]);
    expect(scores.map(({ trace_id: id }) => id)).toEqual([traceId(3), traceId(4)]);
  });
});
