import type { Logger } from 'pino';
import { SPAN_KINDS, SPAN_TYPES, type SpanKind, SpanlineError, type SpanStatus, type SpanType } from '@spanline/record';
import type { ForeignContext, ScoreOptions, Span, SpanOptions, Tracer, TracerOptions } from '../api/index.ts';
import { createCapture } from '../capture/index.ts';
import { extractContext, isSpanId, isTraceId, newBootId, newSpanId, runWith } from '../context/index.ts';
import { writeAlert } from '../events/alert.ts';
import { writeScore } from '../events/score.ts';
import { startStatsLine } from '../events/stats-line.ts';
import { createLogger, createWriter, destinationKind } from '../log/index.ts';
import { createPipeline } from '../pipeline/pipeline.ts';
import { createSampler } from '../pipeline/sampler.ts';
import { createStats } from '../pipeline/stats.ts';
import { createClock } from '../trace/clock.ts';
import { injectCurrent } from '../trace/inject.ts';
import { linkTo } from '../trace/link-to.ts';
import { NOOP_SPAN } from '../trace/noop.ts';
import { isSpan, RecordedSpan, type SpanHost } from '../trace/span.ts';
import { runInSpan } from '../trace/with-span.ts';
import { createPricer } from '../usage/index.ts';
import { onProcessExit, onTermination } from './exit.ts';
import { flushLogger } from './flush-logger.ts';
import { checkLevel, resolveOptions } from './options.ts';
import { activeOtelSpan } from './otel-context.ts';
import { createPlace, valuesFor } from './parent.ts';

const CLIENT_TYPES: ReadonlySet<SpanType> = new Set<SpanType>(['llm', 'embedding', 'retriever']);
const KNOWN_TYPES: ReadonlySet<string> = new Set(SPAN_TYPES);
const KNOWN_KINDS: ReadonlySet<string> = new Set(SPAN_KINDS);

function kindOf(type: SpanType): SpanKind {
  if (type === 'http') return 'SERVER';
  return CLIENT_TYPES.has(type) ? 'CLIENT' : 'INTERNAL';
}

/**
 * True where the application wrote a span for a model call by hand and a source tells the same call, or the calls that it comes to: a client that is wrapped, a framework's model. The outer span
 * leaves tokens and cost to the inner ones.
 */
function isCallOf(outer: RecordedSpan | undefined, { type, seed }: RecordedSpan): outer is RecordedSpan {
  if (outer === undefined || seed.scope === undefined || outer.seed.scope !== undefined) return false;
  return outer.type === type && (type === 'llm' || type === 'embedding');
}

/**
 * Creates a tracer: starts spans, runs code inside them and writes one JSON line for each through a pino logger. Opens no socket, reads no file but the
 * nearest package.json (for the service's name), and starts one unref'd timer for the stats line.
 *
 * @throws SpanlineError when an option or a `SPANLINE_*` variable is wrong; nothing throws afterwards
 *
 * @example
 * ```ts
 * import { createTracer } from '@spanline/core';
 *
 * const tracer = createTracer({ service: { name: 'support-bot', version: '1.4.2' } });
 * const answer = await tracer.withSpan({ name: 'answer', type: 'chain' }, async (span) => {
 *   span.input('How do I log in?');
 *   return 'Use the button.';
 * });
 * ```
 */
export function createTracer(options: TracerOptions = {}): Tracer {
  const resolved = resolveOptions(options, process.env);
  const logger = options.logger ?? createLogger({ profile: resolved.profile });
  checkLevel(resolved.level, logger);
  const clock = options.clock ?? createClock();
  const stats = createStats();
  const sampler = createSampler(resolved.sampling);
  const parentContext = options.parentContext ?? activeOtelSpan;
  const open = new Set<RecordedSpan>();
  const pipeline = createPipeline({
    resource: resolved.resource,
    level: resolved.level,
    profile: resolved.profile,
    pricer: createPricer(options.prices === undefined ? {} : { prices: options.prices }),
    capture: createCapture({
      capture: resolved.capture,
      destination: destinationKind(logger),
      deltas: resolved.deltas,
      ...(options.redact === undefined ? {} : { redact: options.redact }),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      ...(resolved.hashKey === undefined ? {} : { hashKey: resolved.hashKey }),
    }),
    writer: createWriter(logger),
    contentWriter: options.content === undefined ? undefined : createWriter(options.content.destination),
    sampling: resolved.sampling,
    stats,
    bootId: newBootId(),
  });

  function foreignContext(): ForeignContext | undefined {
    try {
      const foreign = parentContext();
      if (foreign === undefined || (isTraceId(foreign.traceId) && isSpanId(foreign.spanId))) return foreign;
      stats.internalError('parentContext', 'the ids are not hexadecimal');
      return undefined;
    } catch (error) {
      stats.internalError('parentContext', error);
      return undefined;
    }
  }

  const place = createPlace(sampler, foreignContext);

  function score(scoreOptions: ScoreOptions): void {
    if (!resolved.enabled) return;
    try {
      writeScore(pipeline, scoreOptions, clock.now());
    } catch (error) {
      stats.internalError('score', error);
    }
  }

  const host: SpanHost = {
    score,
    maxLabels: resolved.maxLabels,
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    internalError: (where, error) => stats.internalError(where, error),
    finish(span): void {
      open.delete(span);
      pipeline.ended(span);
    },
  };

  function startSpan(given: SpanOptions | string): Span {
    const spanOptions: SpanOptions = typeof given === 'string' ? { name: given } : given;
    const type = spanOptions.type !== undefined && KNOWN_TYPES.has(spanOptions.type) ? spanOptions.type : 'task';
    const kind = spanOptions.kind !== undefined && KNOWN_KINDS.has(spanOptions.kind) ? spanOptions.kind : kindOf(type);
    const placement = place(spanOptions.parent, kind);
    const now = clock.now();
    const monotonic = clock.monotonic();
    const startEpochMs = Number.isFinite(spanOptions.startTime) ? (spanOptions.startTime ?? now) : now;
    // Field by field: after a spread, V8 defines every further field of a literal on its slow path (measured: 10 µs a span).
    const span = new RecordedSpan(host, {
      traceId: placement.traceId,
      parentSpanId: placement.parentSpanId,
      traceFlags: placement.traceFlags,
      traceState: placement.traceState,
      remoteParent: placement.remoteParent,
      foreign: placement.foreign,
      parent: placement.parent,
      local: placement.local,
      spanId: newSpanId(),
      name: typeof spanOptions.name === 'string' && spanOptions.name !== '' ? spanOptions.name : type,
      type,
      kind,
      scope: spanOptions.scope,
      values: valuesFor(placement.parent),
      capture: spanOptions.capture,
      startEpochMs,
      startMonotonicMs: monotonic - Math.max(0, now - startEpochMs),
    });
    open.add(span);
    if (isCallOf(placement.parent, span)) placement.parent.billedBelow = true;
    if (spanOptions.link !== undefined) linkTo(span, spanOptions.link.traceId);
    if (spanOptions.attributes !== undefined) span.set(spanOptions.attributes);
    for (const key in spanOptions.labels) span.label(key, spanOptions.labels[key] ?? '');
    if (spanOptions.tags !== undefined) span.tag(...spanOptions.tags);
    if (spanOptions.input !== undefined) span.input(spanOptions.input);
    if (resolved.emitStarts) pipeline.started(span);
    if (open.size > resolved.maxOpenSpans) closeOldest();
    return span;
  }

  /** Ends a span that its source left open, with what the source knows until now. */
  function giveUp(span: RecordedSpan, status: SpanStatus): void {
    stats.unfinished();
    try {
      span.leftOpen?.();
    } catch (error) {
      stats.internalError('leftOpen', error);
    }
    span.end({ status });
  }

  function closeOldest(): void {
    const [oldest] = open;
    if (oldest !== undefined) giveUp(oldest, 'abandoned');
  }

  /** Innermost first, so that a parent's roll-up has its children. */
  function closeAll(): void {
    pipeline.drain();
    for (const span of [...open].toReversed()) giveUp(span, 'unfinished');
    pipeline.drain();
  }

  const statsLine = startStatsLine({
    pipeline,
    intervalSeconds: resolved.enabled ? resolved.statsIntervalSeconds : 0,
    now: () => clock.now(),
    stats: () => stats.read(open.size),
    internalError: (where, error) => stats.internalError(where, error),
  });
  const removeExitHook = onProcessExit(closeAll);
  const removeSignalHook = resolved.sampling.tail === undefined ? undefined : onTermination(() => pipeline.drain());

  const flushed = (target: Logger): Promise<void> =>
    flushLogger(target).catch((error: unknown) => stats.internalError('flush', error));

  async function flush(): Promise<void> {
    await pipeline.settled();
    await flushed(logger);
    if (options.content !== undefined) await flushed(options.content.destination);
  }

  const tracer: Tracer & { readonly internals: SpanHost } = {
    logger,
    enabled: resolved.enabled,
    internals: host,
    startSpan: (spanOptions) => {
      if (!resolved.enabled) return NOOP_SPAN;
      try {
        return startSpan(spanOptions);
      } catch (error) {
        stats.internalError('startSpan', error);
        return NOOP_SPAN;
      }
    },
    withSpan: (spanOptions, fn) =>
      resolved.enabled ? runInSpan(tracer, tracer.startSpan(spanOptions), fn) : fn(NOOP_SPAN),
    run: (span, fn) => (span === NOOP_SPAN ? fn() : runWith(span, valuesFor(isSpan(span) ? span : undefined), fn)),
    score,
    alert(alertOptions): void {
      if (!resolved.enabled) return;
      try {
        writeAlert(pipeline, alertOptions, clock.now());
      } catch (error) {
        stats.internalError('alert', error);
      }
    },
    onSpanEnd(observer) {
      requireFunction('onSpanEnd(observer)', observer);
      pipeline.spanObservers.add(observer);
      return () => void pipeline.spanObservers.delete(observer);
    },
    onRecord(observer) {
      requireFunction('onRecord(observer)', observer);
      pipeline.recordObservers.add(observer);
      return () => void pipeline.recordObservers.delete(observer);
    },
    gauge(name, read) {
      requireFunction('gauge(name, read)', read);
      return statsLine.gauge(name, read);
    },
    inject(headers) {
      injectCurrent(headers);
      return headers;
    },
    extract: (headers) => extractContext(headers),
    stats: () => stats.read(open.size),
    flush,
    async shutdown(): Promise<void> {
      closeAll();
      statsLine.stop();
      if (resolved.enabled && resolved.statsIntervalSeconds > 0) statsLine.write();
      removeExitHook();
      removeSignalHook?.();
      pipeline.stop();
      await flush();
    },
  };
  return tracer;
}

function requireFunction(option: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new SpanlineError({ code: 'ERR_INVALID_ARGUMENT', option, expected: 'a function', got: value });
}
