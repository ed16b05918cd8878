import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain';
import * as callbackManager from '@langchain/core/callbacks/manager';
import { awaitAllCallbacks } from '@langchain/core/callbacks/promises';
import { LangChainTracer } from '@langchain/core/tracers/tracer_langchain';
import { CallbackHandler } from '@langfuse/langchain';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { Client } from 'langsmith';

/** Other vendors' tracing in this process, and what each of them was told since the last time. */
export interface Beside {
  /** Handlers to be given to calls. */
  readonly callbacks: object[];
  /** Names of the spans of each vendor, sorted. */
  heard(): Promise<Record<string, string[]>>;
}

/**
 * Langfuse's handler and LangChain's own tracer as callbacks, and OpenInference's instrumentation around every run;
 * nothing leaves the process.
 */
export function standBeside(): Beside {
  const langfuse = new InMemorySpanExporter();
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(langfuse)] }).register();
  const openInference = new InMemorySpanExporter();
  const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(openInference)] });
  new LangChainInstrumentation({ tracerProvider }).manuallyInstrument({ ...callbackManager });
  const langSmith = new Set<string>();
  const names: string[] = [];
  const client = new Client({
    apiUrl: 'http://127.0.0.1:9',
    apiKey: 'test',
    autoBatchTracing: false,
    fetchImplementation: async (_url, init) => {
      const run = (await new Response(init?.body).json()) as { id?: string; name?: string };
      if (run.id !== undefined && run.name !== undefined && !langSmith.has(run.id)) {
        langSmith.add(run.id);
        names.push(run.name);
      }
      return new Response('{}', { status: 202 });
    },
  });
  const taken = (exporter: InMemorySpanExporter): string[] => {
    const spans = exporter.getFinishedSpans().map(({ name }) => name);
    exporter.reset();
    return spans.toSorted();
  };
  return {
    callbacks: [new CallbackHandler(), new LangChainTracer({ client: client as never })],
    async heard() {
      await awaitAllCallbacks();
      await client.awaitPendingTraceBatches();
      return {
        Langfuse: taken(langfuse),
        OpenInference: taken(openInference),
        LangSmith: names.splice(0).toSorted(),
      };
    },
  };
}
