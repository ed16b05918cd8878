/** Scores the spans of a tracer while the application runs. */
import { defaultTracer, type EndedSpan, type Span, type Tracer } from '@spanline/core';
import { evaluatedTrace, type EvaluatedTrace } from '@spanline/core/internal';
import { checkOptions, option, type Shape } from '@spanline/record';
import { createOutside, isEvaluating } from '../evaluating.ts';
import type { EvaluatorContext, Feedback } from '../feedback/feedback.ts';
import { isKept } from '../feedback/keep.ts';
import { readVerdict, type Verdict } from '../feedback/verdict.ts';
import { evaluatedSpan, type EvaluatedSpan } from '../subject/evaluated-span.ts';
import { OpenTraces, type Subject } from '../subject/open-traces.ts';
import { describeFailure } from './describe-failure.ts';
import { Queue } from './queue.ts';

/** Options of {@link createEvals}. */
export interface EvalsOptions {
  /** Scores that are computed, as {@link feedback} describes them. */
  feedback: readonly Feedback[];
  /** The tracer whose spans are scored. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
  /** Evaluators that wait for something at once, 1 to 100. @defaultValue 4 */
  concurrency?: number;
  /** Evaluations that wait, 1 to 100,000. Of more, the newest are dropped and counted. @defaultValue 1000 */
  queue?: number;
  /** Milliseconds after which an evaluator has failed, 1 to 600,000. @defaultValue 30000 */
  timeoutMs?: number;
  /**
   * Gets what an evaluator threw. The standard error names only its class, because messages may quote content.
   *
   * @defaultValue none
   */
  onFailure?: (failure: EvaluatorFailure) => void;
}

/** A failed evaluator, as {@link EvalsOptions.onFailure} gets it. */
export interface EvaluatorFailure {
  /** Name of the score. */
  readonly name: string;
  readonly error: unknown;
}

/** Counters of evaluations since the start. */
export interface EvalsStats {
  /** Scores that were written. */
  scored: number;
  /** Evaluations without a score: a field had no value, or the evaluator said that it does not apply. */
  skipped: number;
  /** Evaluations of traces outside the sample. */
  sampledOut: number;
  /** Evaluators that threw, took too long, or returned no score. A failure is never a score of 0. */
  failed: number;
  /** Evaluations that found the queue full. */
  dropped: number;
  /** Evaluations that wait or run now. */
  waiting: number;
}

/** Scores spans, as {@link createEvals} returns it. */
export interface Evals {
  /** Returns the counters since the start. */
  stats(): EvalsStats;
  /** Resolves when no evaluation waits or runs. */
  settled(): Promise<void>;
  /** Takes no more spans, then waits for the evaluations. */
  close(): Promise<void>;
}

const SHAPE: Shape<EvalsOptions> = {
  feedback: option.required(
    option.list(
      option.like<Feedback>('a feedback function', (value) => typeof (value as Feedback).evaluate === 'function'),
      'an array of feedback functions',
    ),
  ) as Shape<EvalsOptions>['feedback'],
  tracer: option.like<Tracer>('a tracer', (value) => typeof (value as Tracer).onSpanEnd === 'function'),
  concurrency: option.number({ min: 1, max: 100, integer: true }),
  queue: option.number({ min: 1, max: 100_000, integer: true }),
  timeoutMs: option.number({ min: 1, max: 600_000 }),
  onFailure: option.callback(),
};

/** A number from 0 to 1 that is the same for all spans of a trace. */
const shareOf = (traceId: string): number => Number.parseInt(traceId.slice(-8), 16) / 2 ** 32;

/** Tells the trace of a score: capture policies see it, and a low one keeps the trace. */
function decide({ name, keep }: Feedback, verdict: Verdict, trace: EvaluatedTrace): void {
  const { value } = verdict;
  trace.remember(name, typeof value === 'boolean' ? Number(value) : value);
  if (keep === undefined || !isKept(verdict, keep)) return;
  if (keep.capture !== undefined) trace.raise(keep.capture, `score:${name}`);
  trace.keep();
}

/** Most evaluators answer at once and need no timer. */
function createContext(timeoutMs: number): EvaluatorContext {
  let signal: AbortSignal | undefined;
  return {
    get signal() {
      return (signal ??= AbortSignal.timeout(timeoutMs));
    },
  };
}

/** Waits for a result, and fails when the signal fires. */
async function unlessAborted(result: unknown, context: EvaluatorContext): Promise<unknown> {
  if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') return result;
  const { signal } = context;
  let fail = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    fail = () => reject(signal.reason as Error);
    signal.addEventListener('abort', fail);
  });
  return Promise.race([result, aborted]).finally(() => signal.removeEventListener('abort', fail));
}

/**
 * Scores the spans of a tracer. Evaluators get the content before capture and redaction, also in `metadata` mode, where
 * only their scores leave the process. They run after the host's own work, so that no answer waits for them.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { createTracer } from '@spanline/core';
 * import { createEvals, feedback, field, groundedness, promptInjection } from '@spanline/evals';
 *
 * const tracer = createTracer();
 * createEvals({
 *   tracer,
 *   feedback: [
 *     feedback({ name: 'faithfulness', on: { answer: field.answer, documents: field.documents }, fn: groundedness() }),
 *     feedback({ name: 'prompt_injection', on: { text: field.question }, fn: promptInjection() }),
 *   ],
 * });
 * ```
 */
export function createEvals(options: EvalsOptions): Evals {
  checkOptions(SHAPE, options);
  const { concurrency = 4, queue: limit = 1000, timeoutMs = 30_000 } = options;
  const tracer = options.tracer ?? defaultTracer();
  const functions = [...options.feedback];
  const queue = new Queue(concurrency, limit);
  const traces = new OpenTraces();
  const outside = createOutside();
  const counts = { scored: 0, skipped: 0, sampledOut: 0, failed: 0, dropped: 0 };
  const reported = new Set<string>();

  function fail({ name }: Feedback, error: unknown): void {
    counts.failed++;
    try {
      options.onFailure?.({ name, error });
    } catch {
      // A failure of a report is not reported.
    }
    if (reported.has(name)) return;
    reported.add(name);
    const reason = describeFailure(error);
    process.emitWarning(`The evaluator of "${name}" failed: ${reason}. Further failures are counted in stats().`, {
      type: 'SpanlineWarning',
      code: 'SPANLINE_EVALS',
    });
  }

  /** A judge has a span of its own in a trace of its own, so that its tokens are never the request's. */
  function withSpanOf(judge: Feedback, span: EvaluatedSpan, run: () => unknown): unknown {
    if (judge.source === 'code') return run();
    const { traceId } = span;
    return tracer.withSpan({ name: `evaluate ${judge.name}`, type: 'evaluator', parent: null, link: { traceId } }, run);
  }

  async function evaluate(
    judge: Feedback,
    span: EvaluatedSpan,
    values: Readonly<Record<string, unknown>>,
    trace: EvaluatedTrace | undefined,
  ): Promise<void> {
    try {
      const own = createContext(timeoutMs);
      const result = withSpanOf(judge, span, () => judge.evaluate(values, own));
      const verdict = readVerdict(await unlessAborted(result, own));
      if (verdict === undefined) {
        counts.skipped++;
        return;
      }
      const { traceId, spanId, values: context, endedMs } = span;
      tracer.score({
        name: judge.name,
        source: judge.source,
        ...verdict,
        traceId,
        spanId,
        ...(context.requestId === undefined ? {} : { requestId: context.requestId }),
        ...(context.sessionId === undefined ? {} : { sessionId: context.sessionId }),
        latencyMs: Math.max(0, Date.now() - endedMs),
      });
      counts.scored++;
      if (trace !== undefined) decide(judge, verdict, trace);
    } catch (error) {
      fail(judge, error);
    } finally {
      if (judge.keep !== undefined) trace?.release();
    }
  }

  function offer(judge: Feedback, ended: Span, span: EvaluatedSpan, subject: () => Subject): void {
    if (!judge.matches(span, subject)) return;
    if (judge.sample < 1 && shareOf(span.traceId) >= judge.sample) {
      counts.sampledOut++;
      return;
    }
    const values = judge.select(subject());
    if (values === undefined) {
      counts.skipped++;
      return;
    }
    const trace = evaluatedTrace(ended);
    if (!queue.add(() => outside(() => evaluate(judge, span, values, trace)))) counts.dropped++;
    else if (judge.keep !== undefined) trace?.hold();
  }

  function onSpanEnd(ended: EndedSpan): void {
    if (isEvaluating() || ended.span.type === 'evaluator') return;
    const span = evaluatedSpan(ended, Date.now());
    const subject = traces.add(span);
    for (const judge of functions) {
      try {
        offer(judge, ended.span, span, subject);
      } catch (error) {
        fail(judge, error);
      }
    }
  }

  const stops = [
    tracer.onSpanEnd(onSpanEnd),
    tracer.gauge('evals_failed', () => counts.failed),
    tracer.gauge('evals_dropped', () => counts.dropped),
  ];
  return {
    stats: () => ({ ...counts, waiting: queue.size }),
    settled: () => queue.settled(),
    close(): Promise<void> {
      for (const stop of stops) stop();
      return queue.settled();
    },
  };
}
