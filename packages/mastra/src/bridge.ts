/** The bridge: Mastra reports each span to it, and runs tools and steps inside of it. */

import { randomBytes } from 'node:crypto';
import { currentSpan, defaultTracer, type Tracer } from '@spanline/core';
import {
  addContextResolver,
  checkOptions,
  createGuard,
  type Guard,
  TRACE_SHAPE,
  type TraceOptions,
} from '@spanline/instrumentation';
import { currentCall, recordOf } from './recorded.ts';
import { Recorder } from './recording/recorder.ts';
import type { MastraEvent, MastraSpanIds, MastraSpanOptions } from './sdk/objects.ts';

const SPAN_ID_BYTES = 8;

/**
 * An `ObservabilityBridge` of Mastra, which is an `ObservabilityExporter` as well. Agents, model calls, tools and
 * workflows become lines.
 *
 * - As the `bridge` of a configuration, HTTP calls, `observe` and logs inside of a tool or step stand under it, and
 *   Mastra's trace ids are those of the log.
 * - Among the `exporters`, beside a bridge of the application's own, the lines are the same.
 * - A call that a wrapped client records as well is billed once.
 *
 * @example
 * ```ts
 * import { Mastra } from '@mastra/core';
 * import { Observability } from '@mastra/observability';
 * import { createTracer } from '@spanline/core';
 * import { SpanlineBridge } from '@spanline/mastra';
 *
 * const bridge = new SpanlineBridge({ tracer: createTracer() });
 * const observability = new Observability({ configs: { default: { serviceName: 'guide', bridge } } });
 * export const mastra = new Mastra({ observability });
 * ```
 */
export class SpanlineBridge {
  /** Mastra's name for it. */
  readonly name = 'spanline';
  readonly #tracer: Tracer;
  readonly #guard: Guard;
  readonly #recorder: Recorder;

  /** @throws SpanlineError `ERR_INVALID_OPTION` */
  constructor(options: TraceOptions = {}) {
    checkOptions(TRACE_SHAPE, options);
    this.#tracer = options.tracer ?? defaultTracer();
    this.#guard = createGuard(this.#tracer);
    this.#recorder = new Recorder(this.#tracer, options.capture, this.#guard);
    addContextResolver(currentCall);
  }

  /** Called by Mastra at the start, at changes and at the end of each span. */
  exportTracingEvent({ type, exportedSpan }: MastraEvent): Promise<void> {
    this.#guard('tracing event', () => {
      if (type === 'span_started') this.#recorder.start(exportedSpan);
      else if (type === 'span_ended') this.#recorder.end(exportedSpan);
      else this.#recorder.update(exportedSpan);
    });
    return Promise.resolve();
  }

  /**
   * Called by Mastra before a span. One that begins inside of a span of ours, such as a request, gets its trace id.
   *
   * @returns ids; `undefined` where Mastra makes them
   */
  createSpan(options: MastraSpanOptions): MastraSpanIds | undefined {
    return this.#guard('create span', () => {
      const current = currentSpan();
      if (options.parent !== undefined || options.traceId !== undefined || current === undefined) return undefined;
      return { spanId: randomBytes(SPAN_ID_BYTES).toString('hex'), traceId: current.traceId };
    });
  }

  /** Called by Mastra to run a tool, a step or a processor. */
  executeInContext<T>(spanId: string, fn: () => Promise<T>): Promise<T> {
    const span = this.#guard('context', () => recordOf(this.#tracer, spanId));
    return span === undefined ? fn() : this.#tracer.run(span, fn);
  }

  /** Called by Mastra to run synchronous work. */
  executeInContextSync<T>(spanId: string, fn: () => T): T {
    const span = this.#guard('context', () => recordOf(this.#tracer, spanId));
    return span === undefined ? fn() : this.#tracer.run(span, fn);
  }

  /** Resolves when every line has reached its destination. */
  flush(): Promise<void> {
    return this.#tracer.flush();
  }

  /** Flushes. The tracer stays open: it is the application's. */
  shutdown(): Promise<void> {
    return this.#tracer.flush();
  }
}
