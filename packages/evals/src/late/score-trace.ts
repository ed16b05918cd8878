/** Scores of a trace that was logged before. */
import { defaultTracer, type Tracer } from '@spanline/core';
import { checkOptions, option, type Shape } from '@spanline/record';
import { createOutside } from '../evaluating.ts';
import type { Feedback } from '../feedback/feedback.ts';
import { readVerdict } from '../feedback/verdict.ts';
import type { EvaluatedSpan } from '../subject/evaluated-span.ts';
import type { Subject } from '../subject/open-traces.ts';
import { readEvaluatedSpans } from '../subject/read-spans.ts';

/** Options of {@link scoreTrace}. */
export interface ScoreTraceOptions {
  /** Scores that are computed, as `feedback()` describes them. Their `sample` does not count. */
  feedback: readonly Feedback[];
  /** Writes the score lines, and the spans of judges. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** Milliseconds after which an evaluator has failed, 1 to 600,000. @defaultValue 30000 */
  timeoutMs?: number;
}

/** A score that {@link scoreTrace} wrote. */
export interface TraceScore {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly value: number | string | boolean;
}

/** Result of {@link scoreTrace}. */
export interface ScoredTrace {
  readonly scores: readonly TraceScore[];
  /** Evaluators that threw, took too long, or returned no score. A failure is never a score of 0. */
  readonly failures: readonly { readonly name: string; readonly error: unknown }[];
}

const SHAPE: Shape<ScoreTraceOptions> = {
  feedback: option.required(
    option.list(
      option.like<Feedback>('a feedback function', (value) => typeof (value as Feedback).evaluate === 'function'),
      'an array of feedback functions',
    ),
  ) as Shape<ScoreTraceOptions>['feedback'],
  tracer: option.like<Tracer>('a tracer', (value) => typeof (value as Tracer).score === 'function'),
  timeoutMs: option.number({ min: 1, max: 600_000 }),
};

/** A span with the spans below it. */
export function subjectOf(span: EvaluatedSpan, spans: readonly EvaluatedSpan[]): Subject {
  const family = new Set([span.spanId]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const { spanId, parentSpanId } of spans) if (family.has(parentSpanId ?? '')) family.add(spanId);
  }
  return { span, below: spans.filter((one) => one !== span && family.has(one.spanId)) };
}

/**
 * Scores a trace from its lines, as `createEvals` scores spans while they end: the same feedback functions, fields and
 * score lines. Evaluators see the content that the lines have.
 *
 * @param lines - lines of one trace, in any order and any profile. A span without its parent among them is a first span
 *   of the trace.
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { feedback, field, groundedness, scoreTrace } from '@spanline/evals';
 *
 * const faithfulness = feedback({
 *   name: 'faithfulness',
 *   on: { answer: field.answer, documents: field.documents },
 *   fn: groundedness(),
 * });
 * const lines = readFileSync('trace.ndjson', 'utf8').split('\n');
 * const { scores } = await scoreTrace(lines, { feedback: [faithfulness] });
 * ```
 */
export async function scoreTrace(lines: Iterable<string | object>, options: ScoreTraceOptions): Promise<ScoredTrace> {
  checkOptions(SHAPE, options);
  const { feedback, timeoutMs = 30_000 } = options;
  const tracer = options.tracer ?? defaultTracer();
  const outside = createOutside();
  const spans = readEvaluatedSpans(lines);
  const scores: TraceScore[] = [];
  const failures: { name: string; error: unknown }[] = [];

  async function ask(one: Feedback, values: Readonly<Record<string, unknown>>, traceId: string): Promise<unknown> {
    const signal = AbortSignal.timeout(timeoutMs);
    const evaluate = (): unknown => one.evaluate(values, { signal });
    const result =
      one.source === 'code'
        ? evaluate()
        : tracer.withSpan(
            { name: `evaluate ${one.name}`, type: 'evaluator', parent: null, link: { traceId } },
            evaluate,
          );
    let stop = (): void => undefined;
    const aborted = new Promise<never>((_, reject) => {
      stop = () => reject(signal.reason as Error);
      signal.addEventListener('abort', stop);
    });
    return Promise.race([result, aborted]).finally(() => signal.removeEventListener('abort', stop));
  }

  async function score(one: Feedback, span: EvaluatedSpan): Promise<void> {
    const subject = subjectOf(span, spans);
    if (!one.matches(span, () => subject)) return;
    const values = one.select(subject);
    if (values === undefined) return;
    const { traceId, spanId, values: context } = span;
    const begin = performance.now();
    const verdict = readVerdict(await outside(() => ask(one, values, traceId)));
    if (verdict === undefined) return;
    const { requestId, sessionId } = context;
    tracer.score({
      name: one.name,
      source: one.source,
      ...verdict,
      traceId,
      spanId,
      ...(requestId === undefined ? {} : { requestId }),
      ...(sessionId === undefined ? {} : { sessionId }),
      latencyMs: performance.now() - begin,
    });
    scores.push({ name: one.name, traceId, spanId, value: verdict.value });
  }

  for (const span of spans) {
    for (const one of feedback) {
      try {
        await score(one, span);
      } catch (error) {
        failures.push({ name: one.name, error });
      }
    }
  }
  return { scores, failures };
}
