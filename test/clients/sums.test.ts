import type { LLMock } from '@copilotkit/aimock';
import { beforeEach, describe, expect, it } from 'vitest';
import { jsonLines, runChild } from '../support/child.ts';
import { runs } from '../support/effort.ts';
import { USAGE } from '../support/provider.ts';
import { useProvider } from '../support/use-provider.ts';

let provider: LLMock;

useProvider((started) => {
  provider = started;
});
beforeEach(() => provider.clearRequests());

/** US dollars for a million tokens in and out. Each part of the program asks models of its own, so that the provider knows what it served to which. */
const PRICES = {
  'gpt-4o': [2.5, 10],
  'claude-3-5-haiku-20241022': [0.8, 4],
  'gpt-4o-mini': [0.15, 0.6],
  'claude-3-haiku-20240307': [0.25, 1.25],
  'gpt-4.1': [2, 8],
  'claude-sonnet-4-5': [3, 15],
  'gpt-4.1-mini': [0.4, 1.6],
  'gpt-4.1-nano': [0.1, 0.4],
} as const;
type Model = keyof typeof PRICES;
const PARTS = {
  langchain: ['gpt-4o', 'claude-3-5-haiku-20241022'],
  llamaindex: ['gpt-4o-mini', 'claude-3-haiku-20240307'],
  aiSdk: ['gpt-4.1-mini'],
  agents: ['gpt-4.1-nano'],
  plain: ['gpt-4.1', 'claude-sonnet-4-5'],
} as const satisfies Record<string, readonly Model[]>;
type Part = keyof typeof PARTS;
const IN_FRAMEWORKS: readonly Model[] = [...PARTS.langchain, ...PARTS.llamaindex, ...PARTS.aiSdk, ...PARTS.agents];
const ALL: readonly Model[] = [...IN_FRAMEWORKS, ...PARTS.plain];
/** Of the copies of a client that are in the process, a registration traces those that its package sees: LangChain brings an Anthropic client of its own, LlamaIndex an OpenAI client. */
const SEEN: readonly Model[] = ['gpt-4o', 'claude-3-haiku-20240307', ...PARTS.agents, ...PARTS.plain];

const PROGRAM = `
  import { createRequire } from 'node:module';
  import { pathToFileURL } from 'node:url';
  import { createOpenAI } from '@ai-sdk/openai';
  import { Agent, OpenAIProvider, Runner, addTraceProcessor, setTracingDisabled, tool } from '@openai/agents';
  import * as ai from 'ai';
  import OpenAI from 'openai';
  import Anthropic from '@anthropic-ai/sdk';
  import { ChatOpenAI } from '@langchain/openai';
  import { ChatAnthropic } from '@langchain/anthropic';
  import { OpenAI as LlamaOpenAI } from '@llamaindex/openai';
  import { SimpleChatEngine } from 'llamaindex';
  import { defaultTracer } from '@spanline/core';
  import { SpanlineCallbackHandler } from '@spanline/langchain';
  import { SpanlineTracingProcessor } from '@spanline/openai-agents';
  import { instrumentLlamaIndex } from '@spanline/llamaindex';
  import { wrapOpenAI } from '@spanline/openai';
  import { wrapAnthropic } from '@spanline/anthropic';
  import { spanlineMiddleware, spanlineTelemetry } from '@spanline/ai-sdk';

  const { BASE, HOW = '' } = process.env;
  // The SDK traces nothing in a test, by NODE_ENV.
  setTracingDisabled(false);
  const tracer = defaultTracer();
  const handler = HOW.includes('handler');
  const callbacks = handler ? [new SpanlineCallbackHandler({ tracer })] : undefined;
  if (handler) ai.registerTelemetry(spanlineTelemetry({ tracer }));
  if (handler) addTraceProcessor(new SpanlineTracingProcessor({ tracer }));
  const otel = HOW.includes('otel') ? await import('@opentelemetry/sdk-trace-node') : undefined;
  if (otel !== undefined) {
    const { SpanlineSpanProcessor } = await import('@spanline/otel');
    const { OpenTelemetry } = await import('@ai-sdk/otel');
    const { OpenAIInstrumentation } = await import('@arizeai/openinference-instrumentation-openai');
    const { LangChainInstrumentation } = await import('@arizeai/openinference-instrumentation-langchain');
    const tracerProvider = new otel.NodeTracerProvider({ spanProcessors: [new SpanlineSpanProcessor({ tracer })] });
    tracerProvider.register();
    ai.registerTelemetry(new OpenTelemetry({ tracer: tracerProvider.getTracer('ai') }));
    new LangChainInstrumentation({ tracerProvider }).manuallyInstrument({ ...(await import('@langchain/core/callbacks/manager')) });
    // Alone it drops the usage of streams.
    if (HOW.includes('clients')) new OpenAIInstrumentation({ tracerProvider }).manuallyInstrument(OpenAI);
  }
  if (handler) instrumentLlamaIndex({ tracer, streamUsage: true });
  // LlamaIndex itself asks for no tokens of a stream, and its registration does not either.
  const asksUsage = HOW !== '';
  // The wire changes no request: the program asks for itself.
  const asked = HOW.includes('asking') ? { stream_options: { include_usage: true } } : {};
  const client = (framework, name) => {
    const path = createRequire(createRequire(import.meta.url).resolve(framework)).resolve(name);
    return import(pathToFileURL(path.replace(/\\.js$/, '.mjs')).href);
  };
  if (HOW.includes('clients')) {
    for (const framework of ['@langchain/openai', '@llamaindex/openai']) wrapOpenAI((await client(framework, 'openai')).OpenAI.prototype, { tracer });
    wrapAnthropic((await client('@langchain/anthropic', '@anthropic-ai/sdk')).Anthropic.prototype, { tracer });
    for (const Class of [OpenAI, Anthropic]) (Class === OpenAI ? wrapOpenAI : wrapAnthropic)(Class.prototype, { tracer });
  }

  const drain = async (stream) => { for await (const _ of await stream); };
  const messages = [{ role: 'user', content: 'plain' }];
  const openaiOptions = { apiKey: 'test', baseURL: BASE + '/v1', maxRetries: 0 };
  const anthropicOptions = { apiKey: 'test', baseURL: BASE, maxRetries: 0 };

  /** LlamaIndex's class for Anthropic, as far as it matters: a session with the client in it. */
  class Claude {
    metadata = { model: 'claude-3-haiku-20240307' };
    session = { anthropic: new Anthropic(anthropicOptions) };
    async chat() {
      const raw = await this.session.anthropic.messages.create({ model: this.metadata.model, max_tokens: 9, messages });
      return { raw, message: { role: 'assistant', content: raw.content[0].text } };
    }
    async complete() {}
  }

  const parts = {
    async langchain() {
      const model = (more) => new ChatOpenAI({ model: 'gpt-4o', apiKey: 'test', maxRetries: 0, configuration: { baseURL: BASE + '/v1' }, ...more });
      await model().invoke('plain', { callbacks });
      await drain(model().stream('plain', { callbacks }));
      await model({ useResponsesApi: true }).invoke('plain', { callbacks });
      const claude = new ChatAnthropic({ model: 'claude-3-5-haiku-20241022', apiKey: 'test', anthropicApiUrl: BASE, maxRetries: 0 });
      await claude.invoke('plain', { callbacks });
      await drain(claude.stream('plain', { callbacks }));
    },
    async llamaindex() {
      const llm = new LlamaOpenAI({ model: 'gpt-4o-mini', apiKey: 'test', maxRetries: 0, additionalSessionOptions: { baseURL: BASE + '/v1' }, additionalChatOptions: asked });
      const engine = new SimpleChatEngine({ llm });
      await engine.chat({ message: 'plain' });
      if (asksUsage) await drain(engine.chat({ message: 'plain', stream: true }));
      await new SimpleChatEngine({ llm: new Claude() }).chat({ message: 'plain' });
    },
    async aiSdk() {
      const plain = createOpenAI({ apiKey: 'test', baseURL: BASE + '/v1' }).chat('gpt-4.1-mini');
      const middleware = spanlineMiddleware({ tracer });
      const model = HOW.includes('clients') ? ai.wrapLanguageModel({ model: plain, middleware }) : plain;
      await ai.generateText({ model, prompt: 'plain' });
      await drain(ai.streamText({ model, prompt: 'plain' }).textStream);
      const inputSchema = ai.jsonSchema({ type: 'object' });
      const tools = { weather: ai.tool({ inputSchema, execute: () => 'sunny' }) };
      await ai.generateText({ model, prompt: 'weather', tools, stopWhen: ai.stepCountIs(3) });
      await ai.generateObject({ model, prompt: 'as json', schema: inputSchema });
    },
    async agents() {
      const weather = tool({
        name: 'weather',
        description: 'tells the weather',
        strict: false,
        parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
        execute: () => 'sunny',
      });
      const agent = new Agent({ name: 'Guide', model: 'gpt-4.1-nano', tools: [weather] });
      for (const useResponses of [false, true]) {
        const modelProvider = new OpenAIProvider({ openAIClient: new OpenAI(openaiOptions), useResponses });
        const runner = new Runner({ modelProvider });
        await runner.run(agent, 'weather');
        const streamed = await runner.run(agent, 'plain', { stream: true });
        await drain(streamed.toTextStream());
        await streamed.completed;
      }
    },
    async plain() {
      const openai = new OpenAI(openaiOptions);
      await openai.chat.completions.create({ model: 'gpt-4.1', messages });
      await drain(openai.chat.completions.create({ model: 'gpt-4.1', messages, stream: true, ...asked }));
      await openai.responses.create({ model: 'gpt-4.1', input: 'plain' });
      await openai.chat.completions.stream({ model: 'gpt-4.1', messages, ...asked }).finalChatCompletion();
      const anthropic = new Anthropic(anthropicOptions);
      await anthropic.messages.create({ model: 'claude-sonnet-4-5', max_tokens: 9, messages });
      await anthropic.messages.stream({ model: 'claude-sonnet-4-5', max_tokens: 9, messages }).finalMessage();
    },
  };
  for (const [name, run] of Object.entries(parts)) await tracer.withSpan({ name, type: 'chain' }, run);
  process.exit(0);
`;

const REGISTERS = (...names: readonly string[]): string[] =>
  names.flatMap((name) => ['--import', `@spanline/${name}/register`]);
const CLIENTS = REGISTERS('openai', 'anthropic');
const FRAMEWORKS = REGISTERS('langchain', 'llamaindex', 'ai-sdk', 'openai-agents');
const WIRE = ['--import', '@spanline/wire'];

/** What traces the program, and the models whose calls are told. */
type Combination = readonly [what: string, how: string, registers: string[], told: readonly Model[]];

const COMBINATIONS: readonly Combination[] = [
  ['every client wrapped', 'clients', [], ALL],
  ['frameworks and clients registered', '', [...FRAMEWORKS, ...CLIENTS], ALL],
  [
    "everything at once, beside OpenTelemetry's instrumentations",
    'handler clients otel',
    [...CLIENTS, ...FRAMEWORKS],
    ALL,
  ],
  ['the wire, and everything at once', 'handler clients otel', [...WIRE, ...CLIENTS, ...FRAMEWORKS], ALL],
];

const FURTHER_COMBINATIONS: readonly Combination[] = [
  ['the wire', 'asking', WIRE, ALL],
  ['the wire, and the frameworks registered', 'asking', [...WIRE, ...FRAMEWORKS], ALL],
  ['the wire, and every client wrapped', 'clients', WIRE, ALL],
  ['the wire, a handler, and every client wrapped', 'handler clients', WIRE, ALL],
  ["the wire, beside OpenTelemetry's instrumentations", 'asking otel', WIRE, ALL],
  ['everything at once', 'handler clients', [...CLIENTS, ...FRAMEWORKS], ALL],
  ['nothing', '', [], []],
  ['a handler and an instrumentation', 'handler', [], IN_FRAMEWORKS],
  ['a handler, and the clients registered', 'handler', CLIENTS, ALL],
  ['the frameworks registered', '', FRAMEWORKS, IN_FRAMEWORKS],
  ['the clients registered', '', CLIENTS, SEEN],
  ['a handler, and every client wrapped', 'handler clients', [], ALL],
  // Anthropic's client has spans of its own as soon as OpenTelemetry is there.
  ["a handler, beside OpenTelemetry's instrumentations", 'handler otel', [], [...IN_FRAMEWORKS, 'claude-sonnet-4-5']],
  ["the clients wrapped, beside OpenTelemetry's instrumentations", 'clients otel', [], ALL],
];

interface Sums {
  calls: number;
  input: number;
  output: number;
  usd: number;
}

/** What the provider served to a part of the program, as far as its models are told. */
function served(part: Part, models: readonly Model[]): Sums {
  const sums: Sums = { calls: 0, input: 0, output: 0, usd: 0 };
  for (const { body } of provider.getRequests()) {
    const { model } = body as unknown as { model: Model };
    if (!(PARTS[part] as readonly Model[]).includes(model) || !models.includes(model)) continue;
    const [input, output] = PRICES[model];
    sums.calls++;
    sums.input += USAGE.prompt_tokens;
    sums.output += USAGE.completion_tokens;
    sums.usd += (USAGE.prompt_tokens * input + USAGE.completion_tokens * output) / 1e6;
  }
  return sums;
}

/** What the log says of a trace. */
function told(lines: readonly Record<string, unknown>[], part: Part): Sums & { rollup: unknown } {
  const root = lines.find((line) => line['span.name'] === part);
  const spans = lines.filter((line) => line['trace_id'] === root?.['trace_id']);
  const sum = (key: string): number => spans.reduce((total, span) => total + Number(span[key] ?? 0), 0);
  return {
    calls: spans.filter((span) => span['span.type'] === 'llm').length,
    input: sum('gen_ai.usage.input_tokens'),
    output: sum('gen_ai.usage.output_tokens'),
    usd: sum('spanline.cost.usd'),
    rollup: root?.['spanline.rollup.llm_calls'],
  };
}

describe.each([...COMBINATIONS, ...FURTHER_COMBINATIONS.slice(0, runs(0, FURTHER_COMBINATIONS.length))])(
  'with %s',
  (_what, how, registers, models) => {
    it('calls, tokens and cost of each trace are what the provider served', async () => {
      const env = {
        BASE: provider.url,
        HOW: how,
        SPANLINE_STATS_INTERVAL: '0',
        SPANLINE_PRETTY: 'false',
        SPANLINE_WIRE: '',
        SPANLINE_WIRE_PATCH: 'true',
      };
      const { code, stdout, stderr } = await runChild(PROGRAM, { nodeOptions: registers, env });
      expect(code, stderr).toBe(0);
      const lines = jsonLines(stdout).filter((line) => line['event.name'] === 'span.end');
      for (const part of Object.keys(PARTS) as Part[]) {
        expect(served(part, ALL).calls, part).toBeGreaterThan(1);
        const { usd, ...expected } = served(part, models);
        expect({ part, ...told(lines, part) }).toEqual({
          part,
          ...expected,
          usd: expect.closeTo(usd, 9) as number,
          rollup: expected.calls,
        });
      }
    });
  },
);
