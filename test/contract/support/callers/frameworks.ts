/** Other frameworks. */

import { createOpenAI } from '@ai-sdk/openai';
import { OpenInferenceTracingProcessor } from '@arizeai/openinference-instrumentation-openai-agents';
import { ChatAnthropic } from '@langchain/anthropic';
import { ChatBedrockConverse } from '@langchain/aws';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { OpenAI as LlamaOpenAI, OpenAIEmbedding } from '@llamaindex/openai';
import { Mastra } from '@mastra/core';
import { Agent as MastraAgent, type AgentConfig } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { Observability } from '@mastra/observability';
import {
  Agent,
  OpenAIProvider,
  Runner,
  setTraceProcessors,
  setTracingDisabled,
  tool as agentTool,
} from '@openai/agents';
import { wrapLanguageModel } from 'ai';
import { spanlineMiddleware } from '@spanline/ai-sdk';
import { SpanlineCallbackHandler, traceEmbeddings } from '@spanline/langchain';
import { instrumentLlamaIndex } from '@spanline/llamaindex';
import { SpanlineBridge } from '@spanline/mastra';
import { unwrapOpenAI, wrapOpenAI } from '@spanline/openai';
import { SpanlineTracingProcessor } from '@spanline/openai-agents';
import { openaiClassOf } from '../../../support/framework-client.ts';
import { ASKED, type Caller, drained, KEY, MODELS } from './caller.ts';
import { anthropicOf, bedrockOf, openaiOf } from './clients.ts';

const langchain: Caller = {
  name: 'LangChain',
  recorders: ['framework', 'client'],
  async start(scene) {
    const { url, tracer, has } = scene;
    const callbacks = has('framework') ? [new SpanlineCallbackHandler({ tracer })] : [];
    const clients = bedrockOf(scene);
    const claude = new ChatAnthropic({
      model: MODELS.claude,
      ...KEY,
      createClient: (() => anthropicOf(scene)) as never,
    });
    const haiku = new ChatBedrockConverse({ model: MODELS.haiku, region: 'us-east-1', client: clients as never });
    const openaiClass = await openaiClassOf('@langchain/openai');
    if (has('client')) wrapOpenAI(openaiClass, { tracer });
    const options = { ...KEY, configuration: { baseURL: `${url}/v1` } };
    const gpt = new ChatOpenAI({ model: MODELS.gpt, streamUsage: true, ...options });
    const responses = new ChatOpenAI({ model: MODELS.gpt, useResponsesApi: true, ...options });
    return {
      calls: [
        () => gpt.invoke('plain', { callbacks }),
        () => drained(gpt.stream('plain', { callbacks })),
        () => responses.invoke('plain', { callbacks }),
        () => claude.invoke('plain', { callbacks }),
        () => drained(claude.stream('plain', { callbacks })),
        () => haiku.invoke('plain', { callbacks }),
        () => drained(haiku.stream('plain', { callbacks })),
      ],
      undo() {
        clients.destroy();
        unwrapOpenAI(openaiClass);
      },
    };
  },
};

/** LangChain keeps their tokens to itself. */
const langchainEmbeddings: Caller = {
  name: 'embeddings of LangChain',
  recorders: ['client', 'framework'],
  seesNoTokens: 'framework',
  async start({ url, tracer, has }) {
    const openaiClass = await openaiClassOf('@langchain/openai');
    if (has('client')) wrapOpenAI(openaiClass, { tracer });
    const plain = new OpenAIEmbeddings({
      model: MODELS.embedder,
      encodingFormat: 'float',
      configuration: { baseURL: `${url}/v1` },
      ...KEY,
    });
    const embeddings = has('framework') ? traceEmbeddings(plain, { tracer }) : plain;
    return {
      calls: [() => embeddings.embedDocuments(['a', 'b']), () => embeddings.embedQuery('a')],
      undo: () => unwrapOpenAI(openaiClass),
    };
  },
};

const llamaindex: Caller = {
  name: 'LlamaIndex',
  recorders: ['framework', 'client'],
  async start({ url, tracer, has }) {
    const openaiClass = await openaiClassOf('@llamaindex/openai');
    if (has('client')) wrapOpenAI(openaiClass, { tracer });
    const uninstall = has('framework') ? instrumentLlamaIndex({ tracer, streamUsage: true }) : undefined;
    const session = { ...KEY, additionalSessionOptions: { baseURL: `${url}/v1` } };
    const additionalChatOptions = { stream_options: { include_usage: true } } as object;
    const llm = new LlamaOpenAI({ model: MODELS.gpt, ...session });
    const streaming = new LlamaOpenAI({ model: MODELS.gpt, additionalChatOptions, ...session });
    const embedding = new OpenAIEmbedding({ model: MODELS.embedder, ...session });
    for (const component of [llm, streaming, embedding]) uninstall?.observe(component);
    return {
      calls: [
        () => llm.chat({ messages: ASKED }),
        () => drained(streaming.chat({ messages: ASKED, stream: true })),
        () => embedding.getTextEmbeddingsBatch(['a', 'b']),
        () => embedding.getQueryEmbedding({ type: 'text', text: 'a' }),
      ],
      undo() {
        uninstall?.();
        unwrapOpenAI(openaiClass);
      },
    };
  },
};

const agents: Caller = {
  name: 'OpenAI Agents',
  recorders: ['framework', 'client', 'otel'],
  start(scene) {
    const { tracer, otel, has } = scene;
    // The SDK traces nothing in a test, by NODE_ENV.
    setTracingDisabled(false);
    setTraceProcessors([
      ...(has('framework') ? [new SpanlineTracingProcessor({ tracer })] : []),
      ...(has('otel') ? [new OpenInferenceTracingProcessor({ tracerProvider: otel as never })] : []),
    ]);
    const weather = agentTool({
      name: 'weather',
      description: 'tells the weather',
      strict: false,
      parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
      execute: () => 'sunny',
    });
    const agent = new Agent({ name: 'Guide', model: MODELS.gpt, tools: [weather] });
    const calls = [false, true].flatMap((useResponses) => {
      const modelProvider = new OpenAIProvider({ openAIClient: openaiOf(scene) as never, useResponses });
      const runner = new Runner({ modelProvider });
      const stream = async (): Promise<void> => {
        const run = await runner.run(agent, 'plain', { stream: true });
        await drained(run.toTextStream());
        await run.completed;
      };
      return [() => runner.run(agent, 'weather?'), stream];
    });
    return { calls, undo: () => setTraceProcessors([]) };
  },
};

const mastra: Caller = {
  name: 'Mastra',
  recorders: ['framework', 'client'],
  start({ url, tracer, has }) {
    const plain = createOpenAI({ apiKey: 'test', baseURL: `${url}/v1` }).chat(MODELS.gpt);
    const middleware = spanlineMiddleware({ tracer });
    const model = has('client') ? wrapLanguageModel({ model: plain, middleware }) : plain;
    const tools = { weather: createTool({ id: 'weather', description: 'tells it', execute: async () => 'sunny' }) };
    const config = { id: 'guide', name: 'Guide', instructions: '', model, maxRetries: 0, tools };
    const observed = { serviceName: 'test', bridge: new SpanlineBridge({ tracer }) as never, exporters: [] };
    const observability = new Observability({ configs: has('framework') ? { default: observed } : {} });
    const agents = { guide: new MastraAgent(config as unknown as AgentConfig) };
    const guide = new Mastra({ agents, observability, logger: false }).getAgent('guide');
    return {
      calls: [
        () => guide.generate('plain'),
        async () => drained((await guide.stream('plain')).textStream),
        () => guide.generate('weather?'),
      ],
    };
  },
};

/** Every framework. */
export const FRAMEWORKS: readonly Caller[] = [langchain, langchainEmbeddings, llamaindex, agents, mastra];
