/** The tracer, put together from its parts. */
import type { Logger } from 'pino';
import { SpanlineError } from '@spanline/record';
import type { AlertOptions, Span, SpanOptions, Tracer, TracerOptions } from '../api/index.ts';
import { createCapture } from '../capture/index.ts';
import { extractContext, newBootId, runWith } from '../context/index.ts';
import { startStatsLine, writeAlert, writeScore } from '../events/index.ts';
import { createLogger, createWriter, destinationKind } from '../log/index.ts';
import { createPipeline, createSampler, createStats, type Pipeline, type Stats } from '../pipeline/index.ts';
import { pathOptions } from '../redaction/index.ts';
import {
  createClock,
  injectCurrent,
  isRecorded,
  NOOP_SPAN,
  OWNER,
  type OwningTracer,
  runInSpan,
  type SpanOwner,
} from '../trace/index.ts';
import { createPricer } from '../usage/index.ts';
import { onProcessExit, onTermination } from './exit.ts';
import { flushLogger } from './flush-logger.ts';
import { activeOtelSpan, safeParentContext } from './foreign-context.ts';
import { OpenSpans } from './open-spans.ts';
import { checkLevel, type ResolvedOptions, resolveOptions } from './options.ts';
import { createParentResolver, inheritedValues } from './resolve-parent.ts';
import { createSpanStarter } from './start-span.ts';

/** What a tracer's methods work with. */
interface TracerParts {
  readonly resolved: ResolvedOptions;
  readonly logger: Logger;
  readonly stats: Stats;
  readonly pipeline: Pipeline;
  readonly openSpans: OpenSpans;
  readonly owner: SpanOwner;
  readonly alert: (options: AlertOptions) => void;
}

function createTracerPipeline(
  options: TracerOptions,
  resolved: ResolvedOptions,
  logger: Logger,
  stats: Stats,
): Pipeline {
  const { redact, limits, prices, content } = options;
  return createPipeline({
    resource: resolved.resource,
    level: resolved.level,
    profile: resolved.profile,
    pricer: createPricer(prices === undefined ? {} : { prices }),
    capture: createCapture({
      capture: resolved.capture,
      destination: destinationKind(logger),
      deltas: resolved.deltas,
      redact,
      profile: resolved.profile,
      limits,
      hashKey: resolved.hashKey,
    }),
    writer: createWriter(logger, { ignoresRedact: options.logger === undefined }),
    contentWriter: content === undefined ? undefined : createWriter(content.destination),
    sampling: resolved.sampling,
    stats,
    bootId: newBootId(),
  });
}

/** The logger of a tracer that is given none. The user's paths apply to the application's lines as well. */
function createOwnLogger(options: TracerOptions, { profile }: ResolvedOptions): Logger {
  const redact = pathOptions(options.redact);
  return createLogger(redact === undefined ? { profile } : { profile, redact });
}

function createParts(options: TracerOptions): TracerParts {
  const resolved = resolveOptions(options, process.env);
  const logger = options.logger ?? createOwnLogger(options, resolved);
  checkLevel(resolved.level, logger);
  const clock = options.clock ?? createClock();
  const stats = createStats();
  const pipeline = createTracerPipeline(options, resolved, logger, stats);
  const openSpans = new OpenSpans(resolved.maxOpenSpans, stats);
  const eventWriter =
    <T>(where: string, write: (pipeline: Pipeline, options: T, epochMs: number) => void) =>
    (eventOptions: T): void => {
      if (!resolved.enabled) return;
      try {
        write(pipeline, eventOptions, clock.now());
      } catch (error) {
        stats.internalError(where, error);
      }
    };
  const owner: SpanOwner = {
    maxLabels: resolved.maxLabels,
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    internalError: (where, error) => stats.internalError(where, error),
    score: eventWriter('score', writeScore),
    finish(span): void {
      openSpans.delete(span);
      pipeline.ended(span);
    },
  };
  return { resolved, logger, stats, pipeline, openSpans, owner, alert: eventWriter('alert', writeAlert) };
}

/** Creates `startSpan`, which never throws. */
function createStart(parts: TracerParts, options: TracerOptions): (options: SpanOptions | string) => Span {
  const { resolved, stats, pipeline, openSpans, owner } = parts;
  const foreignContext = safeParentContext(options.parentContext ?? activeOtelSpan, owner.internalError);
  const resolveParent = createParentResolver(createSampler(resolved.sampling), foreignContext);
  const start = createSpanStarter(owner, resolveParent, openSpans);
  return (given) => {
    if (!resolved.enabled) return NOOP_SPAN;
    try {
      const span = start(typeof given === 'string' ? { name: given } : given);
      if (resolved.emitStarts) pipeline.started(span);
      openSpans.enforceLimit();
      return span;
    } catch (error) {
      stats.internalError('startSpan', error);
      return NOOP_SPAN;
    }
  };
}

interface Lifecycle {
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

/**
 * Makes sure that open spans are written when the process exits, and lines that tail sampling holds back when it is
 * terminated.
 */
function createLifecycle(parts: TracerParts, contentLogger: Logger | undefined, closeStats: () => void): Lifecycle {
  const { resolved, logger, stats, pipeline, openSpans } = parts;
  const loggers = contentLogger === undefined ? [logger] : [logger, contentLogger];

  function endAll(): void {
    pipeline.drain();
    openSpans.endAll();
    pipeline.drain();
  }

  async function flush(): Promise<void> {
    await pipeline.settled();
    for (const target of loggers) {
      await flushLogger(target).catch((error: unknown) => stats.internalError('flush', error));
    }
  }

  const removeExitHook = onProcessExit(endAll);
  const removeSignalHook = resolved.sampling.tail === undefined ? undefined : onTermination(() => pipeline.drain());
  return {
    flush,
    async shutdown(): Promise<void> {
      endAll();
      closeStats();
      removeExitHook();
      removeSignalHook?.();
      pipeline.stop();
      await flush();
    },
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

/**
 * Creates a tracer, which starts spans, runs code inside them and writes one JSON line for each through a pino logger.
 * It opens no socket, reads no file except the nearest package.json (for the service's name), and starts one unref'd
 * timer for the stats line.
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
  const parts = createParts(options);
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
  const { flush, shutdown } = createLifecycle(parts, options.content?.destination, () => statsLine.close());
  const tracer: OwningTracer = {
    [OWNER]: owner,
    logger,
    enabled,
    startSpan,
    withSpan: (spanOptions, fn) => (enabled ? runInSpan(tracer, startSpan(spanOptions), fn) : fn(NOOP_SPAN)),
    run(span, fn) {
      if (span.traceId === NOOP_SPAN.traceId) return fn();
      return runWith(span, inheritedValues(isRecorded(span) ? span : undefined), fn);
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
      injectCurrent(headers);
      return headers;
    },
    extract: (headers) => extractContext(headers),
    stats: readStats,
    flush,
    shutdown,
  };
  return tracer;
}
