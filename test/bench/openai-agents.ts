import { OpenInferenceTracingProcessor } from '@arizeai/openinference-instrumentation-openai-agents';
import { Agent, OpenAIProvider, Runner, setTraceProcessors, setTracingDisabled, tool } from '@openai/agents';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import OpenAI from 'openai';
import { z } from 'zod';
import { createLogger, createTracer, type Tracer } from '@spanline/core';
import { SpanlineTracingProcessor } from '@spanline/openai-agents';
import { type BenchCase, measure } from './harness.ts';
import { addedRatio, addedTold, bytesPerSpan, type Row } from './rows.ts';
import { type Sink, startSink } from './sink.ts';

const CALL = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } };

const answer = (message: object, finishReason: string): string =>
  JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-4o-mini-2024-07-18',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finishReason }],
    usage: { prompt_tokens: 40, completion_tokens: 12, total_tokens: 52 },
  });

const ASKED = answer({ content: null, tool_calls: [CALL] }, 'tool_calls');
const ANSWERED = answer({ content: 'It is sunny in Oslo.' }, 'stop');

/** A client that is answered from memory: it asks for the tool once. */
const client = new OpenAI({
  apiKey: 'bench',
  fetch: (_url, init) => {
    const body = String(init?.body).includes('"role":"tool"') ? ANSWERED : ASKED;
    return Promise.resolve(new Response(body, { headers: { 'content-type': 'application/json' } }));
  },
});

/** The SDK has a newer version of the client than its users may have. */
const modelProvider = new OpenAIProvider({ openAIClient: client as never, useResponses: false });
const runner = new Runner({ modelProvider });
const guide = new Agent({
  name: 'Guide',
  model: 'gpt-4o-mini',
  instructions: 'You answer questions about the weather.',
  tools: [
    tool({
      name: 'weather',
      description: 'tells the weather',
      parameters: z.object({ city: z.string() }),
      execute: ({ city }) => `sunny in ${city}`,
    }),
  ],
});

async function ask(): Promise<void> {
  await runner.run(guide, 'How is the weather in Oslo?');
}

type Processor = Parameters<typeof setTraceProcessors>[0][number];

/** A run of an agent with these processors. */
const caseOf = (name: string, ...processors: readonly Processor[]): BenchCase => ({
  name,
  run: ask,
  turn() {
    setTraceProcessors([...processors]);
    return () => setTraceProcessors([]);
  },
});

const idle: Processor = {
  onTraceStart: () => Promise.resolve(),
  onTraceEnd: () => Promise.resolve(),
  onSpanStart: () => Promise.resolve(),
  onSpanEnd: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
  forceFlush: () => Promise.resolve(),
};

const createBenchTracer = (): Tracer =>
  createTracer({ logger: createLogger({}, '/dev/null'), service: { name: 'bench' }, statsIntervalSeconds: 0 });

/** The peer as people run it: OTLP over HTTP from a batch processor, with the messages. */
function createPeer({ url }: Sink): BenchCase {
  const processor = new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces` }));
  const tracerProvider = new NodeTracerProvider({ spanProcessors: [processor] });
  const peer = new OpenInferenceTracingProcessor({ tracerProvider }) as Processor;
  return { ...caseOf('OpenInference', peer), settle: () => processor.forceFlush() };
}

/** Rows of OpenAI Agents: an agent that asks a model, runs a tool and asks again. */
export async function openAIAgentsRows(): Promise<Row[]> {
  const sink = await startSink();
  setTracingDisabled(false);
  try {
    const [plain, noop, traced, peer] = await measure([
      caseOf('run as it is'),
      caseOf('idle', idle),
      caseOf('spanline', new SpanlineTracingProcessor({ tracer: createBenchTracer() })),
      createPeer(sink),
    ]);
    return [
      addedRatio('OpenAI Agents, run with a tool, redacted, CPU added', 1, plain, traced, peer),
      addedTold('- callbacks that do nothing', plain, noop, peer),
      bytesPerSpan('OpenAI Agents run', 26, 5, plain, traced),
    ];
  } finally {
    sink.stop();
  }
}
