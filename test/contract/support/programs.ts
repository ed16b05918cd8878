/**
 * One small program for each instrumentation: it asks a model, whole and as a stream. The suites run it with none, one
 * or two copies of the instrumentation.
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOpenAI } from '@ai-sdk/openai';
import AnthropicSdk from '@anthropic-ai/sdk';
import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { GoogleGenAI } from '@google/genai';
import { HumanMessage, SystemMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { OpenAI as LlamaOpenAI } from '@llamaindex/openai';
import { Mastra } from '@mastra/core';
import { Agent as MastraAgent, type AgentConfig as MastraAgentConfig } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { Observability } from '@mastra/observability';
import {
  Agent,
  OpenAIProvider,
  Runner,
  setTraceProcessors,
  setTracingDisabled,
  tool as agentTool,
  type TracingProcessor,
} from '@openai/agents';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import * as ai7 from 'ai';
import { createOpenAI as createOpenAI3 } from 'ai-sdk-openai3';
import * as ai6 from 'ai6';
import express from 'express';
import OpenAI from 'openai';
import type * as aiSdk from '@spanline/ai-sdk';
import type * as anthropic from '@spanline/anthropic';
import type * as bedrock from '@spanline/bedrock';
import type { CaptureMode, Tracer } from '@spanline/core';
import type * as spanlineExpress from '@spanline/express';
import type * as googleGenAI from '@spanline/google-genai';
import type * as langchain from '@spanline/langchain';
import type * as llamaindex from '@spanline/llamaindex';
import type * as mastra from '@spanline/mastra';
import type * as openai from '@spanline/openai';
import type * as openaiAgents from '@spanline/openai-agents';
import { claudeRow } from './claude-program.ts';

/** A question to a program. */
export interface Question {
  text: string;
  /** Instructions for the model. @defaultValue none */
  system?: string;
  signal?: AbortSignal;
}

/** A program that asks a model. */
export interface Program {
  ask(question: Question): Promise<string>;
  stream(question: Question): Promise<AsyncIterable<string>>;
  /** Undoes the instrumentation. */
  undo(): void;
  stop(): Promise<void>;
}

/** The setting of an instrumentation. */
export interface Setting {
  readonly tracer: Tracer;
  readonly capture?: CaptureMode;
}

/** One instrumentation. */
export interface Instrumentation {
  /** Its folder in `packages/`. */
  readonly name: string;
  /** The way in which it is used, where there are several. */
  readonly way?: string;
  /**
   * Starts the program.
   *
   * @param url - address of the provider
   * @param copies - the copies of the package that instrument it, all with the same setting; none for the plain program
   */
  start(url: string, copies: readonly unknown[], setting: Setting): Promise<Program>;
  /** The spans of a question, asked inside of a span `outer`. */
  readonly tree: string;
  /**
   * Status of the span when the reader of a stream leaves, and when it aborts. A framework that reads ahead gets a short
   * answer to its end.
   */
  readonly left: 'abandoned' | 'aborted' | 'ok';
  readonly aborted: 'aborted' | undefined;
  /** The framework reads a stream to its end, whether somebody reads the answer or not. */
  readonly readsByItself?: true;
  /** True for spans with content, tokens and cost. */
  readonly isModelCall: boolean;
}

const MODEL = 'gpt-4o';
const CLAUDE = 'claude-3-5-haiku-20241022';
const TOOL = { name: 'look_up', description: 'looks a city up', parameters: { type: 'object', properties: {} } };
const nothing = (): void => undefined;
const stopped = async (): Promise<void> => undefined;

async function* map<T>(
  stream: AsyncIterable<T>,
  textOf: (chunk: T) => string | null | undefined,
): AsyncGenerator<string> {
  for await (const chunk of stream) yield textOf(chunk) ?? '';
}

const openaiRow: Instrumentation = {
  name: 'openai',
  tree: 'task outer\n  llm chat gpt-4o',
  left: 'abandoned',
  aborted: 'aborted',
  isModelCall: true,
  async start(url, copies, setting) {
    const modules = copies as (typeof openai)[];
    const client = new OpenAI({ apiKey: 'test', baseURL: `${url}/v1`, maxRetries: 0 });
    for (const { wrapOpenAI } of modules) wrapOpenAI(client, setting);
    const request = ({ text, system }: Question) => ({
      model: MODEL,
      tools: [{ type: 'function' as const, function: { ...TOOL, description: system ?? TOOL.description } }],
      messages: [
        ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
        { role: 'user' as const, content: text },
      ],
    });
    return {
      async ask(question) {
        const answer = await client.chat.completions.create(request(question), { signal: question.signal });
        return answer.choices[0]?.message.content ?? '';
      },
      stream: async (question) =>
        map(
          await client.chat.completions.create({ ...request(question), stream: true }, { signal: question.signal }),
          (chunk) => chunk.choices[0]?.delta.content,
        ),
      undo: () => modules.forEach(({ unwrapOpenAI }) => unwrapOpenAI(client)),
      stop: stopped,
    };
  },
};

const anthropicRow: Instrumentation = {
  name: 'anthropic',
  tree: `task outer\n  llm chat ${CLAUDE}`,
  left: 'abandoned',
  aborted: 'aborted',
  isModelCall: true,
  async start(url, copies, setting) {
    const modules = copies as (typeof anthropic)[];
    const client = new AnthropicSdk({ apiKey: 'test', baseURL: url, maxRetries: 0 });
    for (const { wrapAnthropic } of modules) wrapAnthropic(client, setting);
    const request = ({ text, system }: Question) => ({
      model: CLAUDE,
      max_tokens: 100,
      ...(system === undefined ? {} : { system }),
      tools: [{ name: TOOL.name, description: system ?? TOOL.description, input_schema: { type: 'object' as const } }],
      messages: [{ role: 'user' as const, content: text }],
    });
    return {
      async ask(question) {
        const { content } = await client.messages.create(request(question), { signal: question.signal });
        return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
      },
      stream: async (question) =>
        map(
          await client.messages.create({ ...request(question), stream: true }, { signal: question.signal }),
          (event) =>
            event.type === 'content_block_delta' && event.delta.type === 'text_delta' ? event.delta.text : '',
        ),
      undo: () => modules.forEach(({ unwrapAnthropic }) => unwrapAnthropic(client)),
      stop: stopped,
    };
  },
};

const GEMINI = 'gemini-2.5-flash';

const googleRow: Instrumentation = {
  name: 'google-genai',
  tree: `task outer\n  llm generate_content ${GEMINI}`,
  left: 'abandoned',
  aborted: 'aborted',
  isModelCall: true,
  async start(url, copies, setting) {
    const modules = copies as (typeof googleGenAI)[];
    const client = new GoogleGenAI({ apiKey: 'test', apiVersion: 'v1beta', httpOptions: { baseUrl: url } });
    for (const { wrapGoogleGenAI } of modules) wrapGoogleGenAI(client, setting);
    const request = ({ text, system, signal }: Question) => ({
      model: GEMINI,
      contents: text,
      config: {
        tools: [{ functionDeclarations: [{ name: TOOL.name, description: system ?? TOOL.description }] }],
        ...(system === undefined ? {} : { systemInstruction: system }),
        ...(signal === undefined ? {} : { abortSignal: signal }),
      },
    });
    return {
      ask: async (question) => (await client.models.generateContent(request(question))).text ?? '',
      stream: async (question) =>
        map(await client.models.generateContentStream(request(question)), (chunk) => chunk.text),
      undo: () => modules.forEach(({ unwrapGoogleGenAI }) => unwrapGoogleGenAI(client)),
      stop: stopped,
    };
  },
};

const HAIKU = `anthropic.${CLAUDE}-v1:0`;

const bedrockRow: Instrumentation = {
  name: 'bedrock',
  tree: `task outer\n  llm chat ${HAIKU}`,
  left: 'abandoned',
  aborted: 'aborted',
  isModelCall: true,
  async start(url, copies, setting) {
    const modules = copies as (typeof bedrock)[];
    const client = new BedrockRuntimeClient({
      region: 'us-east-1',
      endpoint: url,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      // Its usual handler speaks HTTP/2 only.
      requestHandler: new NodeHttpHandler(),
      maxAttempts: 1,
    });
    for (const { wrapBedrock } of modules) wrapBedrock(client, setting);
    const request = ({ text, system }: Question) => ({
      modelId: HAIKU,
      ...(system === undefined ? {} : { system: [{ text: system }] }),
      toolConfig: {
        tools: [
          {
            toolSpec: {
              name: TOOL.name,
              description: system ?? TOOL.description,
              inputSchema: { json: { type: 'object' } },
            },
          },
        ],
      },
      messages: [{ role: 'user' as const, content: [{ text }] }],
    });
    const options = ({ signal }: Question) => (signal === undefined ? {} : { abortSignal: signal });
    return {
      async ask(question) {
        const { output } = await client.send(new ConverseCommand(request(question)), options(question));
        return output?.message?.content?.map((block) => block.text ?? '').join('') ?? '';
      },
      async stream(question) {
        const { stream } = await client.send(new ConverseStreamCommand(request(question)), options(question));
        return map(stream as NonNullable<typeof stream>, (event) => event.contentBlockDelta?.delta?.text);
      },
      undo: () => modules.forEach(({ unwrapBedrock }) => unwrapBedrock(client)),
      stop: async () => client.destroy(),
    };
  },
};

const langchainRow: Instrumentation = {
  name: 'langchain',
  tree: `task outer\n  llm chat ${MODEL}`,
  left: 'abandoned',
  aborted: 'aborted',
  isModelCall: true,
  async start(url, copies, setting) {
    const modules = copies as (typeof langchain)[];
    let callbacks = modules.map(({ SpanlineCallbackHandler }) => new SpanlineCallbackHandler(setting)) as never[];
    const chat = new ChatOpenAI({
      model: MODEL,
      apiKey: 'test',
      maxRetries: 0,
      streamUsage: true,
      configuration: { baseURL: `${url}/v1` },
    });
    const bound = (system: string | undefined) =>
      chat.bindTools([{ type: 'function', function: { ...TOOL, description: system ?? TOOL.description } }]);
    const messages = ({ text, system }: Question) => [
      ...(system === undefined ? [] : [new SystemMessage(system)]),
      new HumanMessage(text),
    ];
    const options = ({ signal }: Question) => ({ callbacks, ...(signal === undefined ? {} : { signal }) });
    return {
      ask: async (question) => (await bound(question.system).invoke(messages(question), options(question))).text,
      stream: async (question) =>
        map(await bound(question.system).stream(messages(question), options(question)), (chunk) => chunk.text),
      undo(): void {
        callbacks = [];
      },
      stop: stopped,
    };
  },
};

const llamaindexRow: Instrumentation = {
  name: 'llamaindex',
  tree: `task outer\n  llm chat ${MODEL}`,
  left: 'abandoned',
  aborted: undefined,
  isModelCall: true,
  async start(url, copies, { tracer, capture }) {
    const modules = copies as (typeof llamaindex)[];
    const llm = new LlamaOpenAI({ model: MODEL, apiKey: 'test', baseURL: `${url}/v1`, maxRetries: 0 });
    const undo = modules.map(({ instrumentLlamaIndex }) => {
      const uninstall = instrumentLlamaIndex({
        tracer,
        streamUsage: true,
        ...(capture === undefined ? {} : { capture }),
      });
      uninstall.observe(llm);
      return uninstall;
    });
    const params = ({ text, system }: Question) => ({
      messages: [
        ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
        { role: 'user' as const, content: text },
      ],
      tools: [{ metadata: { ...TOOL, description: system ?? TOOL.description } }] as never[],
    });
    return {
      ask: async (question) => String((await llm.chat(params(question))).message.content),
      stream: async (question) => map(await llm.chat({ ...params(question), stream: true }), (chunk) => chunk.delta),
      undo: () => undo.forEach((uninstall) => uninstall()),
      stop: stopped,
    };
  },
};

/** A version of the AI SDK with its provider. */
interface AiSdk {
  readonly ai: typeof ai7;
  readonly provide: typeof createOpenAI;
}

const AI_7: AiSdk = { ai: ai7, provide: createOpenAI };
/** Behind the types of the newest version. It reports no call that fails, so that it needs the middleware. */
const AI_6 = { ai: ai6, provide: createOpenAI3 } as unknown as AiSdk;

/** @param isWrapped - the model is wrapped, and not the call watched */
const aiSdkRow = ({ ai, provide }: AiSdk, isWrapped: boolean): Instrumentation => ({
  name: 'ai-sdk',
  way: `for \`ai\` ${ai === ai7 ? 7 : 6} by ${isWrapped ? 'middleware' : 'telemetry'}`,
  tree: isWrapped ? `task outer\n  llm chat ${MODEL}` : `task outer\n  agent invoke_agent agent\n    llm chat ${MODEL}`,
  left: 'ok',
  aborted: 'aborted',
  isModelCall: true,
  async start(url, copies, setting) {
    const modules = copies as (typeof aiSdk)[];
    const plain = provide({ apiKey: 'test', baseURL: `${url}/v1` }).chat(MODEL);
    const middleware = modules.map(({ spanlineMiddleware }) => spanlineMiddleware(setting));
    let model = isWrapped ? ai.wrapLanguageModel({ model: plain, middleware }) : plain;
    let integrations = isWrapped ? [] : modules.map(({ spanlineTelemetry }) => spanlineTelemetry(setting));
    const options = ({ text, system, signal }: Question) => ({
      model,
      maxRetries: 0,
      prompt: text,
      ...(system === undefined ? {} : { system }),
      ...(signal === undefined ? {} : { abortSignal: signal }),
      tools: {
        [TOOL.name]: ai.tool({
          description: system ?? TOOL.description,
          inputSchema: ai.jsonSchema({ type: 'object' }),
        }),
      } as ai7.ToolSet,
      telemetry: { integrations },
    });
    return {
      ask: async (question) => (await ai.generateText(options(question))).text,
      async stream(question) {
        const errors: unknown[] = [];
        const { textStream } = ai.streamText({ ...options(question), onError: ({ error }) => void errors.push(error) });
        return map(textStream, (piece) => piece);
      },
      undo(): void {
        model = plain;
        integrations = [];
      },
      stop: stopped,
    };
  },
});

const agentsRow: Instrumentation = {
  name: 'openai-agents',
  tree: `task outer\n  chain Agent workflow\n    agent invoke_agent Guide\n      llm chat ${MODEL}`,
  left: 'aborted',
  aborted: 'aborted',
  readsByItself: true,
  isModelCall: true,
  async start(url, copies, setting) {
    const modules = copies as (typeof openaiAgents)[];
    setTracingDisabled(false);
    setTraceProcessors(
      modules.map(({ SpanlineTracingProcessor }) => new SpanlineTracingProcessor(setting) as TracingProcessor),
    );
    const openAIClient = new OpenAI({ apiKey: 'test', baseURL: `${url}/v1`, maxRetries: 0 }) as never;
    const modelProvider = new OpenAIProvider({ openAIClient, useResponses: false });
    const runner = new Runner({ modelProvider, tracingDisabled: modules.length === 0 });
    const agent = ({ system }: Question) =>
      new Agent({
        name: 'Guide',
        model: MODEL,
        instructions: system ?? '',
        tools: [
          agentTool({
            name: TOOL.name,
            description: system ?? TOOL.description,
            strict: false,
            parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
            execute: () => 'Oslo',
          }),
        ],
      });
    const options = ({ signal }: Question) => (signal === undefined ? {} : { signal });
    return {
      ask: async (question) => (await runner.run(agent(question), question.text, options(question))).finalOutput ?? '',
      async stream(question) {
        const result = await runner.run(agent(question), question.text, { ...options(question), stream: true });
        result.completed.catch(nothing);
        return map(result.toTextStream(), (piece) => piece);
      },
      undo: () => setTraceProcessors([]),
      stop: stopped,
    };
  },
};

const mastraRow: Instrumentation = {
  name: 'mastra',
  tree: `task outer\n  agent invoke_agent Guide\n    llm chat ${MODEL}`,
  left: 'ok',
  aborted: 'aborted',
  readsByItself: true,
  isModelCall: true,
  async start(url, copies, setting) {
    const modules = copies as (typeof mastra)[];
    const [bridge, ...exporters] = modules.map(({ SpanlineBridge }) => new SpanlineBridge(setting)) as never[];
    const model = createOpenAI({ apiKey: 'test', baseURL: `${url}/v1` }).chat(MODEL);
    const agent = ({ system }: Question): MastraAgent => {
      const config = {
        id: 'guide',
        name: 'Guide',
        instructions: system ?? '',
        model,
        maxRetries: 0,
        tools: {
          [TOOL.name]: createTool({ id: TOOL.name, description: system ?? TOOL.description, execute: async () => 1 }),
        },
      };
      return new MastraAgent(config as unknown as MastraAgentConfig);
    };
    const options = ({ signal }: Question) => ({
      modelSettings: { maxRetries: 0 },
      ...(signal === undefined ? {} : { abortSignal: signal }),
    });
    const start =
      (isTraced: boolean) =>
      (question: Question): MastraAgent => {
        const config = { serviceName: 'test', bridge: bridge as never, exporters };
        const observability = new Observability({ configs: isTraced ? { default: config } : {} });
        return new Mastra({ agents: { guide: agent(question) }, observability, logger: false }).getAgent('guide');
      };
    let guide = start(bridge !== undefined);
    return {
      ask: async (question) => (await guide(question).generate(question.text, options(question))).text,
      async stream(question) {
        const { textStream } = await guide(question).stream(question.text, options(question));
        return map(textStream, (piece) => piece);
      },
      undo(): void {
        guide = start(false);
      },
      stop: stopped,
    };
  },
};

/** A service that asks a model with the plain client, and a caller of it. */
const expressRow: Instrumentation = {
  name: 'express',
  tree: 'http GET /ask/:question\n  task outer',
  left: 'aborted',
  aborted: 'aborted',
  isModelCall: false,
  async start(url, copies, { tracer, capture }) {
    const modules = copies as (typeof spanlineExpress)[];
    const client = await openaiRow.start(url, [], { tracer });
    const app = express();
    app.set('env', 'test');
    for (const { spanlineExpress: middleware } of modules) {
      app.use(middleware({ tracer, ...(capture === undefined ? {} : { capture }) }));
    }
    app.get('/ask/:question', async (req, res) => {
      const question = { text: req.params.question, signal: req.clientSignal };
      if (req.query['stream'] === undefined) {
        res.send(await tracer.withSpan('outer', () => client.ask(question)));
        return;
      }
      for await (const piece of await client.stream(question)) res.write(piece);
      res.end();
    });
    for (const { spanlineErrorHandler } of modules) app.use(spanlineErrorHandler());
    app.use(
      (
        error: { status?: number; message: string },
        _req: unknown,
        res: express.Response,
        next: express.NextFunction,
      ) => {
        if (res.headersSent) next(error);
        else res.status(error.status ?? 500).json({ message: error.message });
      },
    );
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const open = async ({ text, system, signal }: Question, query: string): Promise<Response> => {
      const path = `http://127.0.0.1:${port}/ask/${encodeURIComponent(Buffer.from(text).toString())}${query}`;
      const response = await fetch(path, {
        headers: system === undefined ? {} : { authorization: system, 'x-secret': system },
        ...(signal === undefined ? {} : { signal }),
      });
      if (response.ok) return response;
      const { message } = (await response.json()) as { message: string };
      throw Object.assign(new Error(message), { status: response.status });
    };
    const decode = (body: AsyncIterable<Uint8Array>): AsyncGenerator<string> => {
      const decoder = new TextDecoder();
      return map(body, (bytes) => decoder.decode(bytes, { stream: true }));
    };
    return {
      ask: async (question) => (await open(question, '')).text(),
      stream: async (question) => decode((await open(question, '?stream')).body as AsyncIterable<Uint8Array>),
      undo: nothing,
      async stop() {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      },
    };
  },
};

/** Every instrumentation. */
export const INSTRUMENTATIONS: readonly Instrumentation[] = [
  openaiRow,
  anthropicRow,
  googleRow,
  bedrockRow,
  langchainRow,
  llamaindexRow,
  aiSdkRow(AI_7, false),
  aiSdkRow(AI_7, true),
  aiSdkRow(AI_6, true),
  agentsRow,
  mastraRow,
  claudeRow,
  expressRow,
];

/** US dollars of a call, by instrumentation of models. */
export const USD_PER_CALL = {
  openai: 0.00022,
  'openai-agents': 0.00022,
  mastra: 0.00022,
  langchain: 0.00022,
  llamaindex: 0.00022,
  'ai-sdk': 0.00022,
  anthropic: 0.00008,
  'google-genai': 0.000042,
  bedrock: 0.00008,
  'claude-agent-sdk': 0.00008,
} as const;
