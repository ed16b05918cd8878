import { describe, expect, it } from 'vitest';
import { createTracer, type SpanRecord, validate } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { SpanEvaluations } from '../src/index.ts';

const SPAN = 'a7bdd4eb4d93c92d';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('SpanEvaluations', () => {
  it('writes a score line for each row', () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    const evaluations = new SpanEvaluations({
      evalName: 'hallucination',
      rows: [
        {
          'context.span_id': SPAN,
          'context.trace_id': TRACE,
          score: 1,
          label: 'hallucinated',
          explanation: 'No source.',
        },
        { 'context.span_id': SPAN, score: '0.25' },
        { 'context.span_id': SPAN, label: 'factual' },
      ],
    });
    expect(evaluations.logEvaluations({ tracer })).toEqual({ logged: 3, rejected: [] });
    const lines = log
      .lines()
      .filter((line) => line['event.name'] === 'gen_ai.evaluation.result') as unknown as SpanRecord[];
    for (const line of lines) expect(validate(line)).toEqual({ valid: true });
    expect(lines).toMatchObject([
      {
        span_id: SPAN,
        trace_id: TRACE,
        'gen_ai.evaluation.name': 'hallucination',
        'gen_ai.evaluation.score.value': 1,
        'spanline.evaluation.label': 'hallucinated',
        'spanline.evaluation.source': 'llm_judge',
        'gen_ai.evaluation.explanation': 'No source.',
      },
      { span_id: SPAN, 'gen_ai.evaluation.score.value': 0.25 },
      { span_id: SPAN, 'spanline.evaluation.label': 'factual' },
    ]);
  });

  it('names the rows that it leaves out', () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    const rows = [
      { 'context.span_id': 'x', score: 1 },
      { 'context.span_id': SPAN, score: null },
      { 'context.span_id': SPAN, score: Number.NaN },
      { 'context.span_id': SPAN, 'context.trace_id': 'no', score: 1 },
      { 'context.span_id': SPAN, score: '' },
      { 'context.span_id': SPAN, score: 'NaN', label: 'factual' },
      { 'context.span_id': SPAN, score: '-inf' },
    ];
    expect(new SpanEvaluations({ evalName: 'x', rows }).logEvaluations({ tracer })).toEqual({
      logged: 0,
      rejected: [
        { row: 0, reason: 'context.span_id must be 16 lower-case hex digits' },
        { row: 1, reason: 'a row needs a score or a label' },
        { row: 2, reason: 'score must be a finite number' },
        { row: 3, reason: 'context.trace_id must be 32 lower-case hex digits' },
        { row: 4, reason: 'a row needs a score or a label' },
        { row: 5, reason: 'score must be a finite number' },
        { row: 6, reason: 'score must be a finite number' },
      ],
    });
  });

  it('shows its first rows', () => {
    const rows = Array.from({ length: 9 }, () => ({ 'context.span_id': SPAN, score: 1 }));
    const evaluations = new SpanEvaluations({ evalName: 'x', rows });
    expect(evaluations.head()).toHaveLength(5);
    expect(evaluations.head(2)).toHaveLength(2);
  });

  it.each([
    [{ rows: [] }, /evalName must be a non-empty string/],
    [{ evalName: 'x' }, /rows must be an array/],
    [{ evalName: 'x', rows: [1] }, /rows\[0\] must be an object/],
    [{ evalName: 'x', rows: [], evalname: 'y' }, /unknown option "evalname"/],
  ])('refuses %j', (options, message) => {
    expect(() => new SpanEvaluations(options as never)).toThrow(message);
  });
});
