import { describe, expect, it } from 'vitest';
import { jsonLines, runChild } from '../../../../test/support/child.ts';

/** How each peer is attached (`callbacks` or a patch) and what it says of a finished call, in one shape. */
const PEERS: Readonly<Record<string, string>> = {
  Spanline: `
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
const log = memoryLog();
forget = () => log.clear();
const callbacks = [new SpanlineCallbackHandler({ tracer: createTracer({ logger: log.logger, statsIntervalSeconds: 0 }) })];
const take = () => log.records().map((r) => ({
  input: r['gen_ai.usage.input_tokens'], output: r['gen_ai.usage.output_tokens'], cached: r['gen_ai.usage.cache_read.input_tokens'],
  model: r['gen_ai.response.model'], reason: r['gen_ai.response.finish_reasons']?.[0], first: r['gen_ai.response.time_to_first_chunk'] !== undefined, usd: r['spanline.cost.usd'],
})).at(-1);`,
  Langfuse: `
import { CallbackHandler } from '@langfuse/langchain';
const callbacks = [new CallbackHandler()];
const take = () => {
  const a = exporter.getFinishedSpans().at(-1)?.attributes ?? {};
  const usage = JSON.parse(String(a['langfuse.observation.usage_details'] ?? '{}'));
  return { input: usage.input, output: usage.output, cached: usage.input_cache_read, model: a['langfuse.observation.model.name'], first: a['langfuse.observation.completion_start_time'] !== undefined };
};`,
  OpenInference: `
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain';
import * as callbackManager from '@langchain/core/callbacks/manager';
new LangChainInstrumentation({ tracerProvider: provider }).manuallyInstrument({ ...callbackManager });
const callbacks = [];
const take = () => {
  const a = exporter.getFinishedSpans().at(-1)?.attributes ?? {};
  return { input: a['llm.token_count.prompt'], output: a['llm.token_count.completion'], cached: a['llm.token_count.prompt_details.cache_read'], model: a['llm.model_name'], reason: a['llm.finish_reason'] };
};`,
  OpenLLMetry: `
import { LangChainInstrumentation } from '@traceloop/instrumentation-langchain';
import * as callbackManager from '@langchain/core/callbacks/manager';
const instrumentation = new LangChainInstrumentation();
instrumentation.setTracerProvider(provider);
instrumentation.manuallyInstrument({ callbackManagerModule: callbackManager });
const callbacks = [];
const take = () => {
  const a = exporter.getFinishedSpans().at(-1)?.attributes ?? {};
  return { input: a['gen_ai.usage.input_tokens'], output: a['gen_ai.usage.output_tokens'], cached: a['gen_ai.usage.cache_read_input_tokens'], model: a['gen_ai.response.model'], reason: a['gen_ai.response.finish_reasons']?.[0] };
};`,
  LangSmith: `
import { LangChainTracer } from '@langchain/core/tracers/tracer_langchain';
import { Client } from 'langsmith';
let last = {};
const client = new Client({ apiUrl: 'http://127.0.0.1:9', apiKey: 'x', autoBatchTracing: false, fetchImplementation: async (_url, init) => {
  const run = JSON.parse(typeof init.body === 'string' ? init.body : Buffer.from(init.body).toString());
  if (run.end_time) last = run;
  return new Response('{}', { status: 202 });
} });
const callbacks = [new LangChainTracer({ client })];
forget = () => void (last = {});
const take = () => {
  const { usage_metadata: usage = {}, ls_model_name: model } = last.extra?.metadata ?? {};
  return { input: usage.input_tokens, output: usage.output_tokens, cached: usage.input_token_details?.cache_read, model, first: (last.events ?? []).some((event) => event.name === 'new_token') };
};`,
};

const program = (peer: string): string => `
import { setTimeout as wait } from 'node:timers/promises';
import { InMemoryCache } from '@langchain/core/caches';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { MODELS } from '../../support/models.ts';
import { openWire } from '../../../../../test/support/wire/server.ts';
const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
provider.register();
let forget = () => exporter.reset();
${PEERS[peer] ?? ''}
for (const name of ['ChatAnthropic', 'ChatGoogleGenerativeAI', 'ChatGoogle', 'ChatOpenAI']) {
  const wire = await openWire();
  wire.answer(({ path, body }) => MODELS[name].text(path.includes('tream') || body.stream === true));
  const say = async (name, call) => {
    forget();
    await call();
    while (take()?.model === undefined && take()?.output === undefined) await wait(20);
    console.log(JSON.stringify({ call: name, ...take() }));
  };
  const model = MODELS[name].create(wire.url);
  await say(name + ' invoke', () => model.invoke('Weather?', { callbacks }));
  await say(name + ' stream', async () => { for await (const _ of await model.stream('Weather?', { callbacks })); });
  if (name === 'ChatOpenAI') {
    model.cache = new InMemoryCache();
    await say('cache miss', () => model.invoke('Rain?', { callbacks }));
    await say('cache hit', () => model.invoke('Rain?', { callbacks }));
  }
  await wire.close();
}
process.exit(0);
`;

/** The rows of the table in docs/langchain.md. */
async function say(peer: string): Promise<Record<string, Record<string, unknown>>> {
  const { stdout, stderr } = await runChild(program(peer), { compile: {} });
  const lines = jsonLines(stdout);
  if (lines.length === 0) throw new Error(stderr);
  return Object.fromEntries(lines.map(({ call, ...facts }) => [String(call), facts]));
}

describe('the same answers over HTTP, read by others', () => {
  it.each(Object.keys(PEERS))('%s', async (peer) => {
    const facts = await say(peer);
    const row = (call: string): unknown[] => {
      const { input, output, cached, model, reason, first, usd } = facts[call] ?? {};
      return [input, output, cached, model, reason, first, usd];
    };
    expect(Object.keys(facts).map((call) => [call, ...row(call)])).toMatchSnapshot();
  });
});
