/** The processor: the SDK calls it at the start and at the end of each trace and span. */

import { defaultTracer, type Tracer } from '@spanline/core';
import {
  addContextResolver,
  checkOptions,
  type ContextResolver,
  createGuard,
  type Guard,
  TRACE_SHAPE,
  type TraceOptions,
} from '@spanline/instrumentation';
import { Recorder } from './recording/recorder.ts';
import type { AgentsSpan, AgentsTrace } from './sdk/objects.ts';

/** The SDK awaits each callback. */
const DONE: Promise<void> = Promise.resolve();

const startTrace = (recorder: Recorder, trace: AgentsTrace): void => recorder.startTrace(trace);
const endTrace = (recorder: Recorder, trace: AgentsTrace): void => recorder.endTrace(trace);
const startSpan = (recorder: Recorder, span: AgentsSpan): void => recorder.startSpan(span);
const endSpan = (recorder: Recorder, span: AgentsSpan): void => recorder.endSpan(span);

/**
 * A `TracingProcessor` of OpenAI Agents. Agents, model calls, tools, handoffs and guardrails become lines.
 *
 * - `setTraceProcessors([processor])` replaces the exporter that sends traces to OpenAI. `addTraceProcessor(processor)`
 *   keeps it.
 * - HTTP calls, `observe` and logs inside of a tool stand under it.
 * - A call that a wrapped client records as well is one line.
 *
 * @example
 * ```ts
 * import { setTraceProcessors } from '@openai/agents';
 * import { createTracer } from '@spanline/core';
 * import { SpanlineTracingProcessor } from '@spanline/openai-agents';
 *
 * setTraceProcessors([new SpanlineTracingProcessor({ tracer: createTracer() })]);
 * ```
 */
export class SpanlineTracingProcessor {
  readonly #tracer: Tracer;
  readonly #guard: Guard;
  readonly #recorder: Recorder;
  readonly #resolver: ContextResolver;
  #stopResolving: () => void;

  /** @throws SpanlineError `ERR_INVALID_OPTION` */
  constructor(options: TraceOptions = {}) {
    checkOptions(TRACE_SHAPE, options);
    this.#tracer = options.tracer ?? defaultTracer();
    this.#guard = createGuard(this.#tracer);
    this.#recorder = new Recorder(this.#tracer, options.capture);
    this.#resolver = () => this.#recorder.current();
    this.#stopResolving = addContextResolver(this.#resolver);
  }

  /** Called by the SDK. */
  onTraceStart(trace: AgentsTrace): Promise<void> {
    // The SDK calls processors that it has shut down, where the process goes on after a signal.
    this.#stopResolving = addContextResolver(this.#resolver);
    this.#guard('trace start', startTrace, this.#recorder, trace);
    return DONE;
  }

  /** Called by the SDK. */
  onTraceEnd(trace: AgentsTrace): Promise<void> {
    this.#guard('trace end', endTrace, this.#recorder, trace);
    return DONE;
  }

  /** Called by the SDK. */
  onSpanStart(span: AgentsSpan): Promise<void> {
    this.#guard('span start', startSpan, this.#recorder, span);
    return DONE;
  }

  /** Called by the SDK. */
  onSpanEnd(span: AgentsSpan): Promise<void> {
    this.#guard('span end', endSpan, this.#recorder, span);
    return DONE;
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
}
