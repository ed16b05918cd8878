/** A real OpenTelemetry SDK whose spans become lines in memory. */
import { type Context, context, ROOT_CONTEXT, trace, type Tracer as OtelTracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { TracerProvider as TracerProvider3 } from 'otel3';
import { onTestFinished } from 'vitest';
import { createTracer, type SpanRecord, type Tracer, type TracerOptions } from '@spanline/core';
import { memoryLog, type MemoryLog, tree } from '@spanline/core/testing';
import { SpanlineContextManager, SpanlineSpanProcessor, type SpanProcessorOptions } from '@spanline/otel';

/** A program with OpenTelemetry and Spanline in it. */
export interface Program {
  readonly otel: OtelTracer;
  readonly tracer: Tracer;
  readonly log: MemoryLog;
  /** The spans that an exporter gets, with the SDK 2. */
  exported(): ReadableSpan[];
  records(): SpanRecord[];
  /** The only span, or the span of this name. */
  record(name?: string): SpanRecord;
  tree(): string;
}

/** The SDK of a program. */
export interface Sdk {
  /** How many processors of ours it has. @defaultValue 1 */
  readonly processors?: number;
  /** Its major version. @defaultValue 2 */
  readonly sdk?: 2 | 3;
  /** OpenTelemetry sees spans of ours. @defaultValue false */
  readonly bridged?: boolean;
}

/** Starts a program. It ends with the test. */
export function start(
  options: Omit<SpanProcessorOptions, 'tracer'> = {},
  given: TracerOptions = {},
  { processors = 1, sdk = 2, bridged = false }: Sdk = {},
): Program {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, ...given });
  const spanProcessors = Array.from({ length: processors }, () => new SpanlineSpanProcessor({ tracer, ...options }));
  const exporter = new InMemorySpanExporter();
  const provider =
    sdk === 3
      ? new TracerProvider3({ spanProcessors })
      : new BasicTracerProvider({ spanProcessors: [...spanProcessors, new SimpleSpanProcessor(exporter)] });
  const inner = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(bridged ? new SpanlineContextManager(inner) : inner);
  onTestFinished(async () => {
    await provider.shutdown();
    context.disable();
    await tracer.shutdown();
  });
  const records = (): SpanRecord[] => log.records();
  return {
    otel: provider.getTracer('app', '1.2.3'),
    tracer,
    log,
    exported: () => exporter.getFinishedSpans(),
    records,
    tree: () => tree(log.lines()),
    record(name) {
      const found = records().filter((record) => name === undefined || record['span.name'] === name);
      if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} spans of ${String(name)}`);
      return found[0];
    },
  };
}

/** A context whose active span is `span`. */
export function inside(span: ReturnType<OtelTracer['startSpan']>, outer: Context = ROOT_CONTEXT): Context {
  return trace.setSpan(outer, span);
}
