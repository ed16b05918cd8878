/** The tracer of code that is given none. */
import { SpanlineError } from '@spanline/record';
import { type Span, type SpanOptions, type Tracer, tracerCheck } from './api/index.ts';
import { enclosingSpan, sharedState } from './context/index.ts';
import {
  ADOPT,
  adoptSpan,
  nameDefault,
  onDefaultChange,
  OWNER,
  type OwningTracer,
  processTracer,
  stateOf,
} from './trace/index.ts';
import { configuredTracer } from './tracer/index.ts';

const tracerOfProcess = (): Tracer => processTracer(configuredTracer);

function tracerOf(span: Span | undefined): Tracer {
  return stateOf(span)?.owner.tracer ?? tracerOfProcess();
}

/** Returns the tracer of the current span, else the tracer of the process. */
export function currentTracer(): Tracer {
  return tracerOf(enclosingSpan());
}

/** A span belongs to its parent's tracer. One that nothing in this process causes belongs to the process's. */
function tracerFor(options: SpanOptions | string): Tracer {
  if (typeof options === 'string') return currentTracer();
  const { parent, kind } = options;
  if (parent === null || (parent === undefined && kind === 'SERVER')) return tracerOfProcess();
  return parent !== undefined && 'isRecording' in parent ? tracerOf(parent) : currentTracer();
}

/** Keeps a subscription with the tracer of the process, whichever that is. Returns a function that ends it. */
function follow(subscribe: (tracer: Tracer) => () => void): () => void {
  let target = tracerOfProcess();
  let stop = subscribe(target);
  const stopFollowing = onDefaultChange(() => {
    const next = tracerOfProcess();
    if (next === target) return;
    stop();
    target = next;
    stop = subscribe(next);
  });
  return () => {
    stopFollowing();
    stop();
  };
}

/** A tracer that passes everything on to the tracer that is the right one at the time of the call. */
function createDelegate(): OwningTracer {
  return {
    get [OWNER]() {
      return (tracerOfProcess() as OwningTracer)[OWNER];
    },
    [ADOPT]: (options, ids) => adoptSpan(tracerFor(options), options, ids),
    get logger() {
      return tracerOfProcess().logger;
    },
    get enabled() {
      return currentTracer().enabled;
    },
    startSpan: (options) => tracerFor(options).startSpan(options),
    withSpan: (options, fn) => tracerFor(options).withSpan(options, fn),
    run: (span, fn) => tracerOf(span).run(span, fn),
    score: (options) => currentTracer().score(options),
    alert: (options) => tracerOfProcess().alert(options),
    onSpanEnd: (observer) => follow((tracer) => tracer.onSpanEnd(observer)),
    onRecord: (observer) => follow((tracer) => tracer.onRecord(observer)),
    gauge: (name, read) => follow((tracer) => tracer.gauge(name, read)),
    inject: (headers) => tracerOfProcess().inject(headers),
    extract: (headers) => tracerOfProcess().extract(headers),
    stats: () => tracerOfProcess().stats(),
    flush: () => tracerOfProcess().flush(),
    shutdown: () => tracerOfProcess().shutdown(),
  };
}

const delegate = sharedState('default-tracer', createDelegate);

/**
 * Returns the tracer of code that is given none. It passes each call on to the first of these that exists:
 *
 * 1. the tracer of the current span, or of the parent that a span is given (spans and scores only)
 * 2. the tracer that the application named with {@link setDefaultTracer}
 * 3. the oldest tracer that the application has created and not shut down, else the last one that it shut down
 * 4. a tracer that `SPANLINE_*` configures. When the application creates its own later, spans that are open go on
 *    there, and so do the observers.
 *
 * Two installed copies of this package share it.
 *
 * @throws SpanlineError if there is no tracer of the application yet and a `SPANLINE_*` variable is invalid
 */
export function defaultTracer(): Tracer {
  tracerOfProcess();
  return delegate;
}

/**
 * Names the tracer of the process, which serves everything that is given no tracer. Without it, that is the first one
 * that `createTracer` made and that is not shut down. A tracer that is shut down loses its name.
 *
 * @param tracer - `undefined` for the one that `SPANLINE_*` configures, whatever tracers there are
 * @throws SpanlineError `ERR_INVALID_ARGUMENT` if it is no tracer
 *
 * @example
 * ```ts
 * import { createTracer, setDefaultTracer } from '@spanline/core';
 *
 * const jobs = createTracer({ service: { name: 'jobs' } });
 * const api = createTracer({ service: { name: 'api' } });
 * setDefaultTracer(api);
 * ```
 */
export function setDefaultTracer(tracer: Tracer | undefined): void {
  if (tracer !== undefined && !tracerCheck.accepts(tracer)) {
    const { expected } = tracerCheck;
    throw new SpanlineError({
      code: 'ERR_INVALID_ARGUMENT',
      option: 'setDefaultTracer(tracer)',
      expected,
      got: tracer,
    });
  }
  nameDefault(tracer === delegate ? tracerOfProcess() : tracer);
}
