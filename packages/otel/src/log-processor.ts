/** The log record processor: events about a span join its line. */
import { defaultTracer, type Tracer } from '@spanline/core';
import { checkOptions, createGuard, type Guard, type Shape, sharedState, tracerCheck } from '@spanline/instrumentation';
import { eventNameOf, type OtelLogRecord } from './host/otel-log.ts';
import { activeOtelSpan, type OtelContext, SPAN_KEY } from './host/otel-span.ts';
import { isRef, recordedSpanOf } from './place.ts';
import { EVALUATION, isContentEvent, readEvaluation } from './reading/index.ts';
import { keepEvent, writeEvent } from './span-events.ts';
import { isStandIn } from './stand-in.ts';

/** Options of {@link SpanlineLogRecordProcessor}. */
export interface LogRecordProcessorOptions {
  /** Writes scores. Spans have tracers of their own. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
}

const SHAPE: Shape<LogRecordProcessorOptions> = { tracer: tracerCheck };

/** Records that a processor has read. Each copy gets every record. */
const read = sharedState('otel-log-records', () => new WeakSet<object>());

/**
 * Joins events that OpenTelemetry's instrumentations write as log records to the lines of their spans. The official
 * instrumentation of OpenAI's client writes prompts and answers that way.
 *
 * - Messages are content, under the capture mode and the redaction of the span. Other events go to `spanline.events`.
 * - `gen_ai.evaluation.result` is a score.
 * - A log record without an event name is left to the logger that wrote it.
 * - It sets no global and changes no record.
 *
 * Give it to the SDK beside a `SpanlineSpanProcessor`, which records the spans.
 *
 * @example
 * ```ts
 * import { LoggerProvider } from '@opentelemetry/sdk-logs';
 * import { SpanlineLogRecordProcessor } from '@spanline/otel';
 *
 * const loggerProvider = new LoggerProvider({ processors: [new SpanlineLogRecordProcessor()] });
 * ```
 */
export class SpanlineLogRecordProcessor {
  readonly #tracer: Tracer;
  readonly #guard: Guard;

  /** @throws SpanlineError `ERR_INVALID_OPTION` */
  constructor(options: LogRecordProcessorOptions = {}) {
    checkOptions(SHAPE, options);
    this.#tracer = options.tracer ?? defaultTracer();
    this.#guard = createGuard(this.#tracer);
  }

  /** Called by the SDK. */
  onEmit(record: OtelLogRecord, context?: Pick<OtelContext, 'getValue'>): void {
    this.#guard('otel log record', () => {
      const name = eventNameOf(record);
      if (name === undefined || read.has(record)) return;
      read.add(record);
      this.#join(name, record, context);
    });
  }

  /** Resolves when every line has reached its destination. */
  forceFlush(): Promise<void> {
    return this.#tracer.flush();
  }

  /** Flushes. The tracer stays open: it is the application's. */
  shutdown(): Promise<void> {
    return this.#tracer.flush();
  }

  #join(name: string, record: OtelLogRecord, context: Pick<OtelContext, 'getValue'> | undefined): void {
    const given = context?.getValue(SPAN_KEY) ?? (context === undefined ? activeOtelSpan() : undefined);
    const otel = isRef(given) ? given : undefined;
    const span = recordedSpanOf(otel);
    const { 'event.name': _, ...attributes } = record.attributes ?? {};
    if (name === EVALUATION) {
      const ids = span ?? record.spanContext;
      const evaluation = readEvaluation(attributes);
      if (evaluation !== undefined && ids !== undefined)
        this.#tracer.score({ ...evaluation, traceId: ids.traceId, spanId: ids.spanId });
      return;
    }
    // The nearest span above one that the filter leaves out is another one.
    if (span === undefined || span.spanId !== otel?.spanContext().spanId) return;
    const { hrTime: time, body } = record;
    const event = { name, time, attributes: { ...attributes, body } };
    if (span.isRecording) return isStandIn(otel) ? writeEvent(span, event) : keepEvent(span, event);
    if (isContentEvent(name)) throw new Error(`${name} came after the end of its span, and is not in the log`);
  }
}
