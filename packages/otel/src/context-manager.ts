/** The bridge of contexts: spans of ours are parents of OpenTelemetry's spans. */
import type { Context, ContextManager } from '@opentelemetry/api';
import type { Span } from '@spanline/core';
import { activeState, callerSpan, option, checkOptions } from '@spanline/instrumentation';
import { SPAN_KEY } from './host/otel-span.ts';
import { isRef, recordedSpanOf } from './place.ts';
import { standInOf } from './stand-in.ts';

/** The key of the span of ours inside which a context was entered. */
const ENTERED_IN = Symbol.for('spanline.otel-entered-in');
/** Its value outside of any span. */
const OUTSIDE = Symbol.for('spanline.otel-outside');

/** A context with a span of ours in it. `context.active()` is called often and mostly gives the same. */
interface Bridged {
  readonly from: Context;
  readonly context: Context;
}

const CHECK = {
  inner: option.required(
    option.like<ContextManager>('a context manager of OpenTelemetry', (value) => {
      const { active, with: run } = value as Partial<ContextManager>;
      return typeof active === 'function' && typeof run === 'function';
    }),
  ),
};

/**
 * Makes spans of ours parents of OpenTelemetry's spans, in OpenTelemetry too: `trace.getActiveSpan()` inside a span of
 * ours returns a stand-in with its ids, so that spans, logs and outgoing headers have one trace id. Without it, only
 * the lines have. Hand it over in place of the context manager that it wraps.
 *
 * The stand-in passes attributes and the status on to the span of ours.
 *
 * @example
 * ```ts
 * import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
 * import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
 * import { SpanlineContextManager, SpanlineSpanProcessor } from '@spanline/otel';
 *
 * const provider = new NodeTracerProvider({ spanProcessors: [new SpanlineSpanProcessor()] });
 * provider.register({ contextManager: new SpanlineContextManager(new AsyncLocalStorageContextManager()) });
 * ```
 */
export class SpanlineContextManager implements ContextManager {
  readonly #inner: ContextManager;
  readonly #bridged = new WeakMap<Span, Bridged>();
  /** Looking for the current span asks for the active context. */
  #isLooking = false;

  /**
   * @param inner - the context manager that the application would use otherwise
   * @throws SpanlineError `ERR_INVALID_OPTION`
   */
  constructor(inner: ContextManager) {
    checkOptions(CHECK, { inner }, 'SpanlineContextManager');
    this.#inner = inner;
  }

  active(): Context {
    const context = this.#inner.active();
    if (this.#isLooking) return context;
    // The context was entered inside of the span that is still current: OpenTelemetry is the inner one.
    if (context.getValue(ENTERED_IN) === (activeState()?.span ?? OUTSIDE)) return context;
    const current = this.#currentSpan();
    if (current?.isRecording !== true) return context;
    const active = context.getValue(SPAN_KEY);
    return isRef(active) && recordedSpanOf(active) === current ? context : this.#bridge(context, current);
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    const span = activeState()?.span ?? OUTSIDE;
    const entered = context.getValue(ENTERED_IN) === span ? context : context.setValue(ENTERED_IN, span);
    return this.#inner.with(entered, fn, thisArg, ...args);
  }

  bind<T>(context: Context, target: T): T {
    if (typeof target !== 'function') return this.#inner.bind(context, target);
    const run = this.with.bind(this);
    const bound = function bound(this: unknown, ...args: unknown[]): unknown {
      return run(context, () => Reflect.apply(target, this, args) as unknown);
    };
    Object.defineProperty(bound, 'length', { value: target.length, configurable: true });
    return bound as T;
  }

  enable(): this {
    this.#inner.enable();
    return this;
  }

  disable(): this {
    this.#inner.disable();
    return this;
  }

  #currentSpan(): Span | undefined {
    this.#isLooking = true;
    try {
      return callerSpan();
    } finally {
      this.#isLooking = false;
    }
  }

  #bridge(from: Context, span: Span): Context {
    const known = this.#bridged.get(span);
    if (known?.from === from) return known.context;
    const context = from.setValue(SPAN_KEY, standInOf(span));
    this.#bridged.set(span, { from, context });
    return context;
  }
}
