import { on } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScoreOptions, Tracer } from '../../src/api/index.ts';
import { createTracer, parseLine, score, type SpanRecord, validate, withContext } from '../../src/index.ts';
import { renderTrace } from '../../src/pretty.ts';
import { type MemoryLog, memoryLog } from '../../src/testing.ts';

interface World {
  log: MemoryLog;
  tracer: Tracer;
  /** The score lines, in canonical form. */
  scores(): SpanRecord[];
}

function setUp(options: Parameters<typeof createTracer>[0] = {}): World {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0, ...options });
  const scores = (): SpanRecord[] =>
    log.lines().flatMap((line) => {
      const parsed = parseLine(line);
      return parsed?.kind === 'score' ? [parsed.record] : [];
    });
  return { log, tracer, scores };
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

/** The only score that `options` make. */
function written(options: ScoreOptions): SpanRecord {
  const { tracer, scores } = setUp();
  tracer.score(options);
  const [record, ...more] = scores();
  if (record === undefined || more.length > 0) throw new Error(`${more.length + 1} scores`);
  expect(validate(record)).toEqual({ valid: true });
  return record;
}

describe('the value of a score', () => {
  it('that is a number stands as it is, without a label', () => {
    for (const value of [0.92, 0, -3, 17]) {
      const record = written({ name: 'faithfulness', value });
      expect(record['gen_ai.evaluation.score.value']).toBe(value);
      expect(record).not.toHaveProperty('spanline.evaluation.label');
    }
  });

  it('that is a category is a label, without a number', () => {
    const record = written({ name: 'tone', value: 'formal' });
    expect(record['spanline.evaluation.label']).toBe('formal');
    expect(record).not.toHaveProperty('gen_ai.evaluation.score.value');
  });

  it('that is yes or no is 1 or 0 with a label, so that it can be averaged and read', () => {
    expect(written({ name: 'helpful', value: true })).toMatchObject({
      'gen_ai.evaluation.score.value': 1,
      'spanline.evaluation.label': 'true',
    });
    expect(written({ name: 'helpful', value: false })).toMatchObject({
      'gen_ai.evaluation.score.value': 0,
      'spanline.evaluation.label': 'false',
    });
  });

  it('may have a label of its own, whatever it is', () => {
    expect(written({ name: 'stars', value: 4, label: 'good' })).toMatchObject({
      'gen_ai.evaluation.score.value': 4,
      'spanline.evaluation.label': 'good',
    });
    expect(written({ name: 'helpful', value: true, label: 'thumbs up' })).toMatchObject({
      'gen_ai.evaluation.score.value': 1,
      'spanline.evaluation.label': 'thumbs up',
    });
  });

  it('that is no number is written without one', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(written({ name: 'odd', value })).not.toHaveProperty('gen_ai.evaluation.score.value');
    }
  });
});

describe('who judged, and why', () => {
  it('stands on the line', () => {
    for (const source of ['user', 'code', 'llm_judge'] as const) {
      expect(written({ name: 'good', value: 1, source, explanation: 'All claims have a source.' })).toMatchObject({
        'spanline.evaluation.source': source,
        'gen_ai.evaluation.explanation': 'All claims have a source.',
      });
    }
  });

  it('is code, where nothing or nothing known is said, and no explanation is none', () => {
    for (const more of [{}, { source: 'somebody' as never }, { explanation: '' }]) {
      const record = written({ name: 'good', value: 1, ...more });
      expect(record['spanline.evaluation.source']).toBe('code');
      expect(record).not.toHaveProperty('gen_ai.evaluation.explanation');
    }
  });

  it('passes redaction like all that is written', () => {
    const record = written({ name: 'good', value: 1, explanation: 'says ann@example.org' });
    expect(record['gen_ai.evaluation.explanation']).toBe('says [EMAIL_1]');
  });
});

describe('what a score is about', () => {
  it('is the span whose ids it is given', () => {
    expect(written({ name: 'good', value: 1, traceId: TRACE, spanId: SPAN })).toMatchObject({
      trace_id: TRACE,
      span_id: SPAN,
    });
  });

  it('is the whole trace, where only its id is given, also inside of another span', () => {
    const { tracer, scores } = setUp();
    tracer.withSpan('other', () => tracer.score({ name: 'good', value: 1, traceId: TRACE }));
    expect(scores()).toMatchObject([{ trace_id: TRACE }]);
    expect(scores()[0]).not.toHaveProperty('span_id');
  });

  it('is the session whose id it is given, or the request', () => {
    const record = written({ name: 'solved', value: true, sessionId: 's1' });
    expect(record['session.id']).toBe('s1');
    expect(record).not.toHaveProperty('trace_id');
    expect(written({ name: 'solved', value: true, requestId: 'r1' })['http.request.id']).toBe('r1');
  });

  it('is the innermost open span otherwise, by its tracer, for its session, user and request', () => {
    const { log, tracer, scores } = setUp();
    withContext({ sessionId: 's1', userId: 'u1', requestId: 'r1' }, () =>
      tracer.withSpan('outer', () => tracer.withSpan('inner', () => score({ name: 'good', value: 1 }))),
    );
    const inner = log.records().find((record) => record['span.name'] === 'inner');
    expect(scores()).toMatchObject([
      {
        trace_id: inner?.trace_id,
        span_id: inner?.span_id,
        'session.id': 's1',
        'user.id': 'u1',
        'http.request.id': 'r1',
      },
    ]);
  });
});

it('an option of a score that does not exist is counted, and named in a warning', async () => {
  const { tracer, scores } = setUp();
  const warnings = on(process, 'warning') as AsyncIterableIterator<[Error]>;
  tracer.score({ name: 'tone', value: 1, span: SPAN } as never);
  tracer.score({ name: 'tone', value: 1, spanId: SPAN });
  expect(scores().map((record) => record.span_id)).toEqual([undefined, SPAN]);
  expect(tracer.stats().internalErrors).toBe(1);
  for await (const [{ message }] of warnings) if (message.includes('fault in score option span (unknown)')) break;
});

describe('a score from another process', () => {
  it('joins the trace by its ids and stands in its tree', () => {
    const service = setUp();
    const kept = service.tracer.withSpan({ name: 'answer', type: 'chain' }, ({ traceId, spanId }) => ({
      traceId,
      spanId,
    }));
    const feedback = setUp({ service: { name: 'feedback' } });
    feedback.tracer.score({ ...kept, name: 'thumbs', value: 'up', source: 'user' });
    const [line] = feedback.scores();
    const [span] = service.log.records();
    expect(line).toMatchObject({ trace_id: span?.trace_id, span_id: span?.span_id, 'service.name': 'feedback' });
    expect(renderTrace([...service.log.records(), ...feedback.scores()])).toContain('score thumbs up');
  });

  it('is read the same from a log of every profile', () => {
    for (const profile of ['otel', 'ecs', 'datadog'] as const) {
      const log = memoryLog({ profile });
      const tracer = createTracer({ logger: log.logger, profile, statsIntervalSeconds: 0 });
      tracer.score({ traceId: TRACE, spanId: SPAN, name: 'thumbs', value: true, source: 'user', explanation: 'short' });
      expect(parseLine(log.raw()[0] ?? '')).toMatchObject({
        kind: 'score',
        record: {
          trace_id: TRACE,
          span_id: SPAN,
          'gen_ai.evaluation.name': 'thumbs',
          'gen_ai.evaluation.score.value': 1,
          'spanline.evaluation.source': 'user',
          'gen_ai.evaluation.explanation': 'short',
        },
      });
    }
  });
});

describe('observers', () => {
  it('of records see scores as they are written; those of spans do not', () => {
    const { tracer, scores } = setUp();
    const seen: SpanRecord[] = [];
    const ended: string[] = [];
    const stop = tracer.onRecord((record) => seen.push(JSON.parse(JSON.stringify(record)) as SpanRecord));
    tracer.onSpanEnd(({ span }) => ended.push(span.name));
    tracer.withSpan('work', () => tracer.score({ name: 'good', value: true, explanation: 'says ann@example.org' }));
    stop();
    tracer.score({ name: 'unseen', value: 1 });
    expect(seen.map((record) => record['event.name'])).toEqual(['gen_ai.evaluation.result', 'span.end']);
    expect(scores()[0]).toMatchObject({ ...seen[0] });
    expect(seen[0]?.['gen_ai.evaluation.explanation']).toBe('says [EMAIL_1]');
    expect(ended).toEqual(['work']);
  });

  it('see scores of traces that are not sampled', () => {
    const { tracer, scores } = setUp({ sampling: { ratio: 0 } });
    const seen: unknown[] = [];
    tracer.onRecord((record) => seen.push(record['gen_ai.evaluation.name']));
    tracer.withSpan('work', () => tracer.score({ name: 'good', value: 1 }));
    expect(seen).toContain('good');
    expect(scores()).toHaveLength(1);
  });
});

it('whatever it is given, a score never throws, its line fits the schema, and one that cannot be written is counted', () => {
  const { tracer, scores } = setUp();
  fc.assert(
    fc.property(fc.anything(), fc.anything(), fc.anything(), (value, text, id) => {
      const options = { name: text, value, label: text, explanation: text, source: text, traceId: id, spanId: id };
      tracer.score({ ...options, requestId: id, sessionId: id } as never);
    }),
    { numRuns: 100 },
  );
  expect(scores().length + tracer.stats().internalErrors).toBe(100);
  for (const record of scores()) expect(validate(record)).toEqual({ valid: true });
});
