/** The span processor: OpenTelemetry's SDK calls it at the start and at the end of each span. */
import { type CaptureSetting, defaultTracer, type Span, type Tracer } from '@spanline/core';
import {
  addContextResolver,
  checkOptions,
  createGuard,
  type Guard,
  nearestOpen,
  option,
  type Shape,
  sharedState,
  TRACE_SHAPE,
  type TraceOptions,
} from '@spanline/instrumentation';
import { activeOtelSpan, type OtelContext, type OtelSpan } from './host/otel-span.ts';
import { forgetOpen, placeOf, recordedSpanOf, remember, rememberOpen } from './place.ts';
import { endRecord, startRecord } from './record-span.ts';

/** Options of {@link SpanlineSpanProcessor}. */
export interface SpanProcessorOptions extends TraceOptions {
  /**
   * Returns `false` for a span that is not written. Its attributes are those of its start. Spans below it are written,
   * below the nearest span that is.
   *
   * @defaultValue every span is written
   */
  filter?: (span: OtelSpan) => boolean;
}

/** Spans that a filter leaves out. Those below them look up their parent under them. All processors share it. */
const leftOut = sharedState('otel-left-out', () => new WeakSet<object>());

const SHAPE: Shape<SpanProcessorOptions> = { ...TRACE_SHAPE, filter: option.callback() };

/**
 * Turns the spans of OpenTelemetry's SDK (2 and 3) into lines of the same log, schema and trace: HTTP, databases,
 * fetch, and model calls in the words of the GenAI conventions, OpenInference, Traceloop, the AI SDK and others.
 *
 * - A line has the ids of its OpenTelemetry span. A span without a parent that starts inside a span of ours stands
 *   below it, in its trace; `spanline.link.trace_id` then names OpenTelemetry's.
 * - A call that an instrumentation of ours records as well is counted once.
 * - Each span is written when it ends. Nothing waits for its parent.
 * - It sets no global and changes no span. OpenTelemetry decides on sampling.
 *
 * @example
 * ```ts
 * import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
 * import { createTracer } from '@spanline/core';
 * import { SpanlineSpanProcessor } from '@spanline/otel';
 *
 * const provider = new NodeTracerProvider({ spanProcessors: [new SpanlineSpanProcessor({ tracer: createTracer() })] });
 * provider.register();
 * ```
 */
export class SpanlineSpanProcessor {
  readonly #tracer: Tracer;
  readonly #capture: CaptureSetting | undefined;
  readonly #filter: ((span: OtelSpan) => boolean) | undefined;
  readonly #guard: Guard;
  readonly #stopResolving: () => void;

  /** @throws SpanlineError `ERR_INVALID_OPTION` */
  constructor(options: SpanProcessorOptions = {}) {
    checkOptions(SHAPE, options);
    this.#tracer = options.tracer ?? defaultTracer();
    this.#capture = options.capture;
    this.#filter = options.filter;
    this.#guard = createGuard(this.#tracer);
    this.#stopResolving = addContextResolver(() => nearestOpen(recordedSpanOf(activeOtelSpan())));
  }

  /** Called by the SDK. */
  onStart(span: OtelSpan, parentContext: Pick<OtelContext, 'getValue'>): void {
    this.#guard('otel start', () => void this.#start(span, parentContext));
  }

  /** Called by the SDK. */
  onEnd(span: OtelSpan): void {
    this.#guard('otel end', () => {
      if (leftOut.has(span)) return;
      // A processor that is added later has not seen the start.
      const recorded = recordedSpanOf(span) ?? this.#start(span, { getValue: () => undefined });
      forgetOpen(span);
      if (recorded?.isRecording === true) endRecord(recorded, span);
    });
  }

  /** Resolves when every line has reached its destination. */
  forceFlush(): Promise<void> {
    return this.#tracer.flush();
  }

  /** Flushes. The tracer stays open: it is the application's. */
  shutdown(): Promise<void> {
    this.#stopResolving();
    return this.#tracer.flush();
  }

  #start(span: OtelSpan, context: Pick<OtelContext, 'getValue'>): Span | undefined {
    // Another processor records it.
    if (!this.#tracer.enabled || recordedSpanOf(span) !== undefined) return undefined;
    if (this.#filter?.(span) === false) return this.#leaveOut(span, context);
    const started = startRecord(this.#tracer, this.#capture, span, context);
    rememberOpen(span, started);
    return started;
  }

  #leaveOut(span: OtelSpan, context: Pick<OtelContext, 'getValue'>): undefined {
    leftOut.add(span);
    const { parent } = placeOf(span, context);
    if (parent !== undefined) remember(span, parent);
  }
}
