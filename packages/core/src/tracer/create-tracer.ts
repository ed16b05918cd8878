/** The tracer and its methods. */
import { SpanlineError } from '@spanline/record';
import type { Span, SpanOptions, Tracer, TracerOptions } from '../api/index.ts';
import { extractContext, isTraceId, runWith } from '../context/index.ts';
import { startStatsLine } from '../events/index.ts';
import { readProperty } from '../gate/index.ts';
import { createSampler } from '../pipeline/index.ts';
import {
  ADOPT,
  type AdoptedIds,
  type ConfiguredTracer,
  injectCurrent,
  isRecorded,
  type RecordedSpan,
  NOOP_SPAN,
  OWNER,
  type OwningTracer,
  register,
  runInSpan,
  unregister,
} from '../trace/index.ts';
import { activeOtelSpan, safeParentContext } from './foreign-context.ts';
import { createLifecycle } from './lifecycle.ts';
import { createParentResolver, inheritedValues } from './resolve-parent.ts';
import { createSpanStarter } from './start-span.ts';
import { createTracerParts, type TracerParts } from './tracer-parts.ts';

/** Creates `startSpan`, which never throws. */
function createStart(
  parts: TracerParts,
  options: TracerOptions,
): (options: SpanOptions | string, ids?: AdoptedIds) => Span {
  const { resolved, stats, pipeline, openSpans, owner } = parts;
  const foreignContext = safeParentContext(options.parentContext ?? activeOtelSpan, owner.internalError);
  const resolveParent = createParentResolver(createSampler(resolved.sampling), foreignContext);
  const start = createSpanStarter(owner, resolveParent, openSpans);
  return (given, ids) => {
    if (!resolved.enabled) return NOOP_SPAN;
    try {
      const span = start(typeof given === 'string' ? { name: given } : given, ids);
      if (resolved.emitStarts) pipeline.started(span);
      openSpans.enforceLimit();
      return span;
    } catch (error) {
      stats.internalError('startSpan', error);
      return NOOP_SPAN;
    }
  };
}

function requireFunction(option: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new SpanlineError({ code: 'ERR_INVALID_ARGUMENT', option, expected: 'a function', got: value });
}

function subscribe<T>(option: string, observers: Set<T>, observer: T): () => void {
  requireFunction(option, observer);
  observers.add(observer);
  return () => void observers.delete(observer);
}

/** A tracer that is in no registry, and how it hands over to another one. */
function buildTracer(options: TracerOptions): ConfiguredTracer {
  const parts = createTracerParts(options);
  const { resolved, logger, stats, pipeline, openSpans, owner, alert } = parts;
  const { enabled, statsIntervalSeconds } = resolved;
  const readStats = () => stats.read(openSpans.size);
  const startSpan = createStart(parts, options);
  const statsLine = startStatsLine({
    pipeline,
    intervalSeconds: enabled ? statsIntervalSeconds : 0,
    now: owner.now,
    stats: readStats,
    internalError: owner.internalError,
  });
  const lifecycle = createLifecycle({
    pipeline,
    openSpans,
    loggers: options.content === undefined ? [logger] : [logger, options.content.destination],
    closeStats: () => statsLine.close(),
    internalError: owner.internalError,
  });
  const tracer: OwningTracer = {
    [OWNER]: owner,
    [ADOPT]: startSpan,
    logger,
    enabled,
    startSpan: (spanOptions) => startSpan(spanOptions),
    withSpan: (spanOptions, fn) => (enabled ? runInSpan(tracer, startSpan(spanOptions), fn) : fn(NOOP_SPAN)),
    run(span, fn) {
      const own = ownSpan(span);
      if (own !== undefined) return runWith(own, inheritedValues(own), fn);
      return isTraceId(readProperty(span, 'traceId')) ? runWith(span, inheritedValues(undefined), fn) : fn();
    },
    score: owner.score,
    alert,
    onSpanEnd: (observer) => subscribe('onSpanEnd(observer)', pipeline.spanObservers, observer),
    onRecord: (observer) => subscribe('onRecord(observer)', pipeline.recordObservers, observer),
    gauge(name, read) {
      requireFunction('gauge(name, read)', read);
      return statsLine.gauge(name, read);
    },
    inject(headers) {
      try {
        injectCurrent(headers);
      } catch (error) {
        stats.internalError('inject', error);
      }
      return headers;
    },
    extract: (headers) => extractContext(headers),
    stats: readStats,
    flush: () => lifecycle.flush(),
    shutdown(): Promise<void> {
      const done = lifecycle.shutdown();
      unregister(tracer);
      return done;
    },
  };
  owner.tracer = tracer;
  return {
    tracer,
    handOver(heir): void {
      parts.handOver(heir);
      statsLine.cancel();
      lifecycle.release();
    },
  };
}

/** Creates the tracer that `SPANLINE_*` configures. */
export function configuredTracer(): ConfiguredTracer {
  return buildTracer({});
}

/** A span of this package; `undefined` for any other one, and for one that cannot be read. */
function ownSpan(span: Span): RecordedSpan | undefined {
  try {
    return isRecorded(span) ? span : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Creates a tracer, which starts spans, runs code inside them and writes one JSON line for each through a pino logger.
 * It opens no socket, reads no file except the nearest package.json (for the service's name), and starts one unref'd
 * timer for the stats line. The first tracer of a process serves everything that is given none (`defaultTracer`).
 *
 * @throws SpanlineError if an option or a `SPANLINE_*` variable is invalid. Nothing throws afterwards.
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
  const { tracer } = buildTracer(options);
  register(tracer);
  return tracer;
}
